"""What `up` says in a terminal, in English or Chinese by the user's locale."""

import os
from collections.abc import Mapping, Sequence

_REFUSALS = {
    "folder_unwritable": (
        "Cannot write to {folder} ({reason}); choose another folder with --data DIR.",
        "无法写入 {folder}（{reason}），请用 --data DIR 换一个目录。",
    ),
    "folder_in_use": (
        "Firstline is already running on {folder}; stop it first or choose another folder with --data DIR.",
        "{folder} 上已有一个 Firstline 在运行，请先停掉它，或用 --data DIR 换一个目录。",
    ),
    "port_in_use": (
        "Port {port} is in use; choose another one, for example --port {other}.",
        "端口 {port} 已被占用，请换一个，例如 --port {other}。",
    ),
    "port_privileged": (
        "Only root may listen on port {port}; choose one above 1023 with --port.",
        "只有 root 能监听端口 {port}，请用 --port 换一个大于 1023 的端口。",
    ),
    "tls_pair": (
        "--tls-cert and --tls-key go together.",
        "--tls-cert 和 --tls-key 必须同时给出。",
    ),
    "tls_file_missing": ("There is no file {file}.", "找不到文件 {file}。"),
    "tls_without_url": (
        "TLS needs the address people will use: --public-url https://NAME.",
        "启用 TLS 需要给出访问地址：--public-url https://主机名。",
    ),
    "url_malformed": (
        "{url} is not an address like https://help.example.com.",
        "{url} 不是形如 https://help.example.com 的地址。",
    ),
    "needs_tls": (
        "Other machines reach Firstline only over TLS: use an https address with --tls-cert and --tls-key, "
        "or --tls self-signed.",
        "其他机器只能通过 TLS 访问：请使用 https 地址，"
        "并加上 --tls-cert 与 --tls-key，或 --tls self-signed。",
    ),
    "demo_off_loopback": (
        "{folder} holds demo accounts with known passwords, which stay on this machine; "
        "use another folder with --data DIR for other machines.",
        "{folder} 里有密码公开的演示账号，只能在本机使用；要对其他机器开放，请用 --data DIR 换一个目录。",
    ),
}

_HELP = {
    "up": ("Set up what is missing and run Firstline.", "装好缺少的部分并启动 Firstline。"),
    "port": ("the port to listen on (8000)", "监听端口（8000）"),
    "smtp_port": ("the port for incoming mail (2525, or a free one)", "收信端口（2525，被占用则另选）"),
    "no_demo": ("start empty, with the set-up assistant", "不装演示数据，进入初始设置向导"),
    "reset_demo": ("make the demo anew", "重建演示数据"),
    "public_url": ("the https address other machines use", "其他机器访问用的 https 地址"),
    "tls": ("make a certificate of its own", "自动生成自签名证书"),
    "tls_cert": ("certificate chain (PEM)", "证书链（PEM）"),
    "tls_key": ("private key (PEM)", "私钥（PEM）"),
}


def chinese_locale() -> bool:
    """Whether the terminal's user reads Chinese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].lower().startswith("zh")
    return False


class Words:
    """Sentences in the language of the terminal."""

    def __init__(self) -> None:
        self._zh = chinese_locale()

    def _pick(self, english: str, chinese: str) -> str:
        return chinese if self._zh else english

    def refusal(self, code: str, params: Mapping[str, str]) -> str:
        return self._pick(*_REFUSALS[code]).format(**params)

    def help(self, name: str) -> str:
        return self._pick(*_HELP[name])

    def ready(self, seconds: float) -> str:
        return self._pick(
            f"Ready after {seconds:.1f} s. Ctrl-C stops everything.",
            f"{seconds:.1f} 秒后就绪。按 Ctrl-C 全部停止。",
        )

    def where(self, url: str, log: str, smtp: str) -> str:
        rows = [
            (self._pick("Firstline", "地址"), url),
            (self._pick("Log", "日志"), log),
            (self._pick("Mail", "邮件"), f"SMTP on {smtp}, support@localhost"),
        ]
        return "\n" + "".join(f"  {name:<12}{value}\n" for name, value in rows)

    def certificate(self, fingerprint: str, path: str) -> str:
        return self._pick(
            f"  Certificate {path}\n              SHA-256 {fingerprint}\n",
            f"  证书        {path}\n              SHA-256 {fingerprint}\n",
        )

    def setup(self, url: str) -> str:
        return self._pick(
            f"  Set it up   {url}\n              (works once, on this machine, for 24 hours)\n",
            f"  初始设置    {url}\n              （仅限本机使用一次，24 小时内有效）\n",
        )

    def demo(self, sign_ins: Sequence[tuple[str, str, str]]) -> str:
        names = {
            "employee": self._pick("employee", "员工"),
            "technician": self._pick("technician", "技术员"),
            "manager": self._pick("manager", "主管"),
        }
        lines = [
            f"  {self._pick('Sign in as', '演示登录') if not row else '':<12}"
            f"{email:<26} {password}   ({names[role]})"
            for row, (email, role, password) in enumerate(sign_ins)
        ]
        return "\n".join(lines) + "\n"

    def consent(self, url: str) -> str:
        return self._pick(
            f"  This device asks for consent at\n              {url}\n",
            f"  本机的同意请求在此页显示\n              {url}\n",
        )

    def restarting(self, name: str, code: int | None) -> str:
        return self._pick(
            f"  {name} stopped with code {code}; starting it again.",
            f"  {name} 已退出（代码 {code}），正在重新启动。",
        )

    def fault(self, kind: str, log: str) -> str:
        return self._pick(
            f"an error that nobody foresaw stopped this ({kind}); its trace is in {log}",
            f"因意外错误而中止（{kind}），详细记录见 {log}",
        )

    def stopping(self) -> str:
        return self._pick("\nStopping.", "\n正在停止。")
