"""Requests go first: jobs of this process begin between them, or one at a time beside them.

A person waits for the answer to a request; nobody waits for a receipt to go out. Both share one
interpreter, which runs one thread at a time: every job that runs beside a request makes it wait.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# How long a job lets requests pass before it begins in spite of them, and how long it has to be
# quiet before another may begin beside it.
PATIENCE_SECONDS = 0.5
QUIET_SECONDS = 0.01

_guard = threading.Lock()
_answering = 0
_quiet_since = 0.0
_beside = threading.Lock()


@contextmanager
def answering() -> Iterator[None]:
    """A request is being answered."""
    global _answering, _quiet_since
    with _guard:
        _answering += 1
    try:
        yield
    finally:
        with _guard:
            _answering -= 1
            _quiet_since = time.monotonic()


@contextmanager
def after_requests(*, waited_seconds: float = 0.0) -> Iterator[None]:
    """Begin a job once requests pause, at the latest when it has waited for `PATIENCE_SECONDS` in all.

    What begins while requests are answered does so one at a time.
    """
    deadline = time.monotonic() + max(0.0, PATIENCE_SECONDS - waited_seconds)
    while not is_quiet() and time.monotonic() < deadline:
        time.sleep(QUIET_SECONDS / 2)
    if is_quiet():
        yield
        return
    # A job that waits for a network computes nothing: it does not hold up the others for long.
    alone = _beside.acquire(timeout=PATIENCE_SECONDS)
    try:
        yield
    finally:
        if alone:
            _beside.release()


def is_quiet() -> bool:
    """Whether no request is being answered, nor was a moment ago."""
    return not _answering and time.monotonic() - _quiet_since >= QUIET_SECONDS
