"""Conditions of a list as the database understands them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from firstline.desk.specs import Condition, Spec, span_hours
from firstline.kit.actor import Actor
from firstline.tickets.enums import OPEN_STATUSES, Status
from firstline.tickets.models import Ticket
from firstline.tickets.moments import NEVER

_TIMES = {"created": "created_at", "updated": "updated_at", "resolved": "resolved_at"}
_COLUMNS = {
    "status": "status", "kind": "kind", "priority": "priority", "impact": "impact", "urgency": "urgency",
    "channel": "channel", "language": "language", "category": "category", "team": "team_id",
    "assignee": "assignee_id", "organization": "organization_id", "requester": "requester_id",
    "service": "service_id", "device": "device_id",
}  # fmt: skip
_WAITING = {
    "requester": Q(status=Status.WAITING_REQUESTER),
    "supplier": Q(status=Status.WAITING_SUPPLIER),
    "date": Q(status=Status.SCHEDULED),
    "us": Q(last_message_by_requester=True),
}
_OPEN = Q(is_open=True)
_OUT_OF_BIN = Q(deleted_at=None)  # what is open is never in the bin


def filtered(tickets: QuerySet[Ticket], spec: Spec, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    """Those of `tickets` that the list holds."""
    made = [_said(each, actor, now) for each in spec.conditions]
    # Said of the whole list, so that an index of open tickets may carry it.
    scope = {"open": _OPEN, "done": Q(is_open=False) & _OUT_OF_BIN, "any": _OUT_OF_BIN}[spec.scope]
    if any(each.field == "tags" for each in spec.conditions):
        tickets = tickets.alias(tags_text=Cast("tags", TextField()))
    if not made:
        return tickets.filter(scope)
    return tickets.filter(scope & reduce(and_ if spec.match == "all" else or_, made))


def _said(condition: Condition, actor: Actor, now: datetime) -> Q:
    if condition.field in _TIMES:
        column, since = _TIMES[condition.field], now - timedelta(hours=span_hours(condition.values[0]))
        return Q(**{f"{column}__{'gte' if condition.operator == 'within' else 'lt'}": since})
    if condition.field == "due":
        return Q(next_due_at__lte=now + timedelta(hours=span_hours(condition.values[0])))
    found = _made(condition, actor, now)
    return ~found if condition.operator == "not" else found


def _made(condition: Condition, actor: Actor, now: datetime) -> Q:
    special = _SPECIAL.get(condition.field)
    if special is not None:
        return reduce(or_, [special(value, actor, now) for value in condition.values])
    column = _COLUMNS[condition.field]
    if condition.field in {"category", "status", "kind", "channel", "language"}:
        return _in(column, [*condition.values])
    rows = [int(value) for value in condition.values if value.isdecimal()]
    words = [value for value in condition.values if not value.isdecimal()]
    parts = [_in(column, rows)] if rows else []
    return reduce(or_, [*parts, *(_named(condition.field, column, word, actor) for word in words)])


def _named(field: str, column: str, word: str, actor: Actor) -> Q:
    """A value that is a word rather than a row: me, mine, none, anyone."""
    if word == "none":
        return Q(**{f"{column}__isnull": True})
    if word in {"anyone", "any"}:
        return Q(**{f"{column}__isnull": False})
    return _in(column, sorted(actor.team_ids)) if field == "team" else Q(**{column: actor.id or 0})


def _in(column: str, values: list[str] | list[int]) -> Q:
    return Q(**{column: values[0]}) if len(values) == 1 else Q(**{f"{column}__in": values})


def _sla(value: str, _actor: Actor, now: datetime) -> Q:
    if value == "none":
        return Q(next_due_at=NEVER)
    return _OPEN & (Q(next_risk_at__lte=now) if value == "at_risk" else Q(next_due_at__lt=now))


def _tagged(value: str, _actor: Actor, _now: datetime) -> Q:
    # SQLite keeps JSON as it was written, PostgreSQL writes it anew.
    text = json.dumps(value, ensure_ascii=connection.vendor == "sqlite")
    return Q(tags_text__icontains=text)


def _words(value: str, _actor: Actor, _now: datetime) -> Q:
    return reduce(and_, [Q(subject__icontains=word) for word in value.split()])


_Make = Callable[[str, Actor, datetime], Q]
_SPECIAL: dict[str, _Make] = {
    "vip": lambda _value, _actor, _now: Q(requester__is_vip=True),
    "waiting": lambda value, _actor, _now: _WAITING[value],
    "sla": _sla,
    "tags": _tagged,
    "words": _words,
}


def implies_open(spec: Spec) -> bool:
    """Whether every ticket of the list is open, whatever its scope says."""
    asked = [set(each.values) for each in spec.conditions if (each.field, each.operator) == ("status", "is")]
    return spec.match == "all" and any(values <= set(OPEN_STATUSES) for values in asked)
