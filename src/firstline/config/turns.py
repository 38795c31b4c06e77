"""Requests take turns: one computes at a time, unless it takes long.

The interpreter runs one thread at a time anyway. Threads that compete for it hand it over at every
statement of the database, and on several cores each hand-over costs more than it gains: eight clients
got three lists where one after another they get five. A request that has had its turn for
`LONG_SECONDS` (a search, an upload, a password) holds up nobody: others begin beside it.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LONG_SECONDS = 0.02


class Turns:
    """Hands out one turn at a time; whose holder takes long is passed by."""

    def __init__(self, long_seconds: float = LONG_SECONDS) -> None:
        self._long_seconds = long_seconds
        self._turn = threading.Lock()
        self._since = 0.0

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Compute within; True with the turn, False beside one that takes long."""
        is_mine = self._wait()
        try:
            yield is_mine
        finally:
            if is_mine:
                self._turn.release()

    def _wait(self) -> bool:
        left = self._long_seconds
        while left > 0:
            if self._turn.acquire(timeout=left):
                self._since = time.monotonic()
                return True
            # The turn may have passed to another meanwhile, who has only just begun.
            left = self._since + self._long_seconds - time.monotonic()
        return False
