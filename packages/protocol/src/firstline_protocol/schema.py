"""Turns frozen dataclasses into canonical maps and back, checking every field on both ways."""

import dataclasses
import enum
import re
import types
import typing
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol, TypeVar

from firstline_protocol import text
from firstline_protocol.cbor import INTEGER_MAX, Value
from firstline_protocol.errors import ProtocolError
from firstline_protocol.limits import CRITICAL_BELOW, SHOWN_CHARS_MAX

T = TypeVar("T")


class Kind(Protocol):
    """How one field travels; both ways raise ProtocolError("bad_field")."""

    def pack(self, value: Any) -> Value: ...
    def unpack(self, value: Value) -> Any: ...


@dataclasses.dataclass(frozen=True)
class Field:
    """Written in `Annotated`: the integer key of a field and how it travels."""

    key: int
    kind: Kind


def pack(record: Any) -> dict[int, Value]:
    """Return the map of a record; a field at its default is left out."""
    cls: Any = type(record)
    out: dict[int, Value] = {}
    for name, field, default in _layout(cls):
        value = getattr(record, name)
        if default is dataclasses.MISSING or value != default:
            with _naming(name):
                out[field.key] = field.kind.pack(value)
    return out


def unpack(cls: type[T], value: Value) -> T:
    """Return a record; unknown keys below 128 are an error, others are ignored.

    Codes: `bad_field`, `missing_field`, `unknown_field`.
    """
    if not isinstance(value, Mapping):
        raise ProtocolError("bad_field", "a map was expected")
    arguments: dict[str, Any] = {}
    known = set()
    hashable: Any = cls
    for name, field, default in _layout(hashable):
        known.add(field.key)
        if field.key in value:
            with _naming(name):
                arguments[name] = field.kind.unpack(value[field.key])
        elif default is dataclasses.MISSING:
            raise ProtocolError("missing_field", name)
    unknown = [key for key in value if key not in known and key < CRITICAL_BELOW]
    if unknown:
        raise ProtocolError("unknown_field", str(unknown[0]))
    return cls(**arguments)


@cache
def _layout(cls: type) -> list[tuple[str, Field, Any]]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return [
        (field.name, hints[field.name].__metadata__[0], field.default) for field in dataclasses.fields(cls)
    ]


class _naming:  # noqa: N801 - reads as a statement
    """Adds the name of the field to an error that passes through."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        if isinstance(error, ProtocolError):
            raise ProtocolError(error.code, f"{self.name} {error.detail}".strip()) from None


def _bad(detail: str) -> ProtocolError:
    return ProtocolError("bad_field", detail)


@dataclasses.dataclass(frozen=True)
class Uint:
    maximum: int = INTEGER_MAX
    minimum: int = 0

    def pack(self, value: Any) -> Value:
        return self.unpack(value)

    def unpack(self, value: Value) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _bad("is not a number")
        if not self.minimum <= value <= self.maximum:
            raise _bad("is out of range")
        return value


@dataclasses.dataclass(frozen=True)
class Flag:
    def pack(self, value: Any) -> Value:
        return self.unpack(value)

    def unpack(self, value: Value) -> bool:
        if not isinstance(value, bool):
            raise _bad("is not true or false")
        return value


@dataclasses.dataclass(frozen=True)
class Octets:
    maximum: int
    minimum: int = 0

    def pack(self, value: Any) -> Value:
        return self.unpack(value)

    def unpack(self, value: Value) -> bytes:
        if not isinstance(value, bytes):
            raise _bad("is not bytes")
        if not self.minimum <= len(value) <= self.maximum:
            raise _bad("has a wrong size")
        return value


@dataclasses.dataclass(frozen=True)
class Identifier:
    """A UUID, as its 16 bytes."""

    def pack(self, value: Any) -> Value:
        if not isinstance(value, uuid.UUID):
            raise _bad("is not a UUID")
        return value.bytes

    def unpack(self, value: Value) -> uuid.UUID:
        if not isinstance(value, bytes) or len(value) != 16:
            raise _bad("is not a UUID")
        return uuid.UUID(bytes=value)


@dataclasses.dataclass(frozen=True)
class Text:
    maximum: int = SHOWN_CHARS_MAX
    minimum: int = 0

    def pack(self, value: Any) -> Value:
        return self.unpack(value)

    def unpack(self, value: Value) -> str:
        if not isinstance(value, str):
            raise _bad("is not text")
        if not self.minimum <= len(value) <= self.maximum:
            raise _bad("has a wrong length")
        if not self.may_be_shown(value):
            raise ProtocolError("text_not_allowed", "has control or invisible characters")
        return value

    def may_be_shown(self, value: str) -> bool:
        return text.is_shown_line(value)


@dataclasses.dataclass(frozen=True)
class Block(Text):
    def may_be_shown(self, value: str) -> bool:
        return text.is_shown_block(value)


@dataclasses.dataclass(frozen=True)
class CommandText(Text):
    def may_be_shown(self, value: str) -> bool:
        return text.is_shown_command(value)


_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")


@dataclasses.dataclass(frozen=True)
class Code(Text):
    """A stable name such as `token_expired`; the set is open, so that a newer side may add one."""

    maximum: int = 64
    minimum: int = 1

    def may_be_shown(self, value: str) -> bool:
        return _CODE.match(value) is not None


@dataclasses.dataclass(frozen=True)
class Choice:
    """A closed set of codes: a value outside it is refused."""

    values: type[enum.StrEnum]

    def pack(self, value: Any) -> Value:
        return self.unpack(value).value

    def unpack(self, value: Value) -> enum.StrEnum:
        try:
            return self.values(str(value))
        except ValueError:
            raise _bad("is not one of the known values") from None


@dataclasses.dataclass(frozen=True)
class Many:
    kind: Kind
    maximum: int

    def pack(self, value: Any) -> Value:
        if len(value) > self.maximum:
            raise _bad("has too many items")
        return [self.kind.pack(item) for item in value]

    def unpack(self, value: Value) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > self.maximum:
            raise _bad("is not a list, or too long")
        return tuple(self.kind.unpack(item) for item in value)


@dataclasses.dataclass(frozen=True)
class Record:
    cls: type

    def pack(self, value: Any) -> Value:
        if not isinstance(value, self.cls):
            raise _bad("is of another kind")
        return pack(value)

    def unpack(self, value: Value) -> Any:
        return unpack(self.cls, value)
