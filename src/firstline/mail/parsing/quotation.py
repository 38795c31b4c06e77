"""What the writer wrote this time: without the quotation of earlier mail and without the signature."""

import re
from dataclasses import dataclass

LINES_MAX = 20_000
_WROTE = re.compile(
    r"(on|at|am|le|el|il|op)\b.{3,300}\b(wrote|schrieb.*|a écrit|escribió|ha scritto|schreef)\s*:|"
    r"[\s*_]*(在|于|於).{3,300}(写道|写入|寫道|编写)\s*[:：]|"
    r".{3,200}<[^<>\s]+@[^<>\s]+>\s*(wrote|写道|寫道|于.{3,80}写道|於.{3,80}寫道)\s*[:：]",
    re.IGNORECASE,
)
_WROTE_START = re.compile(r"(on|at)\s.{0,40}\d|[\s*_]*(在|于|於)\s*\d{2,4}", re.IGNORECASE)
_DIVIDER = re.compile(
    r"[-_—\s]{2,}\s*(original message|original|original appointment|reply message|replied message|"
    r"forwarded message|原始邮件|原始郵件|原邮件|回复的原邮件|回复的邮件|转发的邮件|轉寄郵件|转发邮件信息|"
    r"ursprüngliche nachricht|message d'origine|mensaje original|元のメッセージ)\s*[-_—\s]{2,}",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"begin forwarded message:|"
    r"[-_—\s]{2,}\s*(forwarded message|转发的邮件|转发邮件信息|轉寄郵件)\s*[-_—\s]{2,}",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"[>\s*]*(from|sent|date|to|cc|subject|reply-to|发件人|發件人|寄件者|发送时间|發送時間|发送日期|日期|时间|收件人|收件者|抄送|主题|主題|"
    r"主旨|von|gesendet|an|betreff|de|envoyé|à|objet|enviado|para|asunto)\s*\**\s*[:：]",
    re.IGNORECASE,
)
_FIRST_FIELD = re.compile(r"[\s*]*(from|发件人|發件人|寄件者|von|de)\s*\**\s*[:：]\**\s*\S", re.IGNORECASE)
_RULE = re.compile(r"[_\-=—]{5,}\s*")
_SIGNATURE = re.compile(r"--\s?|—\s?|－－\s?")
_MOBILE = re.compile(
    r"(sent from (my|mail|yahoo|outlook|samsung|proton|a mobile)\b.{0,60}|get outlook for .{2,30}|"
    r"sent (using|via|with) .{2,50}|von meinem .{2,40} gesendet|envoyé de mon .{2,40}|"
    r"(发自|發自|来自|從|从|寄自)\s*(我的|my)?\s*.{2,40}(发送|傳送)?|通过\s*.{2,20}(发送|邮箱)|iPhoneから送信)\s*(<\S+>)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A body in three: what is new, what is quoted, what is a signature."""

    reply: str
    quoted: str = ""
    signature: str = ""


def cut(text: str) -> Cut:
    """Divide a body; `reply` is never empty where `text` holds anything.

    A forwarded message is content, not quotation. An answer written between quoted lines keeps them.
    """
    lines = text.split("\n")
    if len(lines) > LINES_MAX:
        return Cut(text.strip())
    start = _quotation_start(lines)
    new, quoted = lines[:start], lines[start:]
    after = _answer_below(quoted)
    if after:
        answers = [line for line in after if not line.startswith(">")]
        if not "".join(new).strip():
            new, quoted = answers, [line for line in quoted if line.startswith(">")]
        else:  # written between the quoted lines: the quotation is needed to understand the answer
            new, quoted = lines, []
    body, signature = _without_signature(new)
    reply = "\n".join(body).strip()
    if not reply:
        return Cut(text.strip())
    return Cut(reply, "\n".join(quoted).strip(), "\n".join(signature).strip())


def _quotation_start(lines: list[str]) -> int:
    """The first line of the quotation; the number of lines when there is none."""
    for index, line in enumerate(lines):
        stripped = line.strip()
        if not stripped:
            continue
        if _FORWARD.fullmatch(stripped):
            return len(lines)
        if _DIVIDER.fullmatch(stripped) or _is_attribution(lines, index) or _is_header_block(lines, index):
            return index
        if line.startswith(">") and all(
            other.startswith(">") or not other.strip() for other in lines[index : index + 200]
        ):
            return index
    return len(lines)


def _is_attribution(lines: list[str], index: int) -> bool:
    """`On … wrote:`, whole or wrapped over up to four lines by the sender's program."""
    first = lines[index].strip()
    if len(first) > 400:
        return False
    if _WROTE.fullmatch(first):
        return True
    if not _WROTE_START.match(first):
        return False
    joined = first
    for line in lines[index + 1 : index + 4]:
        joined = f"{joined} {line.strip()}"[:500]
        if _WROTE.fullmatch(joined):
            return True
    return False


def _is_header_block(lines: list[str], index: int) -> bool:
    """Outlook's way: a rule or nothing, then From, Sent, To, Subject on lines of their own."""
    if _RULE.fullmatch(lines[index].strip()[:200]):
        follower = next((line for line in lines[index + 1 : index + 4] if line.strip()), "")
        return bool(_FIRST_FIELD.match(follower)) and _field_count(lines, index + 1) >= 3
    return bool(_FIRST_FIELD.match(lines[index])) and _field_count(lines, index) >= 3


def _field_count(lines: list[str], index: int) -> int:
    return sum(1 for line in lines[index : index + 9] if _FIELD.match(line[:300]))


def _answer_below(quoted: list[str]) -> list[str]:
    """Lines from the first unquoted one after a `>` block on; empty when nothing follows it."""
    seen = False
    for index, line in enumerate(quoted):
        if line.startswith(">"):
            seen = True
        elif (
            seen
            and line.strip()
            and not _SIGNATURE.fullmatch(line)
            and not _MOBILE.fullmatch(line.strip()[:200])
        ):
            return quoted[index:]
        elif seen and _SIGNATURE.fullmatch(line):
            return []
    return []


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    for index, line in enumerate(lines):
        if index and _SIGNATURE.fullmatch(line.rstrip("\r")) and len(lines) - index <= 40:
            return lines[:index], lines[index:]
    end = len(lines)
    while end and (not lines[end - 1].strip() or _RULE.fullmatch(lines[end - 1].strip()[:200])):
        end -= 1
    if end and _MOBILE.fullmatch(lines[end - 1].strip()[:200]):
        end -= 1
        while end and _RULE.fullmatch(lines[end - 1].strip()[:200]):
            end -= 1
        return lines[:end], lines[end:]
    return lines, []
