"""A strict subset of deterministic CBOR (RFC 8949 section 4.2.1): one value, one encoding.

Unsigned integers up to 2^53 - 1, byte strings, UTF-8 text, arrays, maps with integer keys 0-255 in
ascending order, true and false. Everything else is refused, so that two parsers never read the same bytes
differently.
"""

from collections.abc import Mapping, Sequence

from firstline_protocol.errors import ProtocolError
from firstline_protocol.limits import FRAME_BYTES_MAX

_NOT_ENCODABLE = "not_encodable"

Value = bool | int | bytes | str | Sequence["Value"] | Mapping[int, "Value"]

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 8
KEY_MAX = 255

_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5
_FALSE, _TRUE = 0xF4, 0xF5
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def encode(value: Value) -> bytes:
    """Return the one encoding of `value`; raise ProtocolError("not_encodable") outside the subset."""
    out = bytearray()
    _write(out, value, 0)
    return bytes(out)


def decode(data: bytes, *, size_bytes_max: int = FRAME_BYTES_MAX) -> Value:
    """Return the value of `data`; raise ProtocolError for anything that `encode` would not have written.

    Arrays come back as lists, maps as dicts. Codes: `frame_too_large`, `not_canonical`.
    """
    if len(data) > size_bytes_max:
        raise ProtocolError("frame_too_large", f"{len(data)} bytes")
    reader = _Reader(bytes(data))
    value = reader.value(0)
    if reader.position != len(data):
        raise ProtocolError("not_canonical", "trailing bytes")
    return value


def _write(out: bytearray, value: Value, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise ProtocolError(_NOT_ENCODABLE, "too deep")
    if isinstance(value, bool):
        out.append(_TRUE if value else _FALSE)
    elif isinstance(value, int):
        if not 0 <= value <= INTEGER_MAX:
            raise ProtocolError(_NOT_ENCODABLE, "integer out of range")
        _write_head(out, _UNSIGNED, value)
    elif isinstance(value, bytes | bytearray):
        _write_head(out, _BYTES, len(value))
        out += value
    elif isinstance(value, str):
        _write_text(out, value)
    elif isinstance(value, Mapping):
        _write_map(out, value, depth)
    elif isinstance(value, list | tuple):
        _write_head(out, _ARRAY, len(value))
        for item in value:
            _write(out, item, depth + 1)
    else:
        raise ProtocolError(_NOT_ENCODABLE, type(value).__name__)


def _write_text(out: bytearray, value: str) -> None:
    try:
        text = value.encode()
    except UnicodeEncodeError:
        raise ProtocolError(_NOT_ENCODABLE, "text is not Unicode") from None
    _write_head(out, _TEXT, len(text))
    out += text


def _write_map(out: bytearray, value: Mapping[int, Value], depth: int) -> None:
    for key in value:
        if not isinstance(key, int) or isinstance(key, bool) or not 0 <= key <= KEY_MAX:
            raise ProtocolError(_NOT_ENCODABLE, "map key")
    _write_head(out, _MAP, len(value))
    for key in sorted(value):
        _write_head(out, _UNSIGNED, key)
        _write(out, value[key], depth + 1)


def _write_head(out: bytearray, major: int, number: int) -> None:
    if number < 24:
        out.append(major << 5 | number)
        return
    for info, width in _WIDTHS.items():
        if number < 1 << (8 * width):
            out.append(major << 5 | info)
            out += number.to_bytes(width, "big")
            return


class _Reader:
    """Walks over the bytes once; every length is checked against what is left before it is used."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def value(self, depth: int) -> Value:
        if depth > DEPTH_MAX:
            raise ProtocolError("not_canonical", "too deep")
        first = self.data[self.position : self.position + 1]
        if first in (b"\xf4", b"\xf5"):
            self.position += 1
            return first == b"\xf5"
        major, number = self._head()
        if major == _UNSIGNED:
            return number
        if major == _BYTES:
            return self._take(number)
        if major == _TEXT:
            return self._text(number)
        if major == _ARRAY:
            self._expect_items(number, 1)
            return [self.value(depth + 1) for _ in range(number)]
        if major == _MAP:
            return self._map(number, depth)
        raise ProtocolError("not_canonical", "kind of value")

    def _head(self) -> tuple[int, int]:
        initial = self._take(1)[0]
        major, info = initial >> 5, initial & 31
        if info < 24:
            return major, info
        width = _WIDTHS.get(info)
        if width is None:
            raise ProtocolError("not_canonical", "length")
        number = int.from_bytes(self._take(width), "big")
        shortest = 24 if width == 1 else 1 << (4 * width)
        if number < shortest or number > INTEGER_MAX:
            raise ProtocolError("not_canonical", "number")
        return major, number

    def _take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self.data):
            raise ProtocolError("not_canonical", "cut short")
        part = self.data[self.position : end]
        self.position = end
        return part

    def _text(self, count: int) -> str:
        try:
            return self._take(count).decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise ProtocolError("not_canonical", "UTF-8") from None

    def _map(self, count: int, depth: int) -> dict[int, Value]:
        self._expect_items(count, 2)
        found: dict[int, Value] = {}
        last = -1
        for _ in range(count):
            major, key = self._head()
            if major != _UNSIGNED or not last < key <= KEY_MAX:
                raise ProtocolError("not_canonical", "map keys")
            last = key
            found[key] = self.value(depth + 1)
        return found

    def _expect_items(self, count: int, bytes_each: int) -> None:
        if count * bytes_each > len(self.data) - self.position:
            raise ProtocolError("not_canonical", "cut short")
