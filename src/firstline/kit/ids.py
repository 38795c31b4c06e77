"""Identifiers that sort by time."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | secrets.randbits(12) << 64
    return uuid.UUID(int=value | 2 << 62 | secrets.randbits(62))


def token(bytes_count: int = 24) -> str:
    """An unguessable URL-safe secret."""
    return secrets.token_urlsafe(bytes_count)
