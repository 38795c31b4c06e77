"""Turns what people write into safe HTML: plain text by small rules, mail HTML by an allow-list."""

import re
from html import escape

import nh3

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'，。；：！？、）】》”]+[^\s<>\"'，。；：！？、）】》”.,;:!?)\]}]",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^```[^\n]*$", re.MULTILINE)
_TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer nofollow",
    clean_content_tags={"script", "style", "title", "template", "noscript"},
)


def html_from_text(text: str) -> str:
    """Paragraphs, line breaks, links, quotations ("> ") and fenced blocks (```) of plain text as HTML."""
    parts = _FENCE.split(text)
    pieces = []
    for index, part in enumerate(parts):
        # Every second part stands between two fences; an unclosed fence is ordinary text.
        if index % 2 and index < len(parts) - 1:
            pieces.append(f"<pre>{escape(part.strip(chr(10)), quote=False)}</pre>")
        else:
            pieces.extend(_paragraphs(part))
    return "".join(pieces)


def html_from_html(markup: str) -> str:
    """Foreign HTML without scripts, styles, forms, images, frames and anything not on the list."""
    return _CLEANER.clean(markup)


def _paragraphs(text: str) -> list[str]:
    pieces: list[str] = []
    for block in re.split(r"\n[ \t]*\n+", text):
        quoted: bool | None = None
        lines: list[str] = []
        for line in block.strip("\n").split("\n"):
            is_quoted = line.startswith(">")
            if lines and is_quoted != quoted:
                pieces.append(_block(lines, quoted=bool(quoted)))
                lines = []
            quoted = is_quoted
            lines.append(line[1:].removeprefix(" ") if is_quoted else line)
        if any(line.strip() for line in lines):
            pieces.append(_block(lines, quoted=bool(quoted)))
    return pieces


def _block(lines: list[str], *, quoted: bool) -> str:
    inner = "<br>".join(_linked(line) for line in lines)
    return f"<blockquote><p>{inner}</p></blockquote>" if quoted else f"<p>{inner}</p>"


def _linked(line: str) -> str:
    if "://" not in line and "www." not in line.lower():
        return escape(line, quote=False)
    pieces, end = [], 0
    for match in _LINK.finditer(line):
        address = match[0] if "://" in match[0] else f"https://{match[0]}"
        pieces.append(escape(line[end : match.start()], quote=False))
        pieces.append(
            f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">{escape(match[0], quote=False)}</a>'
        )
        end = match.end()
    pieces.append(escape(line[end:], quote=False))
    return "".join(pieces)
