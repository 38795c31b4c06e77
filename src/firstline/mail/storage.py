"""Raw messages on disk, under their own hash: written, synced and only then named."""

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a raw message lies, relative to the mail folder."""

    path: str
    sha256: str
    size_bytes: int


def store(raw: bytes) -> Stored:
    """Keep `raw` so that a power cut after the return cannot lose it; the same bytes are kept once."""
    digest = hashlib.sha256(raw).hexdigest()
    relative = f"{digest[:2]}/{digest}.eml"
    target = _root() / relative
    if not _holds(target, len(raw)):
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(target, raw)
        _sync_folder(target.parent)
        _sync_folder(target.parent.parent)
    return Stored(relative, digest, len(raw))


def load(path: str) -> bytes:
    """The raw message again; raises OSError when the disk does not give it back."""
    return (_root() / path).read_bytes()


def remove(path: str) -> None:
    """Take a raw message off the disk; one that is gone already is no error."""
    (_root() / path).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        _sync_folder((_root() / path).parent)


def _root() -> Path:
    return Path(settings.FIRSTLINE_DATA_DIR) / "mail"


def _holds(target: Path, size_bytes: int) -> bool:
    """Whether an earlier `store` finished: only then does the name exist, whole."""
    with contextlib.suppress(OSError):
        return target.stat().st_size == size_bytes
    return False


def _write(target: Path, raw: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
