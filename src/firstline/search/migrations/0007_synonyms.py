"""Expressions of IT that mean the same; administrators change them from here on."""

from django.db import migrations

# Each line: expressions that stand for each other. Only what is safe in any sentence about IT.
SEED = """
sign in, log in, login, logon, log on, 登录, 登陆, 登入
can't sign in, can't log in, cannot log in, unable to log in, login failed, 无法登录, 登录不上, 登不上
sign out, log out, log off, logout, 注销, 退出登录
forgot, forgotten, can't remember, 忘记, 忘了, 想不起来
password, passwd, pwd, passcode, 密码, 口令
reset, 重置
account, user account, 账号, 帐号, 账户, 帐户
locked out, account locked, 账号锁定, 账户被锁, 账号被锁
mfa, 2fa, second factor, two-factor, authenticator, 双因素, 二次验证, 多因素认证
single sign-on, sso, 单点登录
certificate, cert, 证书
computer, pc, workstation, 电脑, 计算机, 主机
laptop, notebook, 笔记本, 笔记本电脑, 手提电脑
screen, monitor, display, 显示器, 屏幕, 显示屏, 荧幕
external monitor, second screen, 外接显示器, 扩展屏
keyboard, 键盘
mouse, 鼠标, 滑鼠
docking station, dock, 扩展坞, 底座
printer, 打印机, 印表机, 列印机
print, 打印, 列印
scanner, 扫描仪
scan, 扫描
toner, cartridge, 硒鼓, 墨粉, 碳粉, 墨盒
paper jam, 卡纸
blue screen, bsod, bluescreen, blue screen of death, stop error, 蓝屏
black screen, 黑屏, 黑屏幕
freeze, hang, frozen, stuck, not responding, unresponsive, 卡死, 死机, 卡住, 无响应, 未响应
crash, 崩溃, 闪退
slow, sluggish, laggy, 卡顿, 很慢, 缓慢
restart, reboot, 重启, 重新启动
shut down, power off, 关机
boot, start up, startup, 开机, 启动
update, patch, 更新, 补丁
upgrade, 升级
install, setup, 安装
uninstall, 卸载
driver, 驱动, 驱动程序
software, application, app, program, 软件, 应用, 程序, 应用程序
licence, license, 许可证, 授权, 许可
network, lan, 网络, 网路
internet, 互联网, 上网, 外网
wi-fi, wireless, wlan, 无线, 无线网络
connect, connection, 连接, 连线
disconnect, drops, dropped, 断开, 断线, 掉线
ethernet, network cable, patch cable, 网线
vpn, remote access, tunnel, 远程接入
firewall, 防火墙
proxy, 代理, 代理服务器
server, 服务器, 伺服器
database, 数据库, 资料库
backup, 备份
restore, recover, recovery, 恢复, 还原
network drive, mapped drive, shared drive, 网络驱动器, 共享盘, 网盘
shared folder, file share, network share, 共享文件夹, 共享目录
folder, directory, 文件夹, 目录
file, document, 文件, 文档, 档案
disk, hard drive, hard disk, drive, 硬盘, 磁盘
disk full, out of space, no space left, 磁盘满, 空间不足, 硬盘满
memory, ram, 内存, 记忆体
e-mail, mail, 邮件, 电邮, 电子邮件
mailbox, inbox, 邮箱, 收件箱
spam, junk mail, 垃圾邮件
phishing, phish, 钓鱼, 钓鱼邮件
virus, malware, trojan, 病毒, 恶意软件, 木马
antivirus, av, defender, 杀毒, 杀毒软件
attachment, 附件
calendar, 日历
meeting, conference, 会议
camera, webcam, 摄像头
microphone, mic, 麦克风, 话筒
headset, headphones, earphones, 耳机
sound, audio, 声音, 音频
projector, beamer, 投影仪, 投影
phone, telephone, 电话
mobile phone, mobile, smartphone, cell phone, cellphone, 手机
permission, access rights, privileges, 权限
lost, missing, 丢失, 丢了, 遗失
stolen, theft, 被偷, 失窃, 被盗
delete, deleted, erase, erased, remove, 删除, 删了, 删掉
usb stick, memory stick, thumb drive, flash drive, u盘, 优盘
borrow, loan, 借用, 借
replace, replacement, exchange, 更换, 换新
liquid, water, spilled, coffee, 进水, 洒水
access denied, permission denied, 拒绝访问, 没有权限
request, order, apply for, 申请
employee, staff, 员工
new starter, new hire, joiner, onboarding, 入职, 新员工
leaver, offboarding, 离职
badge, access card, key card, 门禁卡, 工卡
error, fault, failure, 错误, 故障, 报错
broken, defective, 坏了, 损坏
does not work, not working, doesn't work, 不能用, 用不了, 无法使用
cannot open, won't open, 打不开, 无法打开
time out, timeout, timed out, 超时
website, web page, site, 网站, 网页
browser, 浏览器
spreadsheet, excel, 电子表格
invoice, 发票
"""


def seed(apps, schema_editor):
    synonym = apps.get_model("search", "Synonym")
    synonym.objects.bulk_create(
        synonym(expressions=line.strip(), is_active=True) for line in SEED.splitlines() if line.strip()
    )


class Migration(migrations.Migration):
    dependencies = [("search", "0006_rebuild_driver")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
