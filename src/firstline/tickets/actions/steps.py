"""Remembers what a technician's step changed, in its own transaction, so that it can be walked back."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.tickets.actions.core import plain
from firstline.tickets.models import Message, Step, Ticket
from firstline.tickets.permissions import is_staff_for

FIRM = ("status", "team_id", "assignee_id", "impact", "urgency", "priority", "priority_source")
"""Fields that somebody else may have changed meanwhile: then the step is not walked back."""

LOOSE = (
    "is_open",
    "resolved_at",
    "closed_at",
    "first_replied_at",
    "last_message_at",
    "last_message_by_requester",
)
"""Fields that follow; each is restored only where nothing came after the step."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A ticket's fields before a step."""

    at: datetime
    fields: Mapping[str, Any]


def snapshot(ticket: Ticket) -> Snapshot:
    """What a step could change, as it stands."""
    return Snapshot(clock.now(), {name: getattr(ticket, name) for name in (*FIRM, *LOOSE)})


def as_before(ticket: Ticket, fields: Mapping[str, Any]) -> Ticket:
    """A copy with the team and the assignee that it had: one may have given it out of one's own sight."""
    was = copy(ticket)
    for name in ("team_id", "assignee_id"):
        setattr(was, name, fields.get(name, getattr(was, name)))
    return was


def remember(
    actor: Actor,
    ticket: Ticket,
    kind: str,
    before: Snapshot,
    *,
    message: Message | None = None,
    draft: Mapping[str, Any] | None = None,
) -> None:
    """Keep what differs from `before`; nothing where nothing does, or where no technician did it."""
    assert connection.in_atomic_block
    changed = [name for name, value in before.fields.items() if getattr(ticket, name) != value]
    if not changed or actor.kind != "person" or actor.id is None:
        return
    if not is_staff_for(actor, as_before(ticket, before.fields)):
        return
    Step.objects.create(
        ticket=ticket,
        actor_id=actor.id,
        kind=kind,
        at=before.at,
        version=ticket.version,
        before={name: plain(before.fields[name]) for name in changed},
        after={name: plain(getattr(ticket, name)) for name in changed},
        message=message,
        draft=dict(draft or {}),
    )
