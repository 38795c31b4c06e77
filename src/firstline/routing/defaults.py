"""The rules a new installation starts with; teams and skills are the administrator's to add."""

_RULES = (
    (
        "security", "Security", "信息安全", 45,
        "phishing|ransomware|malware|virus|antivirus|suspicious|hacked|stolen",
        "钓鱼|勒索|病毒|木马|可疑邮件|被盗",
    ),
    (
        "account", "Accounts and passwords", "账号与密码", 10,
        "password|locked out|account locked|sign in|log in|login|mfa|authenticator",
        "密码|账号|账户|登录|锁定|验证码",
    ),
    (
        "network", "Network and VPN", "网络与 VPN", 35,
        "vpn|wifi|wi-fi|wireless|network|internet|dns",
        "网络|无线|断网|上网",
    ),
    (
        "printer", "Printing", "打印", 25,
        "printer|print|prints|toner|paper jam|scanner|scan",
        "打印|卡纸|硒鼓|扫描",
    ),
    ("email", "E-mail", "邮件", 25, "outlook|mailbox|e-mail|email", "邮件|邮箱|退信"),
    (
        "hardware", "Computers", "电脑硬件", 40,
        "laptop|battery|blue screen|screen|monitor|keyboard|docking station",
        "电脑|笔记本|蓝屏|电池|显示器|键盘",
    ),
    (
        "software", "Software", "软件", 30,
        "install|licence|license|crashes|update|excel|teams",
        "安装|许可证|软件|报表",
    ),
)  # fmt: skip

DEFAULT_RULES: list[dict[str, object]] = [
    {
        "category": category,
        "name": name,
        "name_zh": name_zh,
        "expected_minutes": minutes,
        "words": [*words.split("|"), *words_zh.split("|")],
        "position": 10 * position,
    }
    for position, (category, name, name_zh, minutes, words, words_zh) in enumerate(_RULES, start=1)
]
