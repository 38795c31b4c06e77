"""Which text may be shown to a person: nothing that hides, reorders or fakes what they read."""

import re
import unicodedata

# Marks that change the reading order of what follows, and separators that fake a new line.
_REORDERING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029"
_CONTROL = re.compile(f"[\\x00-\\x1f\\x7f-\\x9f{_REORDERING}]")
_CONTROL_IN_BLOCK = re.compile(f"[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f{_REORDERING}]")


def is_shown_line(text: str) -> bool:
    """One line without controls, bidirectional marks or line separators."""
    return _CONTROL.search(text) is None


def is_shown_block(text: str) -> bool:
    """As a line, but line feed and tab are allowed."""
    return _CONTROL_IN_BLOCK.search(text) is None


def is_shown_command(text: str) -> bool:
    """As a block, and nothing invisible: who consents must see every character that will run."""
    return is_shown_block(text) and not any(unicodedata.category(character) == "Cf" for character in text)


def clean_line(text: str, limit: int) -> str:
    """Make any text fit for a line of at most `limit` characters; an ellipsis marks what was cut."""
    flat = _CONTROL.sub(" ", _without_surrogates(text))
    flat = " ".join(flat.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def clean_block(text: str, limit: int) -> str:
    """Make any text fit for a block of at most `limit` characters."""
    flat = _CONTROL_IN_BLOCK.sub(" ", _without_surrogates(text.replace("\r\n", "\n")))
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
