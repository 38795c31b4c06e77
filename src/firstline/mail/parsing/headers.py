"""Header fields as real senders write them: folding, encoded words, parameters, addresses, Message-IDs."""

import base64
import binascii
import contextlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from firstline.kit.text import clean_line
from firstline.mail.parsing.charsets import decode
from firstline.mail.parsing.types import Address

VALUE_BYTES_MAX = 64 * 1024
ADDRESSES_MAX = 1000
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_NEWLINE = re.compile(rb"\r\n|\n|\r")
_WORD = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?]*)\?=")
_PARAMETER = re.compile(r";\s*([^\s=;\"]{1,80})\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)")
# Control characters are part of neither; a database refuses some of them.
_MESSAGE_ID = re.compile(r"<[^\s<>\x00-\x1f\x7f]{1,900}>")
_BARE_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\x00-\x1f\x7f]{1,64}@[^\s<>()\[\],;:\"@\x00-\x1f\x7f]{1,255}")


class Headers:
    """The fields of one header block, by lower-case name, values as bytes."""

    def __init__(self, block: bytes) -> None:
        self.fields: list[tuple[str, bytes]] = []
        self.has_faults = False
        pieces: list[bytes] = []
        name = ""
        for line in _NEWLINE.split(block):
            if line[:1] in {b" ", b"\t"} and name:
                pieces.append(line)
                continue
            match = _FIELD.match(line)
            if match is None:
                self.has_faults = self.has_faults or bool(line.strip())
                continue
            if name:
                self.fields.append((name, b"".join(pieces)[:VALUE_BYTES_MAX]))
            name, pieces = match.group(1).decode("ascii").lower(), [line[match.end() :]]
        if name:
            self.fields.append((name, b"".join(pieces)[:VALUE_BYTES_MAX]))

    def raw(self, name: str) -> str:
        """The first field of this name, as text with its encoded words still encoded; "" when absent."""
        return next((decode(value).strip() for key, value in self.fields if key == name), "")

    def all_raw(self, name: str) -> str:
        """All fields of this name, joined as one list."""
        return ", ".join(decode(value).strip() for key, value in self.fields if key == name)

    def text(self, name: str, limit: int = 1000) -> str:
        """The first field of this name as a person reads it, on one line."""
        return clean_line(decode_words(self.raw(name)), limit)

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


def decode_words(value: str) -> str:
    """Text with its RFC 2047 encoded words decoded; characters split between two words are made whole."""
    out: list[str] = []
    run: list[bytes] = []
    charset, position = "", 0
    for match in _WORD.finditer(value):
        between = value[position : match.start()]
        word_charset = match.group(1).partition("*")[0].lower()
        data = _word_bytes(match.group(2), match.group(3))
        if run and not between.strip() and word_charset == charset:
            run.append(data)
        else:
            out.append(decode(b"".join(run), charset))
            out.append("" if run and not between.strip() else between)
            run, charset = [data], word_charset
        position = match.end()
    out.append(decode(b"".join(run), charset))
    out.append(value[position:])
    return "".join(out)


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """The main value in lower case, and its parameters with RFC 2231 pieces joined and everything decoded."""
    value = value[:16384]
    main = value.partition(";")[0].strip().lower()
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, raw in _PARAMETER.findall(value):
        text = (
            re.sub(r"\\(.)", r"\1", raw[1:-1]) if raw.startswith('"') and raw.endswith('"') else raw.strip()
        )
        base, star, rest = name.lower().partition("*")
        if not star:
            plain.setdefault(base, clean_line(decode_words(text.strip('"')), 1000))
            continue
        number = rest.rstrip("*")
        index = int(number) if number.isdecimal() and number.isascii() and len(number) < 4 else 0
        pieces.setdefault(base, {})[index] = (text, rest.endswith("*") or not rest)
    return main, plain | {base: _join_pieces(found) for base, found in pieces.items()}


def parse_addresses(value: str) -> tuple[Address, ...]:
    """The addresses of a header; what holds no usable address is left out, as are group names."""
    found: list[Address] = []
    for chunk in _split_addresses(value)[:ADDRESSES_MAX]:
        address = _parse_address(chunk)
        if address is not None and address not in found[-50:]:
            found.append(address)
    return tuple(found)


def parse_message_ids(value: str) -> tuple[str, ...]:
    """Every Message-ID of a header, brackets included, in order."""
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(value)[:200]))


def parse_date(value: str) -> datetime | None:
    """The date of a header in UTC; None when it is no date."""
    with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError, AttributeError):
        at = parsedate_to_datetime(value[:100])
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return unquote_to_bytes(data.replace(b"_", b" ").replace(b"%", b"%25").replace(b"=", b"%"))
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    with contextlib.suppress(binascii.Error, ValueError):
        return base64.b64decode(data[: len(data) - (len(data) % 4 == 1)] + b"=" * (-len(data) % 4))
    return b""


def _join_pieces(pieces: dict[int, tuple[str, bool]]) -> str:
    charset, data = "", bytearray()
    for position, index in enumerate(sorted(pieces)):
        text, is_encoded = pieces[index]
        if position == 0 and is_encoded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace")
    return clean_line(decode_words(decode(bytes(data), charset)), 1000)


def _split_addresses(value: str) -> list[str]:
    """Cut at commas and semicolons outside of quotes, comments and brackets."""
    chunks: list[str] = []
    start = depth = 0
    is_quoted = is_bracketed = is_escaped = False
    for position, character in enumerate(value):
        if is_escaped:
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        elif character == '"' and depth == 0:
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif character in "<>" and depth == 0:
            is_bracketed = character == "<"
        elif character in ",;" and depth == 0 and not is_bracketed:
            chunks.append(value[start:position])
            start = position + 1
    chunks.append(value[start:])
    return chunks


def _parse_address(chunk: str) -> Address | None:
    opening = chunk.rfind("<")
    if opening >= 0:
        closing = chunk.find(">", opening)
        inner = chunk[opening + 1 : closing if closing >= 0 else len(chunk)].strip()
        # Routes of the old kind: <@relay:person@host>
        match = _BARE_ADDRESS.fullmatch(inner.rpartition(":")[2].strip())
        name = chunk[:opening]
        match = match or _BARE_ADDRESS.search(name)
    else:
        match = _BARE_ADDRESS.search(chunk)
        name = chunk.replace(match.group(), "") if match else ""
        name = name.strip().removeprefix("(").removesuffix(")")
    if match is None:
        return None
    local, _, domain = match.group().rpartition("@")
    shown = decode_words(re.sub(r"\\(.)", r"\1", name.strip().strip('"')))
    return Address(f"{local}@{domain.lower().rstrip('.')}", clean_line(shown.strip(" '\""), 200))
