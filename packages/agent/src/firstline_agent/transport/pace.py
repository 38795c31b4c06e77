"""Keeps an agent below the rate at which gateways close: after a long absence it has much to tell."""

import asyncio
import time

from firstline_protocol.limits import AGENT_MESSAGES_BURST, AGENT_MESSAGES_PER_SECOND


class Pace:
    """A bucket that holds one burst and fills at the steady rate."""

    def __init__(
        self, *, burst: int = AGENT_MESSAGES_BURST, per_second: float = AGENT_MESSAGES_PER_SECOND
    ) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._left = float(burst)
        self._counted_at = time.monotonic()

    async def wait(self) -> None:
        """Return when one more message may go."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._counted_at) * self._per_second) - 1
        self._counted_at = now
        if self._left < 0:
            await asyncio.sleep(-self._left / self._per_second)
