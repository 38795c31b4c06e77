"""The desk's lists: the first rows of each view at a cost that does not grow with the tickets.

Each view is a few ranges of one index that hold its tickets in the order in which they are
shown. The first keys of each range are read and merged; only the rows shown are joined.
"""

import base64
import heapq
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.kit.prepared import Prepared, padded
from firstline.tickets.enums import View
from firstline.tickets.models import Ticket, display_id
from firstline.tickets.moments import NEVER
from firstline.tickets.permissions import TICKET_VIEW, TICKET_VIEW_ALL

COUNT_MAX = 1000
LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list."""

    id: int
    number: int
    kind: str
    subject: str
    status: str
    priority: int
    language: str
    requester_id: int
    requester: str
    requester_is_vip: bool
    organization: str
    team: str | None
    assignee_id: int | None
    assignee: str | None
    service: str | None
    service_zh: str | None
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    next_due_at: datetime
    response_due_at: datetime | None
    last_message_at: datetime
    last_message_by_requester: bool
    next_risk_at: datetime | None
    organization_id: int
    team_id: int | None

    @property
    def display_id(self) -> str:
        return display_id(self.kind, self.number)

    @property
    def due_at(self) -> datetime | None:
        """The next promise to keep, None while none runs."""
        return None if self.next_due_at >= NEVER else self.next_due_at

    def is_at_risk(self, now: datetime) -> bool:
        """Whether a running clock has used most of its target, or all of it."""
        return self.next_risk_at is not None and self.next_risk_at <= now


_COLUMNS = (
    "id", "number", "kind", "subject", "status", "priority", "language", "requester_id", "requester__name",
    "requester__is_vip", "organization__name", "team__name", "assignee_id", "assignee__name", "service__name",
    "service__name_zh", "created_at", "updated_at", "resolved_at", "next_due_at", "response_due_at",
    "last_message_at", "last_message_by_requester", "next_risk_at", "organization_id", "team_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and the cursor that continues it (empty at the end)."""

    rows: list[Row]
    next_cursor: str


Key = tuple[datetime, int]


def open_list(actor: Actor, view: str, limit: int = 50, cursor: str = "") -> Page:
    """The first `limit` tickets of a view (`enums.View`), the most urgent first; closed ones newest first.

    `cursor` comes from the page before. Raises `choice_unknown` for an unknown view or a broken cursor.
    """
    if view not in View.values:
        raise InvalidInput("choice_unknown", field="view", value=str(view)[:60])
    limit = max(1, min(limit, LIMIT_MAX))
    newest_first = view == View.CLOSED
    after = _read_cursor(cursor)
    if after is None and view != View.AT_RISK:
        runs = _first_keys(actor, view, limit + 1)
    else:
        runs = [list(_keys(part, view, after, limit + 1)) for part in _parts(actor, view)]
    merged = heapq.merge(*runs, reverse=newest_first)
    keys = list(islice(merged, limit + 1))
    shown = keys[:limit]
    return Page(_rows([pk for _at, pk in shown]), _write_cursor(shown[-1]) if len(keys) > limit else "")


def view_counts(actor: Actor) -> dict[str, int]:
    """How many tickets each open view holds, counted up to 1,000 (then 1,001); one query."""
    views = [view for view in views_for(actor) if view != View.CLOSED]
    sums: list[str] = []
    params: list[Any] = []
    for view in views:
        counted = ["0"]
        for part in _parts(actor, view):
            sql, values = part.order_by().values("pk")[: COUNT_MAX + 1].query.sql_with_params()
            counted.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608
            params.extend(values)
        sums.append(" + ".join(counted))
    with connection.cursor() as cursor:
        # The text comes from the query compiler, the values travel as parameters.
        cursor.execute(f"SELECT {', '.join(sums)}", params)
        counts = cursor.fetchone()
    return {view: min(count, COUNT_MAX + 1) for view, count in zip(views, counts, strict=True)}


def views_for(actor: Actor) -> list[str]:
    """The views that make sense for an actor."""
    return [view for view in View.values if view != View.ALL or actor.may(TICKET_VIEW_ALL)]


def rows_of(tickets: QuerySet[Ticket]) -> list[Row]:
    """List rows of any query, in its order; one query."""
    return [Row(*values) for values in tickets.values_list(*_COLUMNS)]


def rows_by_id(ids: Sequence[int]) -> list[Row]:
    """List rows of these tickets, in this order, whoever may see them; one query of a fixed shape."""
    return _rows(ids)


def staff_ranges(actor: Actor, *, everywhere: bool = False) -> list[Q]:
    """What the actor sees as a technician, as disjoint conditions that each lie in one index.

    Their teams, tickets without a team and their own; `everywhere` all of them, for those who may.
    """
    view = View.ALL if everywhere and actor.may(TICKET_VIEW_ALL) else View.OPEN
    tenant = Q() if actor.is_provider else Q(organization_id=actor.organization_id)
    return [_SCOPES[scope](*ids) & tenant for scope, ids in _scopes(actor, view)]


