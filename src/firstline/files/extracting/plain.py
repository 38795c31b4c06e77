"""Text files in whatever encoding their program chose."""

import codecs
import re
from typing import IO

from firstline.files.extracting.output import Collected, Unreadable

BYTES_MAX = 4 * 2**20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Each with the lead bytes of its everyday characters and their least trail byte: text uses hardly
# any others, while Western text misread as one of them does.
_ASIAN = (
    ("gb18030", range(0xA1, 0xD8), 0xA1),
    ("big5", range(0xA1, 0xC7), 0x40),
    ("cp932", range(0x81, 0x98), 0x40),
)
_EVERYDAY_SHARE = 0.7
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def read_plain(stream: IO[bytes], collected: Collected) -> None:
    """The text of a file that should be text; the encoding is found from the bytes."""
    data = stream.read(BYTES_MAX + 1)
    collected.is_cut = len(data) > BYTES_MAX
    collected.add(decode(data[:BYTES_MAX]))


def decode(data: bytes) -> str:
    """The text of `data`, whose end may lie inside a character; raises `Unreadable` for what is no text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if wide := _wide(data):
        return data.decode(wide, "replace")
    if len(_BINARY.findall(data[:65536])) > len(data[:65536]) // 1000:
        raise Unreadable("text_unknown")
    text = _strict(data, "utf-8")
    return text if text is not None else _legacy(data)


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every second byte of Western text is zero."""
    sample = data[:2000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 4 and even * 10 < odd:
        return "utf-16-le"
    return "utf-16-be" if even > len(sample) // 4 and odd * 10 < even else ""


def _legacy(data: bytes) -> str:
    """The Asian encoding under which the text is most everyday, otherwise Western."""
    best, share = "", _EVERYDAY_SHARE
    for encoding, leads, trail_min in _ASIAN:
        text = _strict(data, encoding)
        if text is None:
            continue
        codes = [each.encode(encoding) for each in text[:20_000] if each > "\x7f"][:2000]
        everyday = sum(len(code) == 2 and code[0] in leads and code[1] >= trail_min for code in codes)
        if codes and everyday / len(codes) > share:
            best, share = text, everyday / len(codes)
    return best or data.decode("cp1252", "replace")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(data, final=False)
    except UnicodeDecodeError:
        return None
