"""HTML of strangers: a clean form that is safe to show, and the text that a person would read."""

import re
from html import escape, unescape

import nh3

# Beyond this the HTML is cut: a page of text needs a hundredth of it.
HTML_CHARS_MAX = 2_000_000
# An HTML tree takes time with the square of its depth: what could be deeper than this is read as text.
TAGS_MAX = 12_000
_TOKEN = re.compile(r"""<(/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>|([^<]+)""")
_CRUDE_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_BLOCKS = frozenset(
    {"p", "div", "table", "tr", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"}
    | {"hr", "section", "article", "header", "footer", "center", "dl", "dt", "dd"}
)
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_QUOTES = re.compile(r"gmail_quote|yahoo_quoted|isReplyContent|ntes-|moz-cite", re.IGNORECASE)
_READ_ATTRIBUTES = {"*": {"class", "id", "type"}, "a": {"href"}, "img": {"alt"}}
_SPACES = re.compile(r"[ \t\r\n\f\v]+")


def sanitise(html: str) -> str:
    """HTML that can be shown: no script, no style, no forms, and no picture that calls home."""
    if html.count("<") > TAGS_MAX:
        return text_to_html(html_to_text(html))
    return nh3.clean(
        html[:HTML_CHARS_MAX],
        url_schemes={"http", "https", "mailto", "cid"},
        attribute_filter=_keep_attribute,
        link_rel="noopener noreferrer nofollow",
    )


def text_to_html(text: str) -> str:
    """Plain text as HTML paragraphs."""
    return "".join(
        f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in text.split("\n\n") if block.strip()
    )


def html_to_text(html: str) -> str:
    """The text of an HTML body; quoted blocks get `> ` in front, links their address behind."""
    if html.count("<") > TAGS_MAX:
        return unescape(_CRUDE_TAG.sub(" ", html[:HTML_CHARS_MAX])).strip()
    clean = nh3.clean(html[:HTML_CHARS_MAX], attributes=_READ_ATTRIBUTES, link_rel=None)
    reader = _Reader()
    for closing, tag, attributes, text in _TOKEN.findall(clean):
        if text:
            reader.text(unescape(text))
        elif closing:
            reader.close(tag)
        else:
            reader.open(tag, dict(_ATTRIBUTE.findall(attributes)))
    return reader.result()


class _Reader:
    """Collects lines while it walks over well-formed tokens."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes: list[bool] = []  # one entry per open div or blockquote: whether it quotes
        self.depth = 0
        self.preformatted = 0
        self.links: list[tuple[str, int]] = []

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _BLOCKS:
            self._break()
        if tag in {"div", "blockquote"}:
            named = f"{attributes.get('class', '')} {attributes.get('id', '')}"
            is_quote = tag == "blockquote" or bool(_QUOTES.search(named))
            self.quotes.append(is_quote)
            self.depth += is_quote
        elif tag == "br":
            self._end_line()
        elif tag == "li":
            self.line.append("- ")
        elif tag in {"td", "th"} and self.line:
            self.line.append(" ")
        elif tag == "hr":
            self.line.append("-" * 10)
            self._end_line()
        elif tag == "img" and attributes.get("alt"):
            self.line.append(f"[{unescape(attributes['alt'])}]")
        elif tag == "a":
            self.links.append((unescape(attributes.get("href", "")), len(self.line)))
        elif tag == "pre":
            self.preformatted += 1

    def close(self, tag: str) -> None:
        if tag in {"div", "blockquote"} and self.quotes:
            self._break()
            self.depth -= self.quotes.pop()
        elif tag == "a" and self.links:
            self._close_link()
        elif tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        if tag in _BLOCKS:
            self._break()
        if tag in _PARAGRAPHS and self.lines and self.lines[-1].strip("> "):
            self.lines.append(self._prefix().rstrip())

    def text(self, text: str) -> None:
        if self.preformatted:
            first, *others = text.split("\n")
            self.line.append(first)
            for other in others:
                self._end_line()
                self.line.append(other)
        else:
            self.line.append(_SPACES.sub(" ", text))

    def result(self) -> str:
        self._break()
        text = "\n".join(self.lines).replace("\u00a0", " ")
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")

    def _close_link(self) -> None:
        href, start = self.links.pop()
        shown = "".join(self.line[start:]).strip()
        is_plain = shown in {href, href.removeprefix("mailto:"), href.rstrip("/")} or not href
        if not is_plain and href.startswith(("http://", "https://")) and len(href) <= 500 and shown:
            self.line.append(f" <{href}>")

    def _prefix(self) -> str:
        return "> " * min(self.depth, 10)

    def _break(self) -> None:
        """End the line if there is anything on it."""
        if "".join(self.line).strip():
            self._end_line()
        self.line.clear()
        self.links = [(href, 0) for href, _ in self.links]

    def _end_line(self) -> None:
        text = "".join(self.line)
        text = text.rstrip() if self.preformatted else _SPACES.sub(" ", text).strip(" ")
        self.lines.append((self._prefix() + text).rstrip())
        self.line.clear()
        self.links = [(href, 0) for href, _ in self.links]


def _keep_attribute(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src":
        return value if value.startswith("cid:") else None
    return value
