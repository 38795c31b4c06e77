"""Enrolment tokens: what they carry, and the secret that is derived instead of kept."""

from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from firstline.devices.models import EnrolmentToken
from firstline_protocol.enrolment import EnrolmentToken as WireToken
from firstline_protocol.enrolment import encode_token
from firstline_protocol.identity import DEMO_GENESIS

SECRET_BYTES = 16


def secret_of(token_id: bytes) -> bytes:
    """The secret that a token's holder proves to know (TRUST 6.2, field 6)."""
    hkdf = HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=token_id, info=b"firstline.devices.enrolment.1")
    return hkdf.derive(settings.SECRET_KEY.encode())


def gateway_url() -> str:
    """Where agents connect: the public address, by WebSocket."""
    parts = urlsplit(settings.FIRSTLINE_PUBLIC_URL)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return f"{scheme}://{parts.netloc}/agent/v1"


def token_text(token: EnrolmentToken) -> str:
    """The token as a person copies it to the device."""
    token_id = bytes(token.token_id)
    return encode_token(
        WireToken(
            genesis=DEMO_GENESIS,
            log_seq=0,
            log_head=DEMO_GENESIS,
            gateway_url=gateway_url(),
            token_id=token_id,
            secret=secret_of(token_id),
            tags=(),
            uses=token.uses_max,
            expires_at=int(token.expires_at.timestamp()),
        )
    )
