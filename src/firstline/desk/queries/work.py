"""What a technician has to do, in the order in which it is best done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Max, Q

from firstline.accounts.models import Person, SignInSession, TeamMembership
from firstline.desk.chips import Item, items
from firstline.desk.queries.paging import Place, holds, listed, place_of
from firstline.desk.queries.views import Listing
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.organizations.models import Team
from firstline.servicelevels.queries import rules
from firstline.tickets.enums import PAUSED_STATUSES, View
from firstline.tickets.models import Ticket
from firstline.tickets.queries import Page, Row, open_list, open_loads, rows_by_id
from firstline.tickets.queries.loads import Load

MINE_MAX = 100
UNASSIGNED_MAX = 25
QUEUE_MAX = 50
HERE_WITHIN = timedelta(minutes=20)
DAY_MINUTES = 480
MATES_MAX = 12


@dataclass(frozen=True, slots=True)
class Work:
    """The groups of the home page; each ticket stands in one of them."""

    next: Item | None
    next_is_mine: bool
    at_risk: list[Item]
    waiting: list[Item]
    mine: list[Item]
    unassigned: list[Item]
    has_more_mine: bool
    has_more_unassigned: bool
    late_count: int
    close_count: int

    @property
    def is_empty(self) -> bool:
        return self.next is None and not self.mine


def my_work(actor: Actor) -> Work:
    """The actor's own tickets and those free to take in their teams; costs the two lists only."""
    mine = open_list(actor, View.MINE, limit=MINE_MAX)
    free = open_list(actor, View.UNASSIGNED, limit=UNASSIGNED_MAX)
    now, book = clock.now(), rules()
    first = _most_urgent([*mine.rows, *free.rows])
    kept: dict[str, list[Row]] = {"at_risk": [], "waiting": [], "mine": [], "unassigned": []}
    late = close = 0
    for row in sorted([*mine.rows, *free.rows], key=lambda row: (row.next_due_at, row.id)):
        is_mine = row.assignee_id == actor.id
        is_near = row.is_at_risk(now)
        if is_near:
            late += row.next_due_at < now
            close += row.next_due_at >= now
        if row is first:
            continue
        group = "at_risk" if is_near else "unassigned" if not is_mine else "mine"
        if group == "mine" and row.last_message_by_requester and row.status not in PAUSED_STATUSES:
            group = "waiting"
        kept[group].append(row)
    return Work(
        next=items([first], book)[0] if first else None,
        next_is_mine=first is not None and first.assignee_id == actor.id,
        **{name: items(rows, book) for name, rows in kept.items()},
        has_more_mine=bool(mine.next_cursor),
        has_more_unassigned=bool(free.next_cursor),
        late_count=late,
        close_count=close,
    )


def list_page(actor: Actor, found: Listing, limit: int, cursor: str = "") -> Page:
    """A page of any list; the built-in ones by the queries that were made for them."""
    if found.is_built_in:
        return open_list(actor, found.code, limit, cursor)
    return listed(actor, found.spec, limit, cursor)


@dataclass(frozen=True, slots=True)
class Queue:
    """The column beside an open ticket: the part of its list around it, and where it stands."""

    rows: list[Row]
    place: int = 0
    count: int = 0
    has_more: bool = False
    previous: int | None = None
    next: int | None = None


def queue_of(actor: Actor, found: Listing, ticket: Ticket, *, is_asked: bool = True) -> Queue:
    """The first rows of a list, or those around a ticket that stands further down or has just left it.

    The second costs a few queries more. Without `is_asked` a ticket that is not among the first rows has
    no neighbours: nobody came from this list.
    """
    page = list_page(actor, found, QUEUE_MAX)
    ids = [row.id for row in page.rows]
    if ticket.pk in ids:
        at = ids.index(ticket.pk)
        rows = page.rows
        return Queue(
            rows, at + 1, len(rows), bool(page.next_cursor),
            rows[at - 1].number if at else None,
            rows[at + 1].number if at + 1 < len(rows) else None,
        )  # fmt: skip
    place = place_of(actor, found.spec, ticket.pk, QUEUE_MAX // 2) if is_asked else None
    if place is None:
        return Queue(page.rows, 0, len(page.rows), bool(page.next_cursor))
    is_in = holds(actor, found.spec, ticket.pk)
    if not is_in and not place.after:
        # It has left, and nothing says where it stood: the list begins again with what is first now.
        first = page.rows[0].number if page.rows else None
        return Queue(page.rows, 0, len(page.rows), bool(page.next_cursor), None, first)
    return _around(ticket, place, is_in=is_in)


def _around(ticket: Ticket, place: Place, *, is_in: bool) -> Queue:
    own = [ticket.pk] if is_in else []
    rows = rows_by_id([*reversed(place.before), *own, *place.after])
    numbers = {row.id: row.number for row in rows}
    return Queue(
        rows,
        place.number if is_in else 0,
        place.number - 1 + len(own) + len(place.after),
        len(place.after) == QUEUE_MAX // 2,
        numbers.get(place.before[0]) if place.before else None,
        numbers.get(place.after[0]) if place.after else None,
    )


def _most_urgent(rows: Iterable[Row]) -> Row | None:
    ready = [row for row in rows if row.status not in PAUSED_STATUSES]
    return min(ready, key=lambda row: (row.next_due_at, row.priority, row.id), default=None)


@dataclass(frozen=True, slots=True)
class Mate:
    """Someone of the actor's teams: whether they are here, and what they have on the table."""

    person: Person
    load: Load
    is_here: bool


@dataclass(frozen=True, slots=True)
class Today:
    """The column on the right of the home page."""

    load: Load
    day_minutes: int
    teams: list[str]
    mates: list[Mate]

    @property
    def here_count(self) -> int:
        return sum(mate.is_here for mate in self.mates)

    @property
    def room_minutes(self) -> int:
        return max(0, self.day_minutes - self.load.minutes)


def today(actor: Actor) -> Today:
    """The actor's load, and the colleagues of their teams: present ones and free ones first."""
    members = TeamMembership.objects.filter(team_id__in=actor.team_ids).exclude(person_id=actor.id or 0)
    people = list(
        Person.objects.filter(pk__in=members.values("person_id"), is_active=True).order_by("name")[:60]
    )
    loads = open_loads([person.pk for person in people] + ([actor.id] if actor.id else []))
    here = _here([person.pk for person in people])
    mates = [Mate(person, loads.get(person.pk, Load()), person.pk in here) for person in people]
    mates.sort(key=lambda mate: (not mate.is_here, mate.load.minutes, mate.person.name))
    teams = list(Team.objects.filter(pk__in=actor.team_ids).order_by("name").values_list("name", flat=True))
    return Today(loads.get(actor.id or 0, Load()), DAY_MINUTES, teams, mates[:MATES_MAX])


def _here(person_ids: list[int]) -> set[int]:
    """Who has a standing session that was used lately."""
    since = clock.now() - HERE_WITHIN
    seen = (
        SignInSession.objects.filter(Q(person_id__in=person_ids), ended_at=None)
        .order_by()
        .values_list("person_id")
        .annotate(Max("last_seen_at"))
    )
    return {person_id for person_id, at in seen if at >= since}
