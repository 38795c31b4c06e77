"""A program: prints how every Chinese character may read, for `pinyin` to keep in a compact form.

It runs as a child, because the package that knows needs more memory than the service may use.
Each line is a list of readings, most frequent first, and the characters that have it.
"""

import sys
import unicodedata

from pypinyin.constants import PINYIN_DICT

FIRST, LAST = 0x4E00, 0x9FFF


def main() -> None:
    """Print the table."""
    sharing: dict[str, list[str]] = {}
    for code, readings in sorted(PINYIN_DICT.items()):
        if FIRST <= code <= LAST:
            plain = dict.fromkeys(map(_plain, readings.split(",")))
            sharing.setdefault(",".join(filter(str.isascii, plain)), []).append(chr(code))
    lines = [f"{readings} {''.join(characters)}" for readings, characters in sharing.items() if readings]
    sys.stdout.buffer.write("\n".join(lines).encode())


def _plain(reading: str) -> str:
    """Without tone marks; people type v for ü."""
    apart = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(character for character in apart if unicodedata.category(character) != "Mn")


if __name__ == "__main__":
    main()
