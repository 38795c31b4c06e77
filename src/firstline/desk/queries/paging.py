"""The rows of any list, page by page, in a number of queries that does not grow with them.

Each range of what the actor may see is read in the list's order and the ranges are merged, so that an
index carries the order where there is one. A page begins where the one before ended: by value and id.
"""

import base64
import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from firstline.desk.queries.filtering import filtered, implies_open
from firstline.desk.specs import EXTRAS, Spec, extra_columns
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.tickets.enums import Status
from firstline.tickets.models import Ticket
from firstline.tickets.queries import Page, rows_by_id, staff_ranges

LIMIT_MAX = 200
COUNT_MAX = 99
IDS_MAX = 500

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_PATHS = {
    "due": "next_due_at", "priority": "priority", "number": "number", "subject": "subject",
    "requester": "requester__name", "organization": "organization__name", "category": "category",
    "impact": "impact", "urgency": "urgency", "created": "created_at", "updated": "updated_at",
    "replied": "last_message_at",
}  # fmt: skip
_NAMES = {"assignee": "assignee__name", "team": "team__name", "service": "service__name"}
_TEXTS = {"subject", "requester", "organization", "category", *_NAMES}
Key = tuple[Any, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands in a list: those before and after it, nearest first, and its number."""

    before: list[int]
    after: list[int]
    number: int


def listed(actor: Actor, spec: Spec, limit: int = 50, cursor: str = "") -> Page:
    """The first `limit` tickets of a list; `cursor` comes from the page before.

    Raises `choice_unknown` for a broken cursor.
    """
    limit = max(1, min(limit, LIMIT_MAX))
    after = _read(cursor, spec) if cursor else None
    keys = _keys(actor, spec, after, limit + 1)
    shown = keys[:limit]
    rows = rows_by_id([pk for _value, pk in shown])
    return Page(rows, _write(shown[-1]) if len(keys) > limit else "")


def listed_ids(actor: Actor, spec: Spec, most: int = IDS_MAX) -> tuple[list[int], bool]:
    """The ids of a list in its order, at most `most`, and whether there are more."""
    keys = _keys(actor, spec, None, most + 1)
    return [pk for _value, pk in keys[:most]], len(keys) > most


def count_of(actor: Actor, spec: Spec, most: int = COUNT_MAX) -> int:
    """How many tickets a list holds, counted up to `most` (then one more); one query."""
    counted: list[str] = []
    params: list[Any] = []
    for part in _parts(actor, spec):
        sql, values = part.order_by().values("pk")[: most + 1].query.sql_with_params()
        counted.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608
        params.extend(values)
    if not counted:
        return 0
    with connection.cursor() as cursor:
        # The text comes from the query compiler, the values travel as parameters.
        cursor.execute(f"SELECT {' + '.join(counted)}", params)
        return min(int(cursor.fetchone()[0]), most + 1)


def place_of(actor: Actor, spec: Spec, ticket_id: int, around: int) -> Place | None:
    """Where a ticket stands in a list, or would stand if it were in it, by its own value of what the list is
    sorted by; None for one that there is not."""
    key = _ranked(Ticket.objects.filter(pk=ticket_id), spec).first()
    if key is None:
        return None
    back = replace(spec, sort=spec.sort_field if spec.is_falling else f"-{spec.sort_field}")
    before = _keys(actor, back, key, around)
    return Place(
        [pk for _value, pk in before],
        [pk for _value, pk in _keys(actor, spec, key, around)],
        _counted_before(actor, back, key) + 1,
    )


def holds(actor: Actor, spec: Spec, ticket_id: int) -> bool:
    """Whether a ticket is in a list."""
    return any(part.filter(pk=ticket_id).exists() for part in _parts(actor, spec))


def _counted_before(actor: Actor, back: Spec, key: Key, most: int = 999) -> int:
    return len(_keys(actor, back, key, most))


def _keys(actor: Actor, spec: Spec, after: Key | None, limit: int) -> list[Key]:
    runs = [list(_ordered(part, spec, after)[:limit]) for part in _parts(actor, spec)]
    if len(runs) == 1:
        return runs[0]
    return list(islice(heapq.merge(*runs, reverse=spec.is_falling), limit))


def _parts(actor: Actor, spec: Spec) -> list[QuerySet[Ticket]]:
    """The list as queries that each follow one index; one query where only the database can order."""
    if spec.scope == "any" and implies_open(spec):
        spec = replace(spec, scope="open")
    ranges = _narrowed(staff_ranges(actor, everywhere=spec.reach == "all"), actor, spec)
    if spec.sort_field in _TEXTS and len(ranges) > 1:
        ranges = [reduce(or_, ranges)]  # names sort by the database's own rules
    now = clock.now()
    return [filtered(Ticket.objects.filter(part), spec, actor, now) for part in ranges]


def _narrowed(ranges: list[Q], actor: Actor, spec: Spec) -> list[Q]:
    """One range where the list is of the actor's own tickets: those are all theirs to see."""
    own = any((c.field, c.operator, c.values) == ("assignee", "is", ("me",)) for c in spec.conditions)
    if ranges and own and spec.match == "all" and actor.is_provider:
        return [Q(assignee_id=actor.id)]
    return ranges


def _ranked(part: QuerySet[Ticket], spec: Spec) -> QuerySet[Ticket, Key]:
    """Tickets as keys: the value to sort by, and the id."""
    column = _column(spec)
    if column == "sort_key":
        part = part.annotate(sort_key=_expression(spec.sort_field))
    return part.values_list(column, "pk")


def _column(spec: Spec) -> str:
    if spec.sort_field == "resolved" and spec.scope == "done":
        return "resolved_at"  # all of them have one, and an index holds it
    return _PATHS.get(spec.sort_field, "sort_key")


def _expression(field: str) -> Any:
    if field == "status":
        cases = [When(status=status, then=Value(place)) for place, status in enumerate(Status.values)]
        return Case(*cases, default=Value(0), output_field=IntegerField())
    if field == "resolved":
        return Coalesce(F("resolved_at"), Value(_LONG_AGO))
    return Coalesce(F(_NAMES[field]), Value(""), output_field=CharField())


def _ordered(part: QuerySet[Ticket], spec: Spec, after: Key | None) -> QuerySet[Ticket, Key]:
    column = _column(spec)
    if column == "sort_key":
        part = part.annotate(sort_key=_expression(spec.sort_field))
    if after is not None:
        value, pk = after
        beyond = "lt" if spec.is_falling else "gt"
        # The first term alone bounds the range of the index; the second breaks ties by id.
        part = part.filter(
            Q(**{f"{column}__{beyond}e": value}),
            Q(**{f"{column}__{beyond}": value}) | Q(**{column: value, f"pk__{beyond}": pk}),
        )
    sign = "-" if spec.is_falling else ""
    return part.order_by(f"{sign}{column}", f"{sign}pk").values_list(column, "pk")


def extras_of(ids: Sequence[int], columns: Sequence[str]) -> dict[int, tuple[Any, ...]]:
    """What chosen columns show beyond a list row, by ticket; no query where there is none."""
    wanted = [EXTRAS[column] for column in extra_columns(columns)]
    if not wanted or not ids:
        return {}
    found = Ticket.objects.filter(pk__in=ids).order_by().values_list("pk", *wanted)
    return {pk: tuple(tuple(v) if isinstance(v, list) else v for v in values) for pk, *values in found}


def _write(key: Key) -> str:
    value, pk = key
    kind = "t" if isinstance(value, datetime) else "v"
    stated = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([kind, stated, pk]).encode()).decode().rstrip("=")


def _read(cursor: str, spec: Spec) -> Key:
    try:
        kind, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if kind == "t":
            value = datetime.fromisoformat(value).astimezone(UTC)
        is_fit = isinstance(value, datetime if _is_time(spec) else str if _is_text(spec) else int)
        if not is_fit or isinstance(value, bool) or not isinstance(pk, int) or not abs(pk) < 2**63:
            raise ValueError("not a cursor of this list")
        if isinstance(value, int) and not abs(value) < 2**63:
            raise ValueError("not a number of ours")
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("not a text of ours")
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput("choice_unknown", field="cursor", value=cursor[:60]) from error
    return value, pk


def _is_time(spec: Spec) -> bool:
    return spec.sort_field in {"due", "created", "updated", "replied", "resolved"}


def _is_text(spec: Spec) -> bool:
    return spec.sort_field in _TEXTS
