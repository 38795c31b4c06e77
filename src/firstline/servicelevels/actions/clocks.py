"""Inner steps on the clocks of one subject; the caller's transaction holds them and the subject's row.

Each locks the subject's clocks in the order of their metric, works to the whole second, never lets time run
backwards, and answers with the due dates to copy into the subject.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from firstline.kit import rows
from firstline.kit.actor import Actor
from firstline.kit.prepared import Prepared
from firstline.kit.refs import Ref
from firstline.servicelevels.actions import lines
from firstline.servicelevels.actions.lines import Turn
from firstline.servicelevels.enums import Cause, ClockState, Metric
from firstline.servicelevels.models import Clock
from firstline.servicelevels.queries import ClockView, Rules, rules


@dataclass(frozen=True, slots=True)
class Dues:
    """When the running clocks of a subject are due, and from when the first of them is at risk; None for
    one that is paused or stopped."""

    first_response: datetime | None
    resolution: datetime | None
    risk: datetime | None = None

    @property
    def next(self) -> datetime | None:
        """The earliest of the two."""
        return min((due for due in (self.first_response, self.resolution) if due is not None), default=None)


def start_clocks(
    *,
    subject: Ref,
    organization_id: int,
    team_id: int | None,
    priority: int,
    at: datetime,
    cause: str = Cause.CREATED,
    reference: str = "",
) -> Dues:
    """Start both clocks of a new subject by the first policy that fits; once per subject (constraint)."""
    book, turn = _begin(), Turn(at, cause, reference)
    policy = book.policy_for(organization_id)
    calendar_id = book.calendar_id_for(policy, team_id)
    clocks, segments = [], []
    for metric in Metric:
        clock = Clock(
            subject_kind=subject.kind,
            subject_id=subject.id,
            metric=metric,
            organization_id=organization_id,
            team_id=team_id,
            priority=priority,
            calendar_id=calendar_id,
            target_seconds=policy.targets[priority, metric],
            started_at=turn.at,
        )
        segment = lines.new_line(clock, ClockState.RUNNING, turn)
        lines.take_sums(clock, lines.sums_of(clock, [segment], book))
        clocks.append(clock)
        segments.append(segment)
    rows.insert(clocks)
    for clock, segment in zip(clocks, segments, strict=True):
        segment.clock_id = clock.pk
    rows.insert(segments)
    return dues_of(clocks)


def pause_clocks(
    *,
    actor: Actor,
    subject: Ref,
    at: datetime,
    cause: str,
    reference: str = "",
    metrics: Collection[str] = tuple(Metric),
) -> Dues:
    """Rest the running clocks: no time counts, and nothing is due. Repeating changes nothing."""
    book, turn = _begin(), Turn(at, cause, reference)
    clocks = locked_clocks(subject)
    for clock in clocks:
        if clock.state == ClockState.RUNNING and clock.metric in metrics:
            lines.settle(clock, turn.at, actor)
            lines.change(clock, ClockState.PAUSED, turn, book)
    return dues_of(clocks)


def resume_clocks(*, subject: Ref, at: datetime, cause: str = Cause.RESUMED, reference: str = "") -> Dues:
    """Let paused clocks run on from what they had used. Repeating changes nothing."""
    book, turn = _begin(), Turn(at, cause, reference)
    clocks = locked_clocks(subject)
    for clock in clocks:
        if clock.state == ClockState.PAUSED:
            lines.change(clock, ClockState.RUNNING, turn, book)
    return dues_of(clocks)


def stop_clock(
    *, actor: Actor, subject: Ref, metric: str, at: datetime, cause: str, reference: str = ""
) -> Dues:
    """Keep (or miss) a promise: the clock stops with what it used. Repeating changes nothing.

    Announces `servicelevels.clock_breached` when the target had passed unnoticed.
    """
    book, turn = _begin(), Turn(at, cause, reference)
    clocks = locked_clocks(subject)
    for clock in clocks:
        if clock.metric == metric and clock.is_open:
            lines.settle(clock, turn.at, actor)
            lines.stop(clock, turn, book)
    return dues_of(clocks)


def restart_clock(
    *, subject: Ref, metric: str, at: datetime, cause: str = Cause.REOPENED, reference: str = ""
) -> Dues:
    """Run a stopped clock on from what it had used; the time between counts as a pause."""
    book, turn = _begin(), Turn(at, cause, reference)
    clocks = locked_clocks(subject)
    for clock in clocks:
        if clock.metric == metric and clock.stopped_at is not None:
            stopped = Turn(clock.stopped_at, clock.stop_cause, clock.stop_reference)
            rows.store(lines.new_line(clock, ClockState.PAUSED, stopped))
            clock.stopped_at, clock.stop_cause, clock.stop_reference = None, "", ""
            lines.change(clock, ClockState.RUNNING, turn, book)
    return dues_of(clocks)


def retarget_clocks(
    *,
    actor: Actor,
    subject: Ref,
    team_id: int | None,
    priority: int,
    at: datetime,
    cause: str,
    reference: str = "",
) -> Dues:
    """Put open clocks under the targets and the calendar of another priority or team.

    Age and pauses are inherited; stopped clocks keep the promise they were measured by. A breach that the new
    target undoes is taken back; one that it causes is announced at once.
    """
    book, turn = _begin(), Turn(at, cause, reference)
    clocks = locked_clocks(subject)
    open_clocks = [clock for clock in clocks if clock.is_open]
    segments = lines.segments_of(open_clocks)
    for clock in open_clocks:
        clock.team_id, clock.priority = team_id, priority
        lines.refresh(clock, segments[clock.pk], turn, book, actor)
    return dues_of(clocks)


def dues_of(clocks: Iterable[Clock | ClockView]) -> Dues:
    """The due dates to copy into the subject."""
    known = list(clocks)
    due = {clock.metric: clock.due_at for clock in known}
    risk = min((clock.risk_at for clock in known if clock.risk_at is not None), default=None)
    return Dues(due.get(Metric.FIRST_RESPONSE), due.get(Metric.RESOLUTION), risk)


def locked_clocks(subject: Ref) -> list[Clock]:
    """The subject's clocks, locked where the database can, first response first."""
    return _clocks_of(subject.kind, subject.id)


_clocks_of = Prepared(
    lambda kind, pk: (
        Clock.objects.select_for_update().filter(subject_kind=kind, subject_id=pk).order_by("metric")
    )
)


def _begin() -> Rules:
    lines.assert_atomic()
    return rules()
