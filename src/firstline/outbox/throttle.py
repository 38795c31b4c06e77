"""At most once a second per key, and never too late: the last wish within the second is granted."""

import asyncio
from collections.abc import Callable

APART_SECONDS = 1.0
_SWEEP_SIZE = 4096


class Throttle:
    """Runs actions on the event loop, each key's at least a second apart."""

    def __init__(self, apart_seconds: float = APART_SECONDS) -> None:
        self._apart_seconds = apart_seconds
        self._last: dict[tuple[str, str], float] = {}
        self._waiting: dict[tuple[str, str], Callable[[], None]] = {}

    def __call__(self, key: tuple[str, str], action: Callable[[], None]) -> None:
        """Run `action` now, or when the second is over instead of what waits for it."""
        if key in self._waiting:
            self._waiting[key] = action
            return
        loop = asyncio.get_running_loop()
        rest = self._last.get(key, -self._apart_seconds) + self._apart_seconds - loop.time()
        if rest > 0:
            self._waiting[key] = action
            loop.call_later(rest, self._run_waiting, key)
        else:
            self._run(key, action, loop.time())

    def _run_waiting(self, key: tuple[str, str]) -> None:
        self._run(key, self._waiting.pop(key), asyncio.get_running_loop().time())

    def _run(self, key: tuple[str, str], action: Callable[[], None], now: float) -> None:
        if len(self._last) > _SWEEP_SIZE:
            self._last = {k: at for k, at in self._last.items() if now - at < self._apart_seconds}
        self._last[key] = now
        action()
