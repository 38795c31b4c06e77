"""How long to wait before the next try, so that a fleet does not return all at once."""

import random
from collections.abc import Callable


class Backoff:
    """Exponential with full jitter: anywhere between zero and a bound that doubles up to `longest`."""

    def __init__(
        self, *, first: float = 0.5, longest: float = 60.0, draw: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._longest = longest
        self._draw = draw
        self._tries = 0

    def next_delay(self) -> float:
        bound = min(self._longest, self._first * float(2**self._tries))
        self._tries = min(self._tries + 1, 30)
        return bound * self._draw()

    def reset(self) -> None:
        self._tries = 0
