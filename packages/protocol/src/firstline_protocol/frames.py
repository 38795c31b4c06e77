"""One message to the bytes of one binary WebSocket message, and back."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstline_protocol import cbor, schema
from firstline_protocol.errors import ProtocolError
from firstline_protocol.limits import CRITICAL_BELOW, FRAME_BYTES_MAX
from firstline_protocol.messages import AGENT_TYPES, GATEWAY_TYPES, Message

_TYPES: dict[int, type[Message]] = {cls.TYPE: cls for cls in (*GATEWAY_TYPES, *AGENT_TYPES)}
_TYPE_KEY, _FIELDS_KEY = 1, 2


@dataclass(frozen=True)
class UnknownMessage:
    """A message of a newer version that may be ignored."""

    type: int


def encode_frame(message: Message) -> bytes:
    """Return the frame; raise ProtocolError if a field breaks its limits or the frame is too large."""
    frame = cbor.encode({_TYPE_KEY: message.TYPE, _FIELDS_KEY: schema.pack(message)})
    if len(frame) > FRAME_BYTES_MAX:
        raise ProtocolError("frame_too_large", f"{len(frame)} bytes")
    return frame


def decode_frame(data: bytes) -> Message | UnknownMessage:
    """Return the message of a frame.

    Codes: `frame_too_large`, `not_canonical`, `bad_frame`, `unknown_message` (a critical type),
    `unknown_field`, `missing_field`, `bad_field`, `text_not_allowed`.
    """
    frame = cbor.decode(data)
    if not isinstance(frame, Mapping):
        raise ProtocolError("bad_frame", "a map was expected")
    number = frame.get(_TYPE_KEY)
    fields = frame.get(_FIELDS_KEY)
    if not isinstance(number, int) or isinstance(number, bool) or not isinstance(fields, Mapping):
        raise ProtocolError("bad_frame", "type or fields are missing")
    if any(key not in (_TYPE_KEY, _FIELDS_KEY) and key < CRITICAL_BELOW for key in frame):
        raise ProtocolError("bad_frame", "unknown key")
    cls = _TYPES.get(number)
    if cls is not None:
        return schema.unpack(cls, fields)
    if number < CRITICAL_BELOW:
        raise ProtocolError("unknown_message", str(number))
    return UnknownMessage(number)
