"""The data folder: made, checked and claimed by one service at a time."""

import fcntl
import os
from pathlib import Path

_claims: list[int] = []


class FolderRefused(Exception):
    """The folder cannot be used; `code` and `params` make the sentence."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def claim(data: Path) -> Path:
    """Make `data` and its log folder and hold its lock until this process ends."""
    try:
        (data / "logs").mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FolderRefused("folder_unwritable", folder=str(data), reason=error.strerror or "") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise FolderRefused("folder_in_use", folder=str(data)) from error
    _claims.append(descriptor)
    data.chmod(0o700)
    return data
