"""Writing tickets that lived elsewhere before, many at once: rows, messages, timeline, clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from firstline.accounts.models import Person
from firstline.organizations.models import Team
from firstline.servicelevels.actions import Dues, Pause, start_clocks_many
from firstline.servicelevels.actions import History as ClockHistory
from firstline.servicelevels.enums import Cause
from firstline.tickets.actions.clocks import due_fields
from firstline.tickets.actions.creating import next_numbers
from firstline.tickets.actions.indexing import index_later
from firstline.tickets.enums import (
    OPEN_STATUSES,
    CanWork,
    Channel,
    EventKind,
    MessageKind,
    PrioritySource,
    Status,
)
from firstline.tickets.importing import TicketLine
from firstline.tickets.models import Message, Ticket, TicketEvent
from firstline.tickets.rendering import html_from_text

_PAUSES = {
    Status.WAITING_REQUESTER: Cause.WAITING_REQUESTER,
    Status.WAITING_SUPPLIER: Cause.WAITING_SUPPLIER,
    Status.SCHEDULED: Cause.SCHEDULED,
}


@dataclass(frozen=True, slots=True)
class History:
    """One ticket as it was elsewhere, its people and team found."""

    line: TicketLine
    requester: Person
    assignee: Person | None
    team: Team
    authors: Mapping[tuple[str, int], Person]
    external_key: str

    @property
    def is_open(self) -> bool:
        return self.line.status in OPEN_STATUSES

    @property
    def first_reply_at(self) -> datetime | None:
        """When a technician first answered."""
        replies = (m.at for m in self.line.messages if m.kind == "reply" and m.author[0] == "agent")
        return next(replies, None)


def insert_tickets(histories: Sequence[History]) -> list[int]:
    """Write these tickets with all that belongs to them, in the caller's transaction (asserted).

    A dozen statements for up to 500 tickets. Returns their numbers, in order.
    """
    assert connection.in_atomic_block
    if not histories:
        return []
    numbers = next_numbers(len(histories))
    rows = [_ticket(history, number) for history, number in zip(histories, numbers, strict=True)]
    tickets = Ticket.objects.bulk_create(rows)
    pairs = list(zip(histories, tickets, strict=True))
    messages = [message for history, ticket in pairs for message in _messages(history, ticket)]
    Message.objects.bulk_create(messages)
    TicketEvent.objects.bulk_create(
        [event for history, ticket in pairs for event in _events(history, ticket)]
    )
    dues = start_clocks_many(
        subject_kind="ticket", histories=[_clock(history, ticket) for history, ticket in pairs]
    )
    _write_dues([ticket for ticket in tickets if ticket.is_open], dues)
    index_later(ticket.pk for ticket in tickets)
    return list(numbers)


def _ticket(history: History, number: int) -> Ticket:
    line, done_at = history.line, None if history.is_open else history.line.updated_at
    last = line.messages[-1]
    return Ticket(
        number=number,
        kind=line.kind,
        subject=line.subject,
        requester=history.requester,
        organization_id=history.requester.organization_id,
        category=line.category,
        impact=line.priority,
        urgency=line.priority,
        priority=line.priority,
        priority_source=PrioritySource.PERSON,
        status=line.status,
        is_open=history.is_open,
        team=history.team,
        assignee=history.assignee,
        channel=Channel.API,
        language=line.language,
        tags=line.tags,
        can_work=CanWork.UNKNOWN,
        created_at=line.created_at,
        updated_at=line.updated_at,
        resolved_at=done_at,
        closed_at=done_at if line.status == Status.CLOSED else None,
        first_replied_at=history.first_reply_at,
        last_message_at=last.at,
        last_message_by_requester=last.author[0] == "user",
    )


def _messages(history: History, ticket: Ticket) -> list[Message]:
    rows = []
    for index, message in enumerate(history.line.messages):
        author = history.authors[message.author]
        rows.append(
            Message(
                ticket=ticket,
                kind=MessageKind.REQUEST if index == 0 else message.kind,
                author=author,
                author_label=author.name,
                by_requester=message.author[0] == "user",
                channel=Channel.API,
                body_text=message.body,
                body_html=html_from_text(message.body),
                external_key=history.external_key if index == 0 else None,
                created_at=message.at,
            )
        )
    return rows


def _events(history: History, ticket: Ticket) -> list[TicketEvent]:
    line = history.line
    events = [_event(ticket, EventKind.CREATED, line.created_at, history.requester, channel=Channel.API)]
    worker = history.assignee
    if worker is not None:
        at = min(history.first_reply_at or line.updated_at, line.updated_at)
        events.append(_event(ticket, EventKind.ASSIGNED, at, worker, old=None, new=worker.pk))
    if line.status != Status.NEW:
        kind = {Status.RESOLVED: EventKind.RESOLVED, Status.CLOSED: EventKind.CLOSED}.get(
            Status(line.status), EventKind.STATUS
        )
        moved = {"old": str(Status.NEW), "new": str(line.status)}
        events.append(_event(ticket, kind, line.updated_at, worker, **moved))
    return events


def _event(ticket: Ticket, kind: EventKind, at: datetime, person: Person | None, **data: Any) -> TicketEvent:
    return TicketEvent(
        ticket=ticket,
        at=at,
        kind=kind,
        actor_kind="person" if person else "system",
        actor_id=person.pk if person else None,
        actor_label=person.name if person else "",
        data=data,
    )


def _clock(history: History, ticket: Ticket) -> ClockHistory:
    cause = _PAUSES.get(Status(ticket.status))
    return ClockHistory(
        subject_id=ticket.pk,
        organization_id=ticket.organization_id,
        team_id=ticket.team_id,
        priority=ticket.priority,
        started_at=ticket.created_at,
        responded_at=history.first_reply_at,
        resolved_at=ticket.resolved_at,
        pauses=(Pause(ticket.updated_at, None, cause),) if cause else (),
    )


def _write_dues(tickets: Sequence[Ticket], dues: Mapping[int, Dues]) -> None:
    for ticket in tickets:
        for name, value in due_fields(dues[ticket.pk]).items():
            setattr(ticket, name, value)
    Ticket.objects.bulk_update(tickets, [*due_fields(Dues(None, None))])
