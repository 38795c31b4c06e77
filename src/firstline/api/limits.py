"""How often one token may ask: a bucket of one minute's requests that fills up steadily.

Kept by each process for itself: with several web processes a token may ask each of them so often.
"""

import logging
import math
import threading

from firstline.api.problems import Refused
from firstline.kit import clock
from firstline.organizations.queries import api_requests_per_minute

_SWEEP_SIZE = 4096
_MINUTE = 60.0
log = logging.getLogger(__name__)


class Buckets:
    """What each key has left, in requests; bounded, because full buckets are forgotten."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._left: dict[int, tuple[float, float]] = {}
        self._told: dict[int, float] = {}

    def take(self, key: int, per_minute: int) -> float:
        """Take one request out of the bucket: 0, or the seconds until there is one again."""
        now = clock.now().timestamp()
        rate = per_minute / _MINUTE
        with self._guard:
            left, at = self._left.get(key, (float(per_minute), now))
            left = min(float(per_minute), left + max(0.0, now - at) * rate)
            if len(self._left) > _SWEEP_SIZE:
                self._sweep(now)
            if left < 1:
                self._left[key] = (left, now)
                return (1 - left) / rate
            self._left[key] = (left - 1, now)
            return 0.0

    def is_news(self, key: int) -> bool:
        """Whether nobody was told within the last minute that this key asks too often."""
        now = clock.now().timestamp()
        with self._guard:
            is_news = abs(now - self._told.get(key, -_MINUTE)) >= _MINUTE
            if is_news:
                self._told[key] = now
        return is_news

    def _sweep(self, now: float) -> None:
        """Forget buckets that are full again after a minute of silence."""
        self._left = {key: kept for key, kept in self._left.items() if 0 <= now - kept[1] < _MINUTE}
        self._told = {key: at for key, at in self._told.items() if 0 <= now - at < _MINUTE}


_buckets = Buckets()


def check(key: int, name: str) -> None:
    """Count one request of the token `key`; raises `Refused` (429) with the seconds to wait.

    The first refusal within a minute is logged with the token's owner.
    """
    per_minute = api_requests_per_minute()
    wait_seconds = _buckets.take(key, per_minute)
    if wait_seconds:
        if _buckets.is_news(key):
            log.warning("api requests of %s refused: more than %s a minute", name, per_minute)
        raise Refused(429, "too_many_requests", limit=per_minute, seconds=math.ceil(wait_seconds))
