"""Markdown and plain text of people as safe HTML."""

import re

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)

_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "hr", "i", "img", "kbd", "li",
    "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
    "div",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "*": {"lang", "dir"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_ADDRESS = re.compile(r"https?://[^\s<>\"'，。；）)]+[^\s<>\"'，。；）).,;:!?]")


def sanitize(html: str) -> SafeString:
    """HTML of strangers reduced to an allowlist; nothing in it can run, style or load from elsewhere."""
    cleaned = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow", attribute_filter=_own_images_only,
    )  # fmt: skip
    return SafeString(cleaned)


def markdown(text: str) -> SafeString:
    """Markdown as safe HTML; raw HTML in it is shown as text."""
    return sanitize(_parser.render(text))


def plain(text: str) -> SafeString:
    """Plain text as paragraphs with its addresses clickable."""
    paragraphs = [part for part in re.split(r"\n{2,}", text.strip()) if part]
    return SafeString("".join(f"<p>{_with_links(part)}</p>" for part in paragraphs))


def _own_images_only(tag: str, attribute: str, value: str) -> str | None:
    # A picture from elsewhere would tell its host who reads this, and when.
    if tag == "img" and attribute == "src":
        return value if value.startswith("/") and not value.startswith("//") else None
    return value


def _with_links(part: str) -> str:
    done, pieces = 0, []
    for match in _ADDRESS.finditer(part):
        pieces.append(str(escape(part[done : match.start()])))
        address = str(escape(match.group()))
        pieces.append(f'<a href="{address}" rel="noopener noreferrer nofollow">{address}</a>')
        done = match.end()
    pieces.append(str(escape(part[done:])))
    return "".join(pieces).replace("\n", "<br>\n")
