"""What the program says, in English and Simplified Chinese; the terminal's locale chooses."""

import os

_PHRASES: dict[str, tuple[str, str]] = {
    "about": (
        "Firstline on this device: inventory, health, and work done with your consent.",
        "本机上的 Firstline 客户端：资产信息、运行状况，以及经您同意的远程操作。",
    ),
    "help_state": ("folder of this agent's key, journal and requests", "存放密钥、日志和请求的文件夹"),
    "help_enrol": ("make this machine a device of an organisation", "将本机注册到组织"),
    "help_token": (
        "enrolment token, FL1.…; - reads it from standard input",
        "注册令牌 FL1.…；- 表示从标准输入读取",
    ),
    "help_ca": ("trust the certificates in this PEM file", "信任此 PEM 文件中的证书"),
    "help_owner": ("e-mail address of the person who uses this machine", "本机使用者的邮箱"),
    "help_again": ("become a new device, with a new key", "用新密钥重新注册为新设备"),
    "help_run": ("stay connected until stopped", "保持连接，直到被停止"),
    "help_prompt": (
        "how to ask for consent: a page opened by itself (auto), a page by its link, or only the terminal",
        "如何征求同意：自动打开页面（auto）、仅提供页面链接（page）或只用终端（terminal）",
    ),
    "help_consent": ("see and answer what is being asked", "查看并答复请求"),
    "help_allow": ("allow one request and leave", "允许某个请求后退出"),
    "help_refuse": ("refuse one request and leave", "拒绝某个请求后退出"),
    "help_stop": ("end one running request and leave", "停止某个正在执行的请求后退出"),
    "help_list": ("only list", "仅列出"),
    "help_status": ("is it enrolled, running, connected", "查看是否已注册、运行、连接"),
    "help_journal": ("who was on my machine", "谁操作过我的电脑"),
    "help_json": ("one JSON object per line", "每行输出一个 JSON 对象"),
    "enrolled": (
        "Enrolled in {organization} as {device}. Device fingerprint: {fingerprint}",
        "已注册到{organization}，设备名 {device}。设备指纹：{fingerprint}",
    ),
    "pending": (
        "An administrator must approve this device before anything can be done on it.",
        "管理员批准此设备后，才能对其进行操作。",
    ),
    "prompt_at": ("Consent page: {url}", "同意页面：{url}"),
    "connected": ("Connected to {organization} at {gateway}.", "已连接到{organization}（{gateway}）。"),
    "connection_lost": ("Not connected, trying again. {why}", "未连接，正在重试。{why}"),
    "protocol_broken": (
        "The gateway broke the protocol ({code}); trying again.",
        "网关违反了协议（{code}），正在重试。",
    ),
    "turned_away": ("The gateway refused this device: {code}", "网关拒绝了此设备：{code}"),
    "unexpected": ("Something unexpected happened, trying again: {why}", "发生意外错误，正在重试：{why}"),
    "bad_token": (
        "This is not an enrolment token: it starts with FL1. and is one word.",
        "这不是注册令牌：令牌以 FL1. 开头且不含空格。",
    ),
    "token_old": ("This enrolment token has expired; ask for a new one.", "注册令牌已过期，请索取新的令牌。"),
    "bad_gateway_url": ("The gateway's address is not usable: {url}", "网关地址无法使用：{url}"),
    "plain_not_local": (
        "Refusing an unencrypted connection to {host}: ws:// is for this machine only, others need wss://.",
        "拒绝以不加密方式连接 {host}：ws:// 仅限本机，其他机器必须使用 wss://。",
    ),
    "bad_ca_file": ("The file of certificates cannot be read: {path}", "无法读取证书文件：{path}"),
    "no_connection": ("The gateway cannot be reached: {why}", "无法连接网关：{why}"),
    "enrol_protocol": (
        "The gateway did not answer as it should ({code}); this device was not enrolled.",
        "网关的应答不正确（{code}），设备未注册。",
    ),
    "enrol_refused": ("The gateway did not take this device in: {why}", "网关未接纳此设备：{why}"),
    "token_unknown": ("the token is not known there.", "令牌不存在。"),
    "token_expired": ("the token has expired.", "令牌已过期。"),
    "token_used": ("the token was already used.", "令牌已被使用。"),
    "token_wrong": ("the token's secret does not match.", "令牌密钥不匹配。"),
    "device_revoked": ("this device was revoked.", "此设备已被吊销。"),
    "device_unknown": ("this device is not known there.", "此设备不存在。"),
    "bad_signature": ("the signature does not match.", "签名不匹配。"),
    "version": ("agent and gateway speak different versions.", "客户端与网关版本不兼容。"),
    "try_later": ("not now, try again later.", "暂时无法处理，请稍后再试。"),
    "already_enrolled": (
        "This machine is already enrolled in {organization}. To make it a new device, add --again.",
        "本机已注册到{organization}。如需注册为新设备，请加 --again。",
    ),
    "not_enrolled": (
        "Not enrolled yet. Run: firstline-agent enrol TOKEN --state {path}",
        "尚未注册。请运行：firstline-agent enrol 令牌 --state {path}",
    ),
    "already_running": ("An agent is already running in {path}.", "{path} 中已有客户端在运行。"),
    "state_unusable": ("The folder cannot be used: {path}. {why}", "文件夹无法使用：{path}。{why}"),
    "state_damaged": (
        "This file is damaged: {path}. Nothing was replaced; restore it, or enrol again with --again.",
        "文件已损坏：{path}。未做任何替换；请恢复该文件，或用 --again 重新注册。",
    ),
    "not_supported": (
        "Firstline's agent does not support {system} yet.",
        "Firstline 客户端暂不支持 {system}。",
    ),
    "not_running": ("The agent is not running in {path}.", "{path} 中没有正在运行的客户端。"),
    "nothing_asked": ("Nobody is asking for anything.", "目前没有任何请求。"),
    "asks_command": (
        "{technician} asks to run (ticket: {ticket}; reason: {reason}; up to {timeout_seconds} s):",
        "{technician} 请求执行以下命令（工单：{ticket}；原因：{reason}；最长 {timeout_seconds} 秒）：",
    ),
    "asks_diagnostics": (
        "{technician} asks for a health check of this computer (ticket: {ticket}; reason: {reason}).",
        "{technician} 请求对本机做健康检查（工单：{ticket}；原因：{reason}）。",
    ),
    "runs": ("Running now, asked by {technician} ({id}):", "正在执行，由 {technician} 发起（{id}）："),
    "question": (
        "Type yes to allow, anything else refuses [{seconds_left} s]: ",
        "输入 yes 允许，其他均为拒绝 [{seconds_left} 秒]：",
    ),
    "was_allowed": ("Allowed.", "已允许。"),
    "was_refused": ("Refused.", "已拒绝。"),
    "was_stopped": ("Stopped.", "已停止。"),
    "too_late": ("This request is no longer open.", "此请求已经结束。"),
    "status_enrolled": (
        "Organisation: {organization}, device: {device}, fingerprint: {fingerprint}",
        "组织：{organization}，设备：{device}，指纹：{fingerprint}",
    ),
    "status_connected": ("Running and connected to {gateway}.", "正在运行，已连接到 {gateway}。"),
    "status_lost": ("Running, not connected to {gateway}.", "正在运行，未连接到 {gateway}。"),
    "status_questions": ("Open questions: {count}", "待答复请求：{count}"),
    "journal_empty": ("Nobody was on this machine.", "没有人操作过本机。"),
    "journal_damaged": (
        "Warning: this journal was changed by something other than the agent.",
        "警告：此日志曾被客户端以外的程序改动。",
    ),
    "at_enrolled": ("enrolled in {organization}", "注册到{organization}"),
    "at_requested": ("{technician} {ticket} asked: {text}", "{technician} {ticket} 请求：{text}"),
    "at_answered": (
        "{technician} {ticket} was answered at the device ({place}): {answer}",
        "{technician} {ticket} 在本机得到答复（{place}）：{answer}",
    ),
    "at_started": ("{technician} {ticket} started: {text}", "{technician} {ticket} 开始执行：{text}"),
    "at_finished": (
        "{technician} {ticket} ended ({how} {exit_code}): {text}",
        "{technician} {ticket} 结束（{how} {exit_code}）：{text}",
    ),
    "at_refused": (
        "{technician} {ticket} was refused ({why}): {text}",
        "{technician} {ticket} 被拒绝（{why}）：{text}",
    ),
    "at_failed": ("{technician} {ticket} failed: {error}", "{technician} {ticket} 失败：{error}"),
    "health_check": ("health check", "健康检查"),
}


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def phrase(code: str, /, **params: object) -> str:
    """The sentence of a code; an unknown code is shown as it is, since a newer gateway may send one."""
    known = _PHRASES.get(code)
    if known is None:
        return code
    return known[1 if _reads_chinese() else 0].format_map(_Blank(params)).strip()


def _reads_chinese() -> bool:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.lower().startswith("zh")
    return False
