"""Clocks of subjects that lived elsewhere before: the bulk path of imports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from firstline.kit import clock as kit_clock
from firstline.servicelevels.actions import lines
from firstline.servicelevels.actions.clocks import Dues, dues_of
from firstline.servicelevels.actions.lines import whole_second
from firstline.servicelevels.enums import Cause, ClockState, Metric
from firstline.servicelevels.models import Clock, ClockSegment
from firstline.servicelevels.queries import Rules, rules


@dataclass(frozen=True, slots=True)
class Pause:
    """A rest in a history; without an end it still lasts."""

    started_at: datetime
    ended_at: datetime | None
    cause: str


@dataclass(frozen=True, slots=True)
class History:
    """What happened to a subject, as far as its clocks care. Pauses are in order and do not overlap."""

    subject_id: int
    organization_id: int
    team_id: int | None
    priority: int
    started_at: datetime
    responded_at: datetime | None = None
    resolved_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()


def start_clocks_many(*, subject_kind: str, histories: Sequence[History]) -> dict[int, Dues]:
    """Write the clocks and ledgers of imported subjects with two inserts, and their due dates by subject id.

    Breaches of the past are noted, not announced. In the caller's transaction (asserted).
    """
    lines.assert_atomic()
    book, now = rules(), whole_second(kit_clock.now())
    clocks: list[Clock] = []
    segments: list[ClockSegment] = []
    found: dict[int, Dues] = {}
    for history in histories:
        pair = []
        for metric in Metric:
            clock, written = _replay(subject_kind, history, metric, book, now)
            pair.append(clock)
            segments += written
        clocks += pair
        found[history.subject_id] = dues_of(pair)
    Clock.objects.bulk_create(clocks, batch_size=500)
    ClockSegment.objects.bulk_create(segments, batch_size=500)
    return found


def _replay(
    subject_kind: str, history: History, metric: str, book: Rules, now: datetime
) -> tuple[Clock, list[ClockSegment]]:
    policy = book.policy_for(history.organization_id)
    start = whole_second(history.started_at)
    stop = history.responded_at if metric == Metric.FIRST_RESPONSE else None
    stop = stop or history.resolved_at
    clock = Clock(
        subject_kind=subject_kind,
        subject_id=history.subject_id,
        metric=metric,
        organization_id=history.organization_id,
        team_id=history.team_id,
        priority=history.priority,
        calendar_id=book.calendar_id_for(policy, history.team_id),
        target_seconds=policy.targets[history.priority, metric],
        started_at=start,
    )
    stopped_at = max(whole_second(stop), start) if stop else None
    written = _lines(clock, history.pauses, stopped_at, book)
    sums = lines.sums_of(clock, written, book)
    lines.take_sums(clock, sums)
    if stopped_at is not None:
        replied = metric == Metric.FIRST_RESPONSE and history.responded_at is not None
        clock.state, clock.stopped_at = ClockState.STOPPED, stopped_at
        clock.stop_cause = Cause.REPLIED if replied else Cause.RESOLVED
    else:
        clock.state = written[-1].state
    ran_until = max(line.ended_at or now for line in written if line.state == ClockState.RUNNING)
    if sums.reached_at is not None and sums.reached_at < ran_until:
        clock.breached_at = sums.reached_at
    if sums.risk_at is not None and sums.risk_at <= ran_until:
        clock.at_risk_at = sums.risk_at
    return clock, written


def _lines(
    clock: Clock, pauses: tuple[Pause, ...], stopped_at: datetime | None, book: Rules
) -> list[ClockSegment]:
    """The ledger: running from the start, resting in each pause, up to the stop."""
    turns: list[tuple[datetime, str, str]] = [(clock.started_at, ClockState.RUNNING, Cause.CREATED)]
    for pause in pauses:
        turns.append((whole_second(pause.started_at), ClockState.PAUSED, pause.cause))
        if pause.ended_at is not None:
            turns.append((whole_second(pause.ended_at), ClockState.RUNNING, Cause.RESUMED))
    written: list[ClockSegment] = []
    for turn_at, state, cause in turns:
        at = max(turn_at, written[-1].started_at) if written else turn_at
        if stopped_at is not None and written and at >= stopped_at:
            break
        if written:
            _close(written[-1], at, book)
        written.append(
            ClockSegment(
                clock=clock,
                state=state,
                started_at=at,
                calendar_id=clock.calendar_id,
                target_seconds=clock.target_seconds,
                cause=cause,
            )
        )
    if stopped_at is not None:
        _close(written[-1], stopped_at, book)
    return written


def _close(line: ClockSegment, at: datetime, book: Rules) -> None:
    line.ended_at = at
    line.working_seconds = lines.worked_seconds(line, book)
