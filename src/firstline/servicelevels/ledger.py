"""The sums of a clock's ledger: what was used, when the target is reached; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from firstline.servicelevels.arithmetic import Calendar, add_working_seconds, working_seconds_between
from firstline.servicelevels.enums import RISK_PERCENT


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a ledger: running or resting, closed or open (`ended_at` None), by its calendar."""

    runs: bool
    started_at: datetime
    ended_at: datetime | None
    calendar: Calendar

    def worked(self) -> int:
        """Working seconds within a closed span, whether they counted or were spared."""
        if self.ended_at is None:
            return 0
        return max(0, working_seconds_between(self.calendar, self.started_at, self.ended_at))


@dataclass(frozen=True, slots=True)
class Sums:
    """What a ledger adds up to."""

    used_seconds: int
    running_since: datetime | None
    reached_at: datetime | None
    risk_at: datetime | None


def add_up(spans: Sequence[Span], target_seconds: int) -> Sums:
    """Used seconds of the closed running spans, and the instants at which target and warning are reached.

    An instant is None where the ledger, as it stands, never gets there: paused or stopped before.
    """
    last = spans[-1] if spans else None
    running = [(span, span.worked()) for span in spans if span.runs]
    return Sums(
        used_seconds=sum(worked for _, worked in running),
        running_since=last.started_at if last and last.runs and last.ended_at is None else None,
        reached_at=_reach(running, target_seconds),
        risk_at=_reach(running, risk_seconds(target_seconds)),
    )


def _reach(running: Sequence[tuple[Span, int]], seconds: int) -> datetime | None:
    """The first instant by which the running spans have used so many seconds, None if they do not."""
    for span, worked in running:
        if span.ended_at is None or worked >= seconds:
            return add_working_seconds(span.calendar, span.started_at, seconds)
        seconds -= worked
    return None


def risk_seconds(target_seconds: int) -> int:
    """The used seconds from which a clock counts as at risk."""
    return -(-target_seconds * RISK_PERCENT // 100)
