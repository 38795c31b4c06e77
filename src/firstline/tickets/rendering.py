"""Turns what people write into safe HTML: plain text by small rules, mail HTML by the allow-list of `ui`."""

import re
from html import escape

from firstline.ui import richtext

_LINK = re.compile(r"https?://[^\s<>\"'，。；：！？、）】》”]+", re.IGNORECASE)
_FENCE = re.compile(r"^```[^\n]*$", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n+")
_REL = 'rel="noopener noreferrer nofollow"'


def html_from_text(text: str) -> str:
    """Paragraphs, line breaks, links, quotations ("> ") and fenced blocks (```) of plain text as HTML."""
    parts = _FENCE.split(text)
    pieces = []
    for index, part in enumerate(parts):
        # Every second part stands between two fences; what follows an unclosed fence is ordinary text.
        if index % 2 and index < len(parts) - 1:
            pieces.append(f"<pre>{escape(part.strip(chr(10)), quote=False)}</pre>")
        else:
            pieces.extend(_paragraphs(part))
    return "".join(pieces)


def html_from_html(markup: str) -> str:
    """Foreign HTML without scripts, styles, forms, frames, foreign pictures and anything not on the list."""
    return str(richtext.sanitize(markup))


def _paragraphs(text: str) -> list[str]:
    pieces: list[str] = []
    for block in _BLANK.split(text):
        run: list[str] = []
        quoted = False
        for line in block.strip("\n").split("\n"):
            is_quoted = line.startswith(">")
            if run and is_quoted != quoted:
                pieces.append(_block(run, quoted=quoted))
                run = []
            quoted = is_quoted
            run.append(line[1:].removeprefix(" ") if is_quoted else line)
        if any(line.strip() for line in run):
            pieces.append(_block(run, quoted=quoted))
    return pieces


def _block(lines: list[str], *, quoted: bool) -> str:
    inner = "<br>".join(_linked(line) for line in lines)
    return f"<blockquote><p>{inner}</p></blockquote>" if quoted else f"<p>{inner}</p>"


def _linked(line: str) -> str:
    if "://" not in line:
        return escape(line, quote=False)
    pieces, end = [], 0
    for match in _LINK.finditer(line):
        address = match[0].rstrip(".,;:!?)]}")
        pieces.append(escape(line[end : match.start()], quote=False))
        pieces.append(f'<a href="{escape(address)}" {_REL}>{escape(address, quote=False)}</a>')
        end = match.start() + len(address)
    pieces.append(escape(line[end:], quote=False))
    return "".join(pieces)
