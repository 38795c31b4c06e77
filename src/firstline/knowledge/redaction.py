"""Taking people and secrets out of a ticket's words; pure."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from firstline.kit.text import has_han
from firstline.knowledge.enums import Removed

_PLACEHOLDERS = {
    "en": {"name": "[name]", "email": "[e-mail]", "phone": "[phone]", "secret": "[removed]"},
    "zh-hans": {"name": "[姓名]", "email": "[邮箱]", "phone": "[电话]", "secret": "[已删除]"},
}
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
_SECRET_AFTER = re.compile(
    r"((?:password|passwd|passphrase|pwd|pin|token|secret|api[ _-]?key|密码|口令|验证码|密钥)"
    r"\s*(?:is|was|=|:|：|是|为|改成|重置为)+\s*)(\S{3,200})",
    re.IGNORECASE,
)
_SECRET_SHAPE = re.compile(
    r"-----BEGIN [A-Z ]+-----[\s\S]{0,20000}?-----END [A-Z ]+-----"
    r"|\b(?:ghp|gho|glpat|xox[bp]|sk|pk|AKIA)[-_A-Za-z0-9]{16,200}"
    r"|\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{8,1000}"
)
# A sign or a bracket first, or groups of digits: not a version, an address or an error code.
_PHONE = re.compile(
    r"(?<![\w.:/-])(?:\+\d{1,3}[ -]?(?:\(?\d{1,5}\)?[ -]?){2,6}\d{2,4}|1[3-9]\d[ -]?\d{4}[ -]?\d{4}|"
    r"\(0?\d{2,4}\)[ -]?\d{3,4}[ -]?\d{3,4}|0\d{2,3}-\d{7,8}|\d{3}-\d{3}-\d{4})(?![\w.:/-])"
)
_GREETING = re.compile(
    r"^(?:(?:hi|hello|dear|hey|good (?:morning|afternoon))\b[^\n]{0,40}[,!]"
    r"|[^\n，。]{0,12}[,，]?(?:您好|你好)[,，!！。]?)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSING = re.compile(
    r"^(?:(?:kind|best|warm|many)? ?(?:regards|thanks|wishes)|thank you(?: very much)?|cheers|"
    r"谢谢|多谢|此致|祝好)"
    r"(?:[,，.!！。]?\s*\Z|[,，]?\n(?:[^\n]{1,40}\n?){0,3}\Z)",
    re.IGNORECASE | re.MULTILINE,
)


def redact(text: str, *, names: Sequence[str] = (), language: str = "en") -> tuple[str, Counter[str]]:
    """The text without names, addresses, numbers and secrets, and how many of each `Removed` were found.

    `names` are the people of the ticket; the parts of a name longer than two letters count too.
    Greetings and closings go as well.
    """
    found: Counter[str] = Counter()
    words = _PLACEHOLDERS.get(language, _PLACEHOLDERS["en"])

    def replace(kind: Removed, prefix_group: int = 0) -> Callable[[re.Match[str]], str]:
        def put(match: re.Match[str]) -> str:
            found[kind.value] += 1
            return (match.group(prefix_group) if prefix_group else "") + words[kind.value]

        return put

    text = _CLOSING.sub("", _GREETING.sub("", text))
    text = _SECRET_SHAPE.sub(replace(Removed.SECRET), text)
    text = _SECRET_AFTER.sub(replace(Removed.SECRET, 1), text)
    text = _EMAIL.sub(replace(Removed.EMAIL), text)
    text = _PHONE.sub(replace(Removed.PHONE), text)
    pattern = _names_pattern(names)
    if pattern is not None:
        text = pattern.sub(replace(Removed.NAME), text)
    return re.sub(r"\n{3,}", "\n\n", text).strip(), found


def _names_pattern(names: Sequence[str]) -> re.Pattern[str] | None:
    """Whole names and their parts, the longest first; Chinese names have no word boundaries."""
    wanted: set[str] = set()
    for name in names:
        whole = " ".join(name.split())
        if has_han(whole):
            wanted.add(re.escape(whole.replace(" ", "")))
        elif whole:
            parts = [part for part in whole.split() if len(part) > 2]
            wanted |= {rf"\b{re.escape(part)}\b" for part in [whole, *parts]}
    if not wanted:
        return None
    return re.compile("|".join(sorted(wanted, key=len, reverse=True)), re.IGNORECASE)
