"""Digests, key ids, and the signature of a device (format 1 of the trust protocol)."""

import hashlib
from collections.abc import Mapping
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from firstline_protocol import cbor
from firstline_protocol.errors import ProtocolError

ES256 = 1
ED25519 = 2

DIGEST_KINDS = frozenset(
    {
        *("order", "entry", "accept", "device", "policy", "consent", "revoke", "beat", "hello"),
        *("journal", "sth", "release", "token", "join", "key"),
    }
)
POINT_BYTES = 65
SIGNATURE_BYTES = 64

_SIGNED_PREFIX = b"firstline/1 sig\n"


def digest(kind: str, body: bytes) -> bytes:
    """D(kind, body): a hash that no other kind of body can share."""
    if kind not in DIGEST_KINDS:
        raise ValueError(f"unknown kind of digest: {kind}")
    return hashlib.sha256(b"firstline/1 " + kind.encode() + b"\n" + body).digest()


def key_id(algorithm: int, public: bytes, rp_id: str | None = None) -> bytes:
    """The 16 bytes by which a key is named in signatures and in the authority log."""
    record: dict[int, cbor.Value] = {1: algorithm, 2: public}
    if rp_id is not None:
        record[3] = rp_id
    return digest("key", cbor.encode(record))[:16]


def device_id(public_point: bytes) -> bytes:
    """The 32 bytes that name a device: it is its key."""
    return digest("device", public_point)


def fingerprint(identity: bytes) -> str:
    """The start of an id in groups, for a person to compare on two screens."""
    text = identity[:10].hex().upper()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def verify(public_point: bytes, signed_digest: bytes, signature: bytes) -> None:
    """Check a raw ES256 signature over a digest; raise ProtocolError("bad_signature") otherwise."""
    if len(public_point) != POINT_BYTES or len(signature) != SIGNATURE_BYTES:
        raise ProtocolError("bad_signature", "size")
    half = SIGNATURE_BYTES // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_point)
        public.verify(
            utils.encode_dss_signature(r, s), _SIGNED_PREFIX + signed_digest, ec.ECDSA(hashes.SHA256())
        )
    except (InvalidSignature, ValueError):
        raise ProtocolError("bad_signature") from None


class DeviceKey:
    """The P-256 key of one device; only the agent ever holds it."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self.public_point = private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.device_id = device_id(self.public_point)

    @classmethod
    def generate(cls) -> Self:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Raise ValueError unless `pem` is an unencrypted P-256 private key."""
        private = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
            raise ValueError("not a P-256 private key")
        return cls(private)

    def to_pem(self) -> bytes:
        return self._private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def sign(self, signed_digest: bytes) -> bytes:
        """A raw ES256 signature (r then s, 64 bytes) over a digest."""
        der = self._private.sign(_SIGNED_PREFIX + signed_digest, ec.ECDSA(hashes.SHA256()))
        r, s = utils.decode_dss_signature(der)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def demo_genesis() -> bytes:
    """The genesis hash of the demo organisation, which has no roots: nothing it names can be trusted."""
    body: Mapping[int, cbor.Value] = {1: 1, 3: 0, 5: "genesis", 7: {1: "Firstline demo"}}
    return digest("entry", cbor.encode(body))


DEMO_GENESIS = demo_genesis()
