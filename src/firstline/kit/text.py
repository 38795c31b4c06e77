"""Cleaning and cutting text that came from outside."""

import re
import unicodedata

# C0 and C1 controls except tab and newline, the bidirectional overrides that can make a line
# read differently from what it says, and halves of surrogate pairs, which no database takes.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def clean(value: str) -> str:
    """Normalised text without control characters; newlines become `\\n`."""
    unified = value.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSAFE.sub("", unicodedata.normalize("NFC", unified))


def clean_line(value: str, limit: int = 200) -> str:
    """One line of clean text, cut at `limit` characters."""
    return truncate(" ".join(clean(value).split()), limit)


def truncate(value: str, limit: int) -> str:
    """At most `limit` characters, the last an ellipsis when something was cut."""
    return value if len(value) <= limit else value[: limit - 1].rstrip() + "…"


def has_han(value: str) -> bool:
    """Whether the text holds a Chinese character."""
    return bool(_HAN.search(value))


def guess_language(value: str) -> str:
    """ "zh-hans" where a fifth or more of the letters are Han, otherwise "en"."""
    letters = [character for character in value if character.isalpha()]
    han = sum(1 for character in letters if _HAN.match(character))
    return "zh-hans" if letters and han * 5 >= len(letters) else "en"
