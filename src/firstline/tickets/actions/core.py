"""What every change of a ticket shares: the lock, the row, the timeline, the audit record, the push."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from firstline.audit import actions as audit
from firstline.kit import clock, rows
from firstline.kit.actor import Actor, automation
from firstline.kit.errors import Conflict, NotFound
from firstline.kit.prepared import Prepared
from firstline.outbox import actions as outbox
from firstline.tickets.actions import indexing
from firstline.tickets.enums import EventKind
from firstline.tickets.models import Ticket, TicketEvent
from firstline.tickets.queries.fields import plain

JSON = Mapping[str, Any]

RULES = automation("rules")
"""Whose hand the timeline shows for what nobody chose."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the timeline to be written with a change; `by` where not the actor of the change did it."""

    kind: str
    data: JSON = field(default_factory=dict)
    by: Actor | None = None


def locked(ticket: Ticket | int, expected_version: int | None = None) -> Ticket:
    """The ticket as it stands, held until the end of the transaction (asserted).

    Lock order everywhere: ticket, then its clocks, then the number counter. Raises
    `ticket_changed_meanwhile` when the caller looked at another version.
    """
    assert connection.in_atomic_block
    pk = ticket if isinstance(ticket, int) else ticket.pk
    fresh = _locked.first(pk)
    if fresh is None:
        raise NotFound("ticket_unknown")
    if expected_version is not None and fresh.version != expected_version:
        raise Conflict("ticket_changed_meanwhile")
    if not isinstance(ticket, int) and fresh.requester_id == ticket.requester_id:
        _hand_over(ticket, fresh, "requester")
    return fresh


def _hand_over(known: Ticket, fresh: Ticket, name: str) -> None:
    """Somebody has read the related row already."""
    if name in known._state.fields_cache:  # noqa: SLF001 - Django has no public way to ask
        setattr(fresh, name, getattr(known, name))


_locked = Prepared(lambda pk: Ticket.objects.select_for_update().filter(pk=pk))


def apply_change(
    ticket: Ticket,
    actor: Actor,
    *,
    verb: str,
    fields: JSON,
    notes: Iterable[Note] = (),
    recorded: JSON | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Write `fields` to a locked ticket with its timeline, audit record and push, and move its version on.

    The audit record holds old and new of the fields that differ; `recorded` adds to the new ones.
    """
    at = at or clock.now()
    before = {name: getattr(ticket, name) for name in fields}
    team_before, assignee_before = ticket.team_id, ticket.assignee_id
    for name, value in fields.items():
        setattr(ticket, name, value)
    ticket.version += 1
    ticket.updated_at = at
    rows.update(Ticket, ticket.pk, **fields, version=ticket.version, updated_at=at)
    write_events(ticket, actor, notes, at)
    indexing.index_soon([ticket.pk])
    changed = [name for name in fields if before[name] != getattr(ticket, name) and name != "subject"]
    audit.record(
        actor=actor,
        verb=verb,
        ref=ticket.ref,
        organization_id=ticket.organization_id,
        old={name: plain(before[name]) for name in changed} or None,
        new={name: plain(getattr(ticket, name)) for name in changed} | dict(recorded or {}) or None,
        reason=reason,
    )
    push_changed(ticket, {team_before, ticket.team_id}, {assignee_before})


def write_events(ticket: Ticket, actor: Actor, notes: Iterable[Note], at: datetime) -> None:
    """Append lines to a ticket's timeline."""
    rows.insert([event_row(ticket.pk, actor, note, at) for note in notes])


def event_row(ticket_id: int, actor: Actor, note: Note, at: datetime) -> TicketEvent:
    """One line of a timeline, unsaved."""
    actor = note.by or actor
    return TicketEvent(
        ticket_id=ticket_id,
        at=at,
        kind=EventKind(note.kind),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        data=dict(note.data),
    )


def push_changed(ticket: Ticket, teams: Iterable[int | None] = (), people: Iterable[int | None] = ()) -> None:
    """After the commit, have open pages of this ticket, its queues and its people fetch again."""
    outbox.push(f"ticket:{ticket.pk}", {"version": ticket.version})
    for team_id in {*teams, ticket.team_id}:
        outbox.push(f"queue:{team_id or 0}")
    for person_id in {*people, ticket.assignee_id, ticket.requester_id} - {None}:
        outbox.push(f"person:{person_id}")
