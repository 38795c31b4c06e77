"""Remembers what an operation changed, in its own transaction, so that it can be undone."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from firstline.kit import clock, rows
from firstline.kit.actor import Actor
from firstline.tickets.models import Message, Operation, Step, Ticket
from firstline.tickets.permissions import is_staff_for
from firstline.tickets.queries.fields import FIRM, LOOSE, plain

JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A ticket's fields before a step."""

    at: datetime
    fields: Mapping[str, Any]


def snapshot(ticket: Ticket) -> Snapshot:
    """What an operation could change, as it stands."""
    return Snapshot(clock.now(), {name: getattr(ticket, name) for name in (*FIRM, *LOOSE)})


def as_before(ticket: Ticket, fields: Mapping[str, Any]) -> Ticket:
    """A copy with the team and the assignee that it had: one may have given it out of one's own sight."""
    was = copy(ticket)
    for name in ("team_id", "assignee_id", "deleted_at"):
        setattr(was, name, fields.get(name, getattr(was, name)))
    return was


def begin(
    actor: Actor,
    kind: str,
    *,
    count: int = 1,
    data: JSON | None = None,
    at: datetime | None = None,
    undoes: Operation | None = None,
) -> Operation:
    """The operation whose steps follow, in the caller's transaction (asserted)."""
    assert connection.in_atomic_block
    return Operation.objects.create(
        actor_id=actor.id or 0,
        actor_label=actor.label[:200],
        kind=kind,
        at=at or clock.now(),
        count=count,
        data=dict(data or {}),
        undoes=undoes,
    )


def step_of(
    operation: Operation,
    ticket: Ticket,
    before: Snapshot,
    *,
    at: datetime | None = None,
    moved: Iterable[JSON] = (),
    message: Message | None = None,
    draft: JSON | None = None,
) -> Step:
    """What `operation` did to this ticket since `before`, unsaved."""
    changed = [name for name, value in before.fields.items() if getattr(ticket, name) != value]
    return Step(
        operation=operation,
        ticket=ticket,
        actor_id=operation.actor_id,
        kind=operation.kind,
        at=at or before.at,
        version=ticket.version,
        before={name: plain(before.fields[name]) for name in changed},
        after={name: plain(getattr(ticket, name)) for name in changed},
        moved=[dict(each) for each in moved],
        message=message,
        draft=dict(draft or {}),
    )


def remember(
    actor: Actor,
    ticket: Ticket,
    kind: str,
    before: Snapshot,
    *,
    message: Message | None = None,
    draft: JSON | None = None,
) -> Operation | None:
    """Keep what one step changed; nothing where nothing did, or where no technician did it."""
    assert connection.in_atomic_block
    changed = any(getattr(ticket, name) != value for name, value in before.fields.items())
    if not changed or actor.kind != "person" or actor.id is None:
        return None
    if not is_staff_for(actor, as_before(ticket, before.fields)):
        return None
    operation = begin(actor, kind, at=before.at)
    rows.insert([step_of(operation, ticket, before, message=message, draft=draft)])
    return operation
