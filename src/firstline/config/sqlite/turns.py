"""Who writes next: first come, first served, among the threads of a process and the processes on a file."""

import fcntl
import os
import threading
import time
from collections import deque

_NEXT, _TURN = 0, 1
_PAUSE_SECONDS, _PAUSE_SECONDS_MAX = 0.0002, 0.002


class FifoLock:
    """A lock whose waiters are served in the order in which they came."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiters: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self, timeout: float) -> bool:
        """Take the lock; False when `timeout` seconds passed first."""
        with self._guard:
            if not self._held:
                self._held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiters.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._guard:
            if turn in self._waiters:
                self._waiters.remove(turn)
                return False
        return True  # The turn came between the time-out and the guard.

    def release(self) -> None:
        with self._guard:
            if self._waiters:
                self._waiters.popleft().release()
            else:
                self._held = False


class FileTurn:
    """One writer among the processes on a database; a process that dies gives its turn back.

    Asked for by one thread of a process at a time. Whoever waits for the turn holds "next", so that
    the process whose turn ends cannot take it again before those who came meanwhile.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def acquire(self, timeout: float) -> bool:
        """Take the turn; False when `timeout` seconds passed first."""
        deadline = time.monotonic() + timeout
        if not self._take(_NEXT, deadline):
            return False
        try:
            return self._take(_TURN, deadline)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _NEXT)

    def release(self) -> None:
        """Let the next process write."""
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _TURN)

    def _take(self, place: int, deadline: float) -> bool:
        pause = _PAUSE_SECONDS
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except (BlockingIOError, PermissionError):
                if time.monotonic() > deadline:
                    return False
                time.sleep(pause)
                pause = min(_PAUSE_SECONDS_MAX, pause * 1.5)
            else:
                return True


class WriterTurns:
    """The turn of a thread among all threads of all processes that write to one database."""

    def __init__(self) -> None:
        self._threads = FifoLock()
        self._files: dict[str, FileTurn] = {}

    def acquire(self, database: str, timeout: float) -> bool:
        """Take the turn for the database file (empty: it is in memory); False when time ran out."""
        if not self._threads.acquire(timeout):
            return False
        try:
            has_turn = not database or self._file(database).acquire(timeout)
        except BaseException:
            self._threads.release()
            raise
        if not has_turn:
            self._threads.release()
        return has_turn

    def release(self, database: str) -> None:
        try:
            if database:
                self._files[database].release()
        finally:
            self._threads.release()

    def _file(self, database: str) -> FileTurn:
        if database not in self._files:
            self._files[database] = FileTurn(f"{database}-turn")
        return self._files[database]
