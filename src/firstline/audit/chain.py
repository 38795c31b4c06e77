"""The arithmetic of the chain: what exactly is hashed, in which order."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from firstline.audit.models import HASH_LENGTH, canonical

GENESIS = "0" * HASH_LENGTH

# The columns of a record, all of which its seal proves.
SEALED_COLUMNS = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "verb",
    "ref_kind",
    "ref_id",
    "ref_label",
    "organization_id",
    "old",
    "new",
    "reason",
    "request_id",
    "causal_id",
    "labels",
    "label_hash",
)


def label_digest(salt: str, text: str) -> str:
    """What the chain knows of a label."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def label_hash(digests: Mapping[str, str]) -> str:
    """What a record knows of all its labels, by name."""
    return hashlib.sha256(canonical(dict(digests)).encode()).hexdigest() if digests else ""


def content(values: Mapping[str, Any]) -> dict[str, Any]:
    """A record's columns as JSON values, the time in UTC to the microsecond."""
    at: datetime = values["at"]
    plain = {name: values[name] for name in SEALED_COLUMNS}
    plain["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    return plain


def seal_hash(seq: int, previous: str, record: Mapping[str, Any]) -> str:
    """The hash of one link: its number, the link before, and the record's columns."""
    return hashlib.sha256(f"{seq}\n{previous}\n{canonical(content(record))}".encode()).hexdigest()
