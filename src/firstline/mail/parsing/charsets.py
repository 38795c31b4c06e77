"""Bytes to text when the sender named no character set, the wrong one, or one that does not exist."""

import codecs
import re

from firstline.kit.text import has_han

# What Chinese senders call by the name of an older, smaller set.
_WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312_80": "gb18030", "euc_cn": "gb18030",
    "cp936": "gb18030", "x_gbk": "gb18030", "big5": "big5hkscs", "x_x_big5": "big5hkscs",
    "ks_c_5601_1987": "cp949", "euc_kr": "cp949", "shift_jis": "cp932", "x_sjis": "cp932",
    "iso_8859_1": "cp1252", "latin1": "cp1252", "latin_1": "cp1252",
    "iso8859_1": "cp1252", "ascii": "cp1252", "us_ascii": "cp1252", "ansi_x3.4_1968": "cp1252",
    "iso_8859_9": "cp1254", "iso_8859_8_i": "iso8859_8", "unicode_1_1_utf_7": "utf_7", "cn_gb": "gb18030",
}  # fmt: skip
# Codecs that are slow on long input, or not character sets at all.
_FORBIDDEN = {
    "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf_8_sig",
}  # fmt: skip
_SINGLE_BYTE = re.compile(r"cp125\d|iso8859|latin|koi8|mac")
_ISO_2022 = ((b"\x1b$B", "iso2022_jp"), (b"\x1b$@", "iso2022_jp"), (b"\x1b$)C", "iso2022_kr"))
_MULTIBYTE_UTF8 = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def decode(data: bytes, declared: str = "") -> str:
    """The text of `data`; never raises. What is certain wins over what was declared."""
    name = _codec(declared)
    if data.isascii():
        return _decode_ascii(data, name)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    utf8 = _strict(data, "utf-8")
    if utf8 is not None and (name in {"", "utf_8"} or _is_surely_utf8(data, name)):
        return utf8.removeprefix("\ufeff")
    if name in {"", "utf_8", "cp1252"}:
        return _guess(data, name)
    return _strict(data, name) or data.decode(name, "replace")


def _codec(declared: str) -> str:
    """The Python name of a usable declared character set, widened; "" where there is none."""
    key = declared.strip().strip("\"'").lower()[:60].replace("-", "_").replace(" ", "_")
    key = _WIDER.get(key, key)
    try:
        found = codecs.lookup(key or "ascii")
    except (LookupError, ValueError):
        return ""
    # base64, zlib, rot13 …: codecs by name, but of bytes to bytes.
    if not key or not getattr(found, "_is_text_encoding", True):
        return ""
    name = found.name.replace("-", "_")
    return "" if name in _FORBIDDEN else _WIDER.get(name, name)


def _decode_ascii(data: bytes, name: str) -> str:
    """Bytes below 0x80 are ASCII but for the sets that escape (ISO-2022, HZ, UTF-7) or are wider."""
    if name in {"hz", "utf_7"} or name.startswith(("iso2022", "utf_16", "utf_32")):
        return data.decode(name, "replace")
    for mark, escaping in _ISO_2022:
        if mark in data:
            return data.decode(escaping, "replace")
    return data.decode("ascii")


def _is_surely_utf8(data: bytes, name: str) -> bool:
    """Valid UTF-8 beats a declared set whose own text would hardly ever be valid UTF-8."""
    return bool(_SINGLE_BYTE.match(name)) or bool(_MULTIBYTE_UTF8.search(data))


def _guess(data: bytes, name: str) -> str:
    """Nothing declared, or something that the bytes disprove: Chinese if it reads so, else Western.

    Double-byte Chinese comes in runs of high bytes; Western text has them one at a time.
    """
    runs = re.findall(rb"[\x80-\xff]+", data[:4000])
    if name != "utf_8" or not _is_mostly_utf8(data):
        if sum(map(len, runs)) >= 3 * len(runs) or all(len(run) % 2 == 0 for run in runs):
            chinese = _strict(data, "gb18030")
            if chinese is not None and has_han(chinese):
                return chinese
        return data.decode("cp1252", "replace")
    return data.decode("utf-8", "replace")


def _is_mostly_utf8(data: bytes) -> bool:
    """UTF-8 with a broken byte here and there, for example cut in the middle of a character."""
    text = data[:20000].decode("utf-8", "replace")
    return text.count("\ufffd") * 5 <= sum(1 for character in text if ord(character) > 127)


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None
