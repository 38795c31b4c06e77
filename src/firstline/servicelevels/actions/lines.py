"""The lines of a ledger: beginning, ending, cutting, adding up; here clocks and lines agree."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from firstline.kit import rows
from firstline.kit.actor import Actor
from firstline.outbox.actions import publish
from firstline.servicelevels.arithmetic import working_seconds_between
from firstline.servicelevels.enums import ClockState
from firstline.servicelevels.events import ClockBreached
from firstline.servicelevels.ledger import Span, Sums, add_up
from firstline.servicelevels.models import Clock, ClockSegment
from firstline.servicelevels.queries import Rules


@dataclass(frozen=True)
class Turn:
    """When something happened to a clock (to the whole second), why, and by what."""

    at: datetime
    cause: str
    reference: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", whole_second(self.at))


def refresh(clock: Clock, segments: list[ClockSegment], turn: Turn, book: Rules, actor: Actor) -> bool:
    """Bring an open clock under the rules in force and add its ledger up anew; whether its dates changed.

    Exact and idempotent: the result depends on the ledger and the rules alone.
    """
    before = (clock.used_seconds, clock.due_at, clock.target_seconds, clock.breached_at)
    policy = book.policy_for(clock.organization_id)
    clock.target_seconds = policy.targets[clock.priority, clock.metric]
    clock.calendar_id = book.calendar_id_for(policy, clock.team_id)
    _cut(clock, segments, turn, book)
    for segment in segments[:-1]:
        if segment.working_seconds != (worked := worked_seconds(segment, book)):
            segment.working_seconds = worked
            rows.store(segment)
    sums = sums_of(clock, segments, book)
    take_sums(clock, sums)
    _judge(clock, segments, sums, turn.at, actor)
    rows.store(clock)
    return before != (clock.used_seconds, clock.due_at, clock.target_seconds, clock.breached_at)


def settle(clock: Clock, at: datetime, actor: Actor) -> None:
    """Note and announce a breach that happened before `at`, in case no sweep has seen it yet."""
    if clock.breached_at is None and clock.due_at is not None and clock.due_at < whole_second(at):
        clock.breached_at = clock.due_at
        publish(ClockBreached(clock.subject_kind, clock.subject_id, clock.metric), actor=actor)


def sums_of(clock: Clock, segments: Iterable[ClockSegment], book: Rules) -> Sums:
    """What the ledger adds up to under the clock's target."""
    spans = [
        Span(
            segment.state == ClockState.RUNNING,
            segment.started_at,
            segment.ended_at,
            book.calendars[segment.calendar_id],
        )
        for segment in segments
    ]
    return add_up(spans, clock.target_seconds)


def take_sums(clock: Clock, sums: Sums) -> None:
    """Copy the sums of the ledger into the clock; only a running clock is due."""
    clock.used_seconds, clock.running_since = sums.used_seconds, sums.running_since
    running = sums.running_since is not None
    clock.due_at = sums.reached_at if running else None
    clock.risk_at = sums.risk_at if running else None


def segments_of(clocks: Iterable[Clock]) -> dict[int, list[ClockSegment]]:
    """The ledgers of these clocks, with one query."""
    found: dict[int, list[ClockSegment]] = {clock.pk: [] for clock in clocks}
    for segment in ClockSegment.objects.filter(clock__in=found).order_by("id"):
        found[segment.clock_id].append(segment)
    return found


def whole_second(at: datetime) -> datetime:
    """The instant without its fraction; ledgers count whole seconds."""
    return at.replace(microsecond=0)


def assert_atomic() -> None:
    """Inner steps never open a transaction of their own."""
    if not connection.in_atomic_block:
        raise RuntimeError("clocks change inside the transaction of their subject")


def new_line(clock: Clock, state: str, turn: Turn) -> ClockSegment:
    """An open line under the clock's calendar and target, not saved yet."""
    return ClockSegment(
        clock=clock,
        state=state,
        started_at=turn.at,
        calendar_id=clock.calendar_id,
        target_seconds=clock.target_seconds,
        cause=turn.cause,
        reference=turn.reference,
    )


def change(clock: Clock, state: str, turn: Turn, book: Rules) -> None:
    """End the open line of the ledger and begin one in the other state."""
    segments = segments_of([clock])[clock.pk]
    turn = replace(turn, at=max(turn.at, segments[-1].started_at))
    if segments[-1].started_at == turn.at and len(segments) > 1:
        segments.pop().delete()  # a line without any length tells nobody anything
    else:
        _end(segments[-1], turn.at, book)
    following = new_line(clock, state, turn)
    rows.store(following)
    clock.state = state
    take_sums(clock, sums_of(clock, [*segments, following], book))
    rows.store(clock)


def stop(clock: Clock, turn: Turn, book: Rules) -> None:
    """End the open line, and the clock with it."""
    segments = segments_of([clock])[clock.pk]
    turn = replace(turn, at=max(turn.at, segments[-1].started_at))
    _end(segments[-1], turn.at, book)
    clock.state, clock.stopped_at = ClockState.STOPPED, turn.at
    clock.stop_cause, clock.stop_reference = turn.cause, turn.reference
    take_sums(clock, sums_of(clock, segments, book))
    rows.store(clock)


def _end(segment: ClockSegment, at: datetime, book: Rules) -> None:
    segment.ended_at = at
    segment.working_seconds = worked_seconds(segment, book)
    rows.store(segment)


def worked_seconds(segment: ClockSegment, book: Rules) -> int:
    """What a closed line used or spared, by its calendar as it is now."""
    assert segment.ended_at is not None
    calendar = book.calendars[segment.calendar_id]
    return working_seconds_between(calendar, segment.started_at, segment.ended_at)


def _cut(clock: Clock, segments: list[ClockSegment], turn: Turn, book: Rules) -> None:
    """Begin a line under the clock's target and calendar, unless the open one is under them already."""
    last = segments[-1]
    if (last.calendar_id, last.target_seconds) == (clock.calendar_id, clock.target_seconds):
        return
    if last.started_at >= turn.at:
        last.calendar_id, last.target_seconds = clock.calendar_id, clock.target_seconds
        rows.store(last)
        return
    _end(last, turn.at, book)
    following = new_line(clock, last.state, turn)
    rows.store(following)
    segments.append(following)


def _judge(clock: Clock, segments: list[ClockSegment], sums: Sums, at: datetime, actor: Actor) -> None:
    """Set or take back breach and risk after the ledger was added up anew."""
    ran_until = max(
        (segment.ended_at or at for segment in segments if segment.state == ClockState.RUNNING), default=at
    )
    breached_at = sums.reached_at if sums.reached_at is not None and sums.reached_at < ran_until else None
    if breached_at is not None and clock.breached_at is None:
        publish(ClockBreached(clock.subject_kind, clock.subject_id, clock.metric), actor=actor)
    clock.breached_at = breached_at
    if sums.risk_at is None or sums.risk_at > ran_until:
        clock.at_risk_at = None
