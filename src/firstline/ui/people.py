"""How a person is drawn where there is no picture."""

import re
import zlib

_HAN = re.compile("[\u3400-\u9fff]")
_HUES = 12


def initials(name: str) -> str:
    """Two letters of a Latin name, the last character of a Chinese one."""
    han = _HAN.findall(name)
    if han:
        return str(han[-1])
    words = [word for word in re.split(r"[\s@._-]+", name) if word[:1].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def avatar_hue(key: object) -> int:
    """A stable hue class 0 to 11 for a person's id or name; it identifies, it does not rank."""
    return zlib.crc32(str(key).encode()) % _HUES
