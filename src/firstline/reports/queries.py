"""The figures of the manager's page: a handful of aggregates over what the reader may see."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, QuerySet

from firstline.accounts.models import Person
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.servicelevels.enums import PRIORITIES
from firstline.servicelevels.queries import late_subjects, subjects_at_risk
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import TICKET_VIEW_ALL
from firstline.tickets.queries import Row, open_loads, rows_of, visible_as_staff

WEEKS = 12
ATTENTION_MAX = 10
# Upper ends of the age buckets in days; the last bucket is open.
AGE_DAYS = (1, 3, 7, 30)


@dataclass(frozen=True, slots=True)
class Ages:
    """Open tickets of one priority by age bucket, youngest first."""

    priority: int
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Week:
    """Tickets that came in and went out in the week that began on this Monday."""

    monday: date
    came: int
    went: int


@dataclass(frozen=True, slots=True)
class Load:
    """A technician's expected minutes and open tickets."""

    person_id: int
    name: str
    minutes: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the manager's page."""

    at: datetime
    open_count: int
    unassigned_count: int
    oldest_at: datetime | None
    late_count: int
    risk_count: int
    late: Sequence[Row]
    at_risk: Sequence[Row]
    ages: Sequence[Ages]
    loads: Sequence[Load]
    weeks: Sequence[Week]


def overview(actor: Actor) -> Overview:
    """The figures over the tickets that the actor may see as a technician; a fixed number of queries."""
    tickets = visible_as_staff(actor).order_by()
    open_tickets, now = tickets.filter(is_open=True), clock.now()
    sums = open_tickets.aggregate(
        total=Count("pk"), unassigned=Count("pk", filter=Q(assignee=None)), oldest=Min("created_at")
    )
    late, at_risk = _attention(actor)
    return Overview(
        at=now,
        open_count=sums["total"],
        unassigned_count=sums["unassigned"],
        oldest_at=sums["oldest"],
        late_count=len(late),
        risk_count=len(at_risk),
        late=_first_rows(late),
        at_risk=_first_rows(at_risk),
        ages=_ages(open_tickets, now),
        loads=_loads(actor),
        weeks=_weeks(tickets, now, ZoneInfo(actor.time_zone)),
    )


def _attention(actor: Actor) -> tuple[list[int], list[int]]:
    """Visible tickets with a broken promise, and those whose promise is at risk, most pressing first."""
    late, risky = late_subjects("ticket"), subjects_at_risk("ticket")
    if not (actor.is_trusted or (actor.is_provider and actor.may(TICKET_VIEW_ALL))):
        seen = set(visible_as_staff(actor).filter(is_open=True).values_list("pk", flat=True))
        late, risky = [pk for pk in late if pk in seen], [pk for pk in risky if pk in seen]
    broken = set(late)
    return late, [pk for pk in risky if pk not in broken]


def _first_rows(ids: Sequence[int]) -> list[Row]:
    """List rows of the first few, in their order."""
    shown = ids[:ATTENTION_MAX]
    found = {row.id: row for row in rows_of(Ticket.objects.filter(pk__in=shown).order_by())}
    return [found[pk] for pk in shown if pk in found]


def _ages(tickets: QuerySet[Ticket], now: datetime) -> list[Ages]:
    starts = [now - timedelta(days=days) for days in AGE_DAYS]
    buckets = {"age_0": Q(created_at__gt=starts[0])}
    for number, (younger, older) in enumerate(itertools.pairwise(starts), start=1):
        buckets[f"age_{number}"] = Q(created_at__lte=younger, created_at__gt=older)
    buckets[f"age_{len(starts)}"] = Q(created_at__lte=starts[-1])
    counts = {name: Count("pk", filter=condition) for name, condition in buckets.items()}
    found = {row["priority"]: row for row in tickets.values("priority").annotate(**counts)}
    return [
        Ages(priority, tuple(found.get(priority, {}).get(name, 0) for name in buckets))
        for priority in PRIORITIES
    ]


def _loads(actor: Actor) -> list[Load]:
    """Everybody who works in a team, most loaded first."""
    people = Person.objects.filter(team_memberships__isnull=False, is_active=True).distinct()
    if not (actor.is_provider or actor.is_trusted):
        people = people.filter(organization_id=actor.organization_id or 0)
    names = dict(people.values_list("pk", "name"))
    loads = [
        Load(person_id, names[person_id], load.minutes, load.tickets)
        for person_id, load in open_loads(list(names)).items()
    ]
    return sorted(loads, key=lambda load: (-load.minutes, -load.tickets, load.name))


def _weeks(tickets: QuerySet[Ticket], now: datetime, zone: ZoneInfo) -> list[Week]:
    today = now.astimezone(zone).date()
    this_monday = today - timedelta(days=today.weekday())
    mondays = [this_monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    edges = [datetime.combine(day, time(), zone) for day in (*mondays, this_monday + timedelta(weeks=1))]
    came = _per_week(tickets.filter(created_at__gte=edges[0]), "created_at", edges)
    went = _per_week(tickets.filter(is_open=False, resolved_at__gte=edges[0]), "resolved_at", edges)
    return [Week(*row) for row in zip(mondays, came, went, strict=True)]


def _per_week(tickets: QuerySet[Ticket], column: str, edges: Sequence[datetime]) -> list[int]:
    weeks = {
        f"week_{number}": Count("pk", filter=Q(**{f"{column}__gte": start, f"{column}__lt": end}))
        for number, (start, end) in enumerate(itertools.pairwise(edges))
    }
    return list(tickets.aggregate(**weeks).values())
