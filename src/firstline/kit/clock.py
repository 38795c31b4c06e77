"""The one source of "now", so that tests can hold time still."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_frozen: ContextVar[list[datetime] | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current time, aware, in UTC."""
    held = _frozen.get()
    return held[0] if held is not None else datetime.now(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold time at `at` (aware) for the block; `advance` moves it."""
    if at.tzinfo is None:
        raise ValueError("frozen() needs an aware datetime")
    token = _frozen.set([at.astimezone(UTC)])
    try:
        yield
    finally:
        _frozen.reset(token)


def advance(by: timedelta) -> None:
    """Move a frozen clock forward."""
    held = _frozen.get()
    if held is None:
        raise RuntimeError("advance() works inside frozen() only")
    held[0] += by