def _parts(actor: Actor, view: str) -> list[QuerySet[Ticket]]:
    """A view as queries that each follow one index."""
    condition = _condition(view, actor.organization_id, is_provider=actor.is_provider)
    return [Ticket.objects.filter(_SCOPES[scope](*ids) & condition) for scope, ids in _scopes(actor, view)]


def _condition(view: str, organization_id: int | None, *, is_provider: bool) -> Q:
    """What the view asks for, apart from whose tickets they are."""
    condition = Q(is_open=view != View.CLOSED)
    if view == View.CLOSED:
        condition &= Q(deleted_at=None)
    if view == View.AT_RISK:
        condition &= Q(next_risk_at__lte=clock.now())
    elif view == View.ANSWERED:
        condition &= Q(last_message_by_requester=True)
    if not is_provider:
        condition &= Q(organization_id=organization_id)
    return condition


def _elsewhere(person_id: int, *team_ids: int) -> Q:
    return Q(assignee_id=person_id) & Q(team__isnull=False) & ~Q(team_id__in=team_ids)


# Whose tickets: ranges that each lie in one index.
_SCOPES: dict[str, Callable[..., Q]] = {
    "all": Q,
    "assignee": lambda person_id: Q(assignee_id=person_id),
    "elsewhere": _elsewhere,
    "team": lambda team_id: Q(team_id=team_id),
    "teamless": lambda: Q(team__isnull=True),
    "team_unassigned": lambda team_id: Q(team_id=team_id, assignee__isnull=True),
    # Few tickets have no team: the index of teams must find them, not that of assignees.
    "teamless_unassigned": lambda: Q(team__isnull=True) & Q(Exact(Coalesce(F("assignee_id"), Value(0)), 0)),
}


def _scopes(actor: Actor, view: str) -> list[tuple[str, tuple[int, ...]]]:
    """The disjoint ranges of a view, each with the ids that it takes."""
    if actor.id is None or actor.kind != "person":
        return []
    if not (actor.may(TICKET_VIEW) or actor.may(TICKET_VIEW_ALL)):
        return []
    if view in {View.MINE, View.ANSWERED}:
        return [("assignee", (actor.id,))]
    if view == View.ALL:
        return [("all", ())] if actor.may(TICKET_VIEW_ALL) else []
    teams = sorted(actor.team_ids)
    if view == View.UNASSIGNED:
        return [*(("team_unassigned", (team,)) for team in teams), ("teamless_unassigned", ())]
    return [*(("team", (team,)) for team in teams), ("teamless", ()), ("elsewhere", (actor.id, *teams))]


def _first_keys(actor: Actor, view: str, limit: int) -> list[list[Key]]:
    """The first keys of each range of a view; the SQL is written once per shape."""
    tenant = () if actor.is_provider else (actor.organization_id or 0,)
    return [
        _prepared_keys(view, scope, limit, bool(tenant))(*ids, *tenant) for scope, ids in _scopes(actor, view)
    ]


@lru_cache(maxsize=256)
def _prepared_keys(view: str, scope: str, limit: int, has_tenant: bool) -> Prepared[Key]:
    def build(*ids: int) -> QuerySet[Ticket, Key]:
        own, tenant = (ids[:-1], ids[-1]) if has_tenant else (ids, None)
        condition = _condition(view, tenant, is_provider=not has_tenant)
        return _keys(Ticket.objects.filter(_SCOPES[scope](*own) & condition), view, None, limit)

    return Prepared(build)


def _keys(part: QuerySet[Ticket], view: str, after: Key | None, limit: int) -> QuerySet[Ticket, Key]:
    newest_first = view == View.CLOSED
    column, sign = ("resolved_at", "-") if newest_first else ("next_due_at", "")
    if after is not None:
        at, pk = after
        beyond = "lt" if newest_first else "gt"
        # The first term alone bounds the range of the index; the second breaks ties by id.
        part = part.filter(
            Q(**{f"{column}__{beyond}e": at}),
            Q(**{f"{column}__{beyond}": at}) | Q(**{column: at, f"pk__{beyond}": pk}),
        )
    return part.order_by(f"{sign}{column}", f"{sign}pk").values_list(column, "pk")[:limit]


_rows_by_id = Prepared(lambda *ids: Ticket.objects.filter(pk__in=ids).order_by().values_list(*_COLUMNS))


def _rows(ids: Sequence[int]) -> list[Row]:
    if not ids:
        return []
    found = {values[0]: Row(*values) for values in _rows_by_id(*padded(ids))}
    return [found[pk] for pk in ids if pk in found]


def _write_cursor(key: Key) -> str:
    at, pk = key
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), pk]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> Key | None:
    if not cursor:
        return None
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not isinstance(pk, int):
            raise ValueError("not a cursor of ours")
        return moment.astimezone(UTC), pk
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput("choice_unknown", field="cursor", value=cursor[:60]) from error
