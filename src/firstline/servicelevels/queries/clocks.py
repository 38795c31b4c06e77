"""The clocks of a subject as of now, and the ledger behind each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from firstline.kit import clock as kit_clock
from firstline.kit.prepared import Prepared
from firstline.kit.refs import Ref
from firstline.servicelevels import arithmetic
from firstline.servicelevels.enums import ClockState, shown_name
from firstline.servicelevels.ledger import risk_seconds
from firstline.servicelevels.models import OPEN, Clock
from firstline.servicelevels.queries.rules import Rules, rules


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock as of one moment, with what a chip needs: state, seconds left, used share, due date."""

    id: int
    subject_id: int
    metric: str
    state: str
    target_seconds: int
    used_seconds: int
    due_at: datetime | None
    risk_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    is_at_risk: bool

    @property
    def left_seconds(self) -> int:
        """Working seconds left, negative once the target has passed."""
        return self.target_seconds - self.used_seconds

    @property
    def used_percent(self) -> int:
        """Share of the target that is used, 0 to 100."""
        return min(100, self.used_seconds * 100 // self.target_seconds)

    @property
    def is_late(self) -> bool:
        return self.breached_at is not None

    @property
    def is_met(self) -> bool:
        return self.stopped_at is not None and self.breached_at is None


def clocks_for(subject: Ref) -> list[ClockView]:
    """The subject's clocks as of now, first response before resolution."""
    book, now = rules(), kit_clock.now()
    return [_view(clock, book, now) for clock in _clocks_of(subject.kind)(subject.id)]


@lru_cache(maxsize=16)
def _clocks_of(subject_kind: str) -> Prepared[Clock]:
    return Prepared(
        lambda subject_id: Clock.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by(
            "metric"
        )
    )


def clocks_for_many(subject_kind: str, subject_ids: Collection[int]) -> dict[int, list[ClockView]]:
    """The clocks of many subjects as of now; two queries, however many."""
    found: dict[int, list[ClockView]] = {}
    if not subject_ids:
        return found
    book, now = rules(), kit_clock.now()
    clocks = Clock.objects.filter(subject_kind=subject_kind, subject_id__in=subject_ids).order_by("metric")
    for clock in clocks:
        found.setdefault(clock.subject_id, []).append(_view(clock, book, now))
    return found


def _view(clock: Clock, book: Rules, now: datetime) -> ClockView:
    used = clock.used_seconds
    if clock.running_since is not None:
        calendar = book.calendars[clock.calendar_id]
        used += max(0, arithmetic.working_seconds_between(calendar, clock.running_since, now))
    breached_at = clock.breached_at
    if breached_at is None and clock.due_at is not None and clock.due_at < now:
        breached_at = clock.due_at
    return ClockView(
        id=clock.pk,
        subject_id=clock.subject_id,
        metric=clock.metric,
        state=clock.state,
        target_seconds=clock.target_seconds,
        used_seconds=used,
        due_at=clock.due_at,
        risk_at=clock.risk_at,
        stopped_at=clock.stopped_at,
        breached_at=breached_at,
        is_at_risk=clock.is_open and breached_at is None and used >= risk_seconds(clock.target_seconds),
    )


@dataclass(frozen=True, slots=True)
class Promise:
    """What a list knows of a running clock without reading it."""

    organization_id: int
    team_id: int | None
    priority: int
    metric: str
    due_at: datetime


def used_percents(promises: Sequence[Promise], at: datetime, book: Rules) -> list[int]:
    """The share of each target that is used at `at`, in working time, 0 to 100; no queries.

    As `ClockView.used_percent` says it: a clock under the rules in force is due when its target is used.
    """
    return [_used_percent(promise, book, at) for promise in promises]


def _used_percent(promise: Promise, book: Rules, at: datetime) -> int:
    policy = book.policy_for(promise.organization_id)
    target = policy.targets[promise.priority, promise.metric]
    calendar = book.calendars[book.calendar_id_for(policy, promise.team_id)]
    left = arithmetic.working_seconds_between(calendar, at, promise.due_at) if promise.due_at > at else 0
    return max(0, min(100, (target - left) * 100 // target))


def late_subjects(subject_kind: str) -> list[int]:
    """Subjects with an open clock that is past its target, the longest past first; one index."""
    late = Clock.objects.filter(OPEN, subject_kind=subject_kind, breached_at__isnull=False).order_by(
        "breached_at", "subject_id"
    )
    return list(dict.fromkeys(late.values_list("subject_id", flat=True)))


def subjects_at_risk(subject_kind: str) -> list[int]:
    """Subjects with a running clock that has used most of its target, the next due first; one index."""
    risky = Clock.objects.filter(
        subject_kind=subject_kind,
        state=ClockState.RUNNING,
        at_risk_at__isnull=False,
        breached_at__isnull=True,
    ).order_by("due_at", "subject_id")
    return list(dict.fromkeys(risky.values_list("subject_id", flat=True)))


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One readable line of a ledger: what happened, from when to when, what it used."""

    state: str
    cause: str
    reference: str
    started_at: datetime
    ended_at: datetime | None
    working_seconds: int
    used_seconds: int
    target_seconds: int
    calendar_name: str
    zone: str


def ledger(clock_id: int) -> list[LedgerRow]:
    """The ledger of a clock in order, the open line counted up to now; empty for an unknown clock.

    `used_seconds` is the running total after the line; a paused line spares its `working_seconds`. A stopped
    clock ends with a line that says why.
    """
    clock = Clock.objects.prefetch_related("segments").filter(pk=clock_id).first()
    if clock is None:
        return []
    book, now, used = rules(), kit_clock.now(), 0
    rows: list[LedgerRow] = []
    for segment in clock.segments.all():
        calendar = book.calendars[segment.calendar_id]
        seconds = segment.working_seconds
        if segment.ended_at is None:
            seconds = max(0, arithmetic.working_seconds_between(calendar, segment.started_at, now))
        used += seconds if segment.state == ClockState.RUNNING else 0
        rows.append(
            LedgerRow(
                state=segment.state,
                cause=segment.cause,
                reference=segment.reference,
                started_at=segment.started_at,
                ended_at=segment.ended_at,
                working_seconds=seconds,
                used_seconds=used,
                target_seconds=segment.target_seconds,
                calendar_name=shown_name(book.names[segment.calendar_id]),
                zone=calendar.zone,
            )
        )
    if clock.stopped_at is not None:
        rows.append(
            replace(
                rows[-1],
                state=clock.state,
                cause=clock.stop_cause,
                reference=clock.stop_reference,
                started_at=clock.stopped_at,
                ended_at=clock.stopped_at,
                working_seconds=0,
            )
        )
    return rows
