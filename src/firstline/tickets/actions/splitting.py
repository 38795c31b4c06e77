"""One message becomes a ticket of its own."""

from firstline.accounts.models import Person
from firstline.kit import clock, rows
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, NotFound
from firstline.kit.text import truncate
from firstline.outbox import actions as outbox
from firstline.tickets.actions import moving, steps
from firstline.tickets.actions.core import Note, apply_change, locked, write_events
from firstline.tickets.actions.creating import TicketDraft, apply_create
from firstline.tickets.enums import EventKind, MessageKind, Status, StepKind
from firstline.tickets.events import TicketSplit
from firstline.tickets.models import Message, Operation, Step, Ticket
from firstline.tickets.permissions import TICKET_EDIT, check_staff
from firstline.tickets.queries.fields import plain

_SUBJECT_CHARS = 120


def split_subject(message: Message) -> str:
    """What a ticket made of this message may be called: its first line."""
    lines = [line.strip() for line in message.body_text.splitlines() if line.strip()]
    return truncate(lines[0] if lines else "", _SUBJECT_CHARS)


def split_message(
    *, actor: Actor, ticket: Ticket, message_id: int, subject: str = "", expected_version: int | None = None
) -> tuple[Operation, Ticket]:
    """Make a new ticket of one message, with its files; the timeline here says where it went.

    Its priority, team and clocks are those of a new request, from now on. Who wrote the message is its
    requester where they may ask, else the requester of this ticket; they get the usual receipt where they
    wrote it themselves. Raises `message_unknown`, `split_only_message`, `split_not_sent_yet`. Announces
    `tickets.ticket_created`, `tickets.ticket_split`. Undone as every operation: the message comes back, and
    the new ticket goes into the bin, unless somebody has written there since.
    """
    with outbox.transaction():
        fresh = locked(ticket, expected_version)
        check_staff(actor, fresh, TICKET_EDIT)
        message = _message(fresh, message_id)
        before, at = steps.snapshot(fresh), clock.now()
        made = apply_create(actor, _draft(fresh, message, subject), message=message)
        moved = {"what": "message", "id": message.pk, "from": fresh.pk, "to": made.pk}
        told = {"source": fresh.display_id, "target": made.display_id}
        if message.by_requester:
            told["mailed_at"] = at.isoformat()
        operation = steps.begin(actor, StepKind.SPLIT, count=2, at=at, data=told)
        _leave_word(actor, operation, fresh, made)
        rows.insert([steps.step_of(operation, fresh, before, at=at), _birth(operation, made, moved)])
        outbox.publish(TicketSplit(operation.pk, fresh.pk, made.pk), actor=actor)
    return operation, made


def _message(ticket: Ticket, message_id: int) -> Message:
    message = Message.objects.filter(pk=message_id, ticket=ticket).select_related("author").first()
    if message is None:
        raise NotFound("message_unknown")
    if message.held_until is not None:
        raise Conflict("split_not_sent_yet")
    said = Message.objects.filter(ticket=ticket, kind__in=[MessageKind.REQUEST, MessageKind.REPLY])
    if not said.exclude(pk=message.pk).exists():
        raise Conflict("split_only_message")
    return message


def _draft(ticket: Ticket, message: Message, subject: str) -> TicketDraft:
    return TicketDraft(
        requester=_requester(ticket, message),
        subject=subject.strip() or split_subject(message),
        body=message.body_text,
        channel=message.channel,
        kind=ticket.kind,
        device=ticket.device,
        cc=message.cc,
        acknowledge=message.by_requester,
    )


def _requester(ticket: Ticket, message: Message) -> Person:
    author = message.author
    if author is None or not (message.by_requester and author.is_active):
        return ticket.requester
    return author if author.organization_id == ticket.organization_id else ticket.requester


def _leave_word(actor: Actor, operation: Operation, ticket: Ticket, made: Ticket) -> None:
    last = (
        Message.objects.filter(ticket=ticket, kind__in=[MessageKind.REQUEST, MessageKind.REPLY])
        .order_by("created_at", "id")
        .last()
    )
    fields: dict[str, object] = {}
    if last is not None:
        fields = {"last_message_at": last.created_at, "last_message_by_requester": last.by_requester}
    apply_change(
        ticket,
        actor,
        verb="tickets.ticket_split",
        fields=fields,
        notes=[Note(EventKind.SPLIT, {"to": made.display_id, "number": made.number})],
        recorded={"operation_id": operation.pk, "ticket_id": made.pk},
    )
    note = Note(EventKind.SPLIT, {"from": ticket.display_id, "number": ticket.number})
    write_events(made, actor, [note], clock.now())


def _birth(operation: Operation, made: Ticket, moved: moving.Moved) -> Step:
    """Before the split the ticket was not there: where there is nothing to go back to is the bin."""
    at = operation.at
    before = {
        "deleted_at": at,
        "status": Status.CLOSED,
        "is_open": False,
        "resolved_at": at,
        "closed_at": at,
    }
    return Step(
        operation=operation,
        ticket=made,
        actor_id=operation.actor_id,
        kind=operation.kind,
        at=at,
        version=made.version,
        before={name: plain(value) for name, value in before.items()},
        after={name: plain(getattr(made, name)) for name in before},
        moved=[dict(moved)],
    )
