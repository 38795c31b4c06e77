"""Enrolment tokens: what a new device pins before it trusts anything, and the proof that it holds one."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Annotated

from firstline_protocol import cbor, schema
from firstline_protocol.errors import ProtocolError
from firstline_protocol.limits import TOKEN_CHARS_MAX
from firstline_protocol.schema import Field, Many, Octets, Text, Uint

PREFIX = "FL1."
TOKEN_ID_BYTES = 16
SECRET_BYTES = 16

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True)
class EnrolmentToken:
    """Everything a device needs to find its gateway and to be taken in; `expires_at` is in Unix seconds."""

    genesis: Annotated[bytes, Field(1, Octets(32, 32))]
    log_seq: Annotated[int, Field(2, Uint())]
    log_head: Annotated[bytes, Field(3, Octets(32, 32))]
    gateway_url: Annotated[str, Field(4, Text(300, 1))]
    token_id: Annotated[bytes, Field(5, Octets(TOKEN_ID_BYTES, TOKEN_ID_BYTES))]
    secret: Annotated[bytes, Field(6, Octets(SECRET_BYTES, SECRET_BYTES))]
    tags: Annotated[tuple[str, ...], Field(7, Many(Text(64, 1), 32))]
    uses: Annotated[int, Field(8, Uint(100_000, 1))]
    expires_at: Annotated[int, Field(9, Uint())]

    def __repr__(self) -> str:
        return f"EnrolmentToken(token_id={self.token_id.hex()}, gateway_url={self.gateway_url!r})"


def encode_token(token: EnrolmentToken) -> str:
    """Return the text that is copied to the device; raise ProtocolError if a field breaks its limits."""
    body = cbor.encode(schema.pack(token))
    return PREFIX + base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def decode_token(text: str) -> EnrolmentToken:
    """Return the token of a text; raise ProtocolError("bad_token") for anything else.

    White space around it is forgiven, since people paste it. Expiry is the caller's to judge.
    """
    text = text.strip()
    body = text.removeprefix(PREFIX)
    if body == text or len(text) > TOKEN_CHARS_MAX or not _BASE64URL.match(body):
        raise ProtocolError("bad_token", "form")
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        token = schema.unpack(EnrolmentToken, cbor.decode(data))
    except binascii.Error:
        raise ProtocolError("bad_token", "base64url") from None
    except ProtocolError as error:
        raise ProtocolError("bad_token", str(error)) from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != body:
        raise ProtocolError("bad_token", "base64url")
    return token


def proof(secret: bytes, hello_body: bytes) -> bytes:
    """HMAC-SHA256 over a signed hello: shows that the device holds the token without sending its secret."""
    return hmac.new(secret, hello_body, hashlib.sha256).digest()


def proof_holds(secret: bytes, hello_body: bytes, mac: bytes) -> bool:
    return hmac.compare_digest(proof(secret, hello_body), mac)
