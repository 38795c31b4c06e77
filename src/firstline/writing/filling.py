"""Variables of texts and what stands for them; pure."""

import re
from collections.abc import Mapping

from firstline.kit.text import clean_line, has_han

_VARIABLE = re.compile(r"\{\{\s*([^{}]{0,60}?)\s*\}\}")


def variables_in(text: str) -> list[str]:
    """What stands between {{ and }}, each once, in order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables replaced, each value as plain words; an unknown one stays as it is.

    A value is never looked at again: a name that reads like a variable stays a name.
    """
    return _VARIABLE.sub(lambda match: _plain(values[match[1]]) if match[1] in values else match[0], text)


def first_name(name: str) -> str:
    """How one is greeted: the first word of a name, the whole of a Chinese one."""
    return name if has_han(name) else (name.split() or [""])[0]


def _plain(value: str) -> str:
    """One line that makes no Markdown link of itself."""
    return clean_line(value, 300).replace("](", "] (").replace("][", "] [")
