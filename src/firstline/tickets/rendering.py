"""Turns what people write into safe HTML: plain text by small rules, mail HTML by the allow-list of `ui`."""

import re
from html import escape

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from firstline.ui import richtext

_LINK = re.compile(r"https?://[^\s<>\"'，。；：！？、）】》”]+", re.IGNORECASE)
_FENCE = re.compile(r"^```[^\n]*$", re.MULTILINE)
_FENCES = re.compile(r"(^```[^\n]*$)", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n+")
_REL = 'rel="noopener noreferrer nofollow"'
# The last line of a quotation, where ordinary words follow at once.
_BELOW_QUOTE = re.compile(r"^(>[^\n]*)\n(?=[^>\s])", re.MULTILINE)


def _link_addresses(state: StateCore) -> None:
    """Turn the bare addresses of every text into links, except within links."""
    for token in state.tokens:
        if token.type != "inline" or "://" not in token.content:
            continue
        depth, children = 0, []
        for child in token.children or []:
            depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            children += [child] if depth or child.type != "text" else _pieces(child.content)
        token.children = children


def _pieces(text: str) -> list[Token]:
    pieces, end = [], 0
    for match in _LINK.finditer(text):
        address = match[0].rstrip(".,;:!?)]}")
        pieces += [Token("text", "", 0, content=text[end : match.start()])]
        pieces += [Token("link_open", "a", 1, attrs={"href": address}), Token("text", "", 0, content=address)]
        pieces += [Token("link_close", "a", -1)]
        end = match.start() + len(address)
    return [*pieces, Token("text", "", 0, content=text[end:])]


_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
_markdown.enable(["table", "strikethrough"]).disable(["escape", "lheading", "entity"])
_markdown.core.ruler.push("addresses", _link_addresses)


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


def html_of_message(text: str) -> SafeString:
    """What is typed in the reply box as HTML: Markdown, by the one renderer that previews and sends it.

    Markup in it is shown as text; addresses become links; backslashes of Windows paths stay, a line of
    dashes makes no heading of the line above it, and an answer under a quotation does not join it.
    """
    parts = _FENCES.split(text)
    # Every second part is a fence; what stands between two of them stays as it is.
    parts[::4] = [_BELOW_QUOTE.sub(r"\1\n\n", part) for part in parts[::4]]
    return richtext.sanitize(_markdown.render("".join(parts)))


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
