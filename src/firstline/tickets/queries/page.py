"""Everything one ticket's page shows: conversation, events and commands in order of time."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from firstline.accounts.models import Person
from firstline.files.models import StoredFile
from firstline.kit.actor import Actor
from firstline.kit.prepared import Prepared
from firstline.remote.models import Command
from firstline.tickets.enums import EventKind, MessageKind
from firstline.tickets.models import Attachment, Message, Rating, Ticket, TicketCommand, TicketEvent, Watcher
from firstline.tickets.permissions import is_staff_for
from firstline.tickets.queries.scope import get_ticket_for

# What a requester sees of the inner workings.
_PUBLIC_EVENTS = frozenset(
    {
        EventKind.CREATED,
        EventKind.STATUS,
        EventKind.RESOLVED,
        EventKind.CONFIRMED,
        EventKind.CLOSED,
        EventKind.REOPENED,
        EventKind.RATED,
        EventKind.ASSIGNED,
        EventKind.UNDONE,
        EventKind.MERGED,
        EventKind.SPLIT,
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the timeline; exactly one of message, event and command is there.

    `folds`: an event that belongs to a run of events by one hand within minutes, to be
    shown as one line; the first of a run does not fold.
    """

    at: datetime
    message: Message | None = None
    event: TicketEvent | None = None
    command: Command | None = None
    files: list[StoredFile] = field(default_factory=list)
    folds: bool = False


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket with all that its page needs; no further query is due."""

    ticket: Ticket
    entries: list[Entry]
    watchers: list[Person]
    rating: Rating | None
    is_staff: bool


FOLD_SECONDS = 120


def ticket_page(actor: Actor, number: int | str) -> TicketPage:
    """The page of one ticket as `actor` may see it, with at most six queries.

    Raises `NotFound` as `get_ticket_for`.
    """
    ticket = get_ticket_for(actor, number)
    watchers = _watchers(ticket.pk)
    return TicketPage(
        ticket=ticket,
        entries=timeline(ticket, actor),
        watchers=[watcher.person for watcher in watchers],
        rating=getattr(ticket, "rating", None),
        is_staff=is_staff_for(actor, ticket),
    )


_watchers = Prepared(
    lambda ticket_id: (
        Watcher.objects.filter(ticket_id=ticket_id).select_related("person").order_by("person__name")
    )
)
_all_messages = Prepared(lambda ticket_id: _readable(ticket_id, staff=True).select_related("author"))
_public_messages = Prepared(lambda ticket_id: _readable(ticket_id, staff=False).select_related("author"))
_attachments = Prepared(
    lambda ticket_id: (
        Attachment.objects.filter(message__ticket_id=ticket_id)
        .select_related("file__words")
        .defer("file__words__text")
        .order_by("id")
    )
)
_events_of = Prepared(lambda ticket_id: TicketEvent.objects.filter(ticket_id=ticket_id).order_by("at", "id"))
_commands_of = Prepared(
    lambda ticket_id: (
        TicketCommand.objects.filter(ticket_id=ticket_id).select_related("command__device").order_by("id")
    )
)


def timeline(ticket: Ticket, actor: Actor) -> list[Entry]:
    """Messages, events and commands of a ticket, oldest first; four queries.

    Requesters see neither notes nor inner events, and of commands only that there were some.
    """
    staff = is_staff_for(actor, ticket)
    entries = [*_messages(ticket, staff=staff), *_events(ticket, staff=staff)]
    if staff:
        entries += _commands(ticket)
    entries.sort(key=lambda entry: (entry.at, _rank(entry)))
    return _folded(entries)


def conversation(ticket: Ticket, actor: Actor) -> QuerySet[Message]:
    """The messages of a ticket that `actor` may read, oldest first; requesters see neither notes nor what
    has not left yet."""
    return _readable(ticket.pk, staff=is_staff_for(actor, ticket))


def readable_messages(ticket: Ticket, actor: Actor) -> list[Message]:
    """The rows of `conversation`; one query whose SQL is kept."""
    return (_all_messages if is_staff_for(actor, ticket) else _public_messages)(ticket.pk)


def _readable(ticket_id: int, *, staff: bool) -> QuerySet[Message]:
    messages = Message.objects.filter(ticket_id=ticket_id).order_by("created_at", "id")
    if staff:
        return messages
    return messages.filter(kind__in=[MessageKind.REQUEST, MessageKind.REPLY], held_until=None)


def _messages(ticket: Ticket, *, staff: bool) -> list[Entry]:
    messages = (_all_messages if staff else _public_messages)(ticket.pk)
    files: dict[int, list[StoredFile]] = defaultdict(list)
    for attachment in _attachments(ticket.pk):
        files[attachment.message_id].append(attachment.file)
    return [
        Entry(message.created_at, message=message, files=files.get(message.pk, [])) for message in messages
    ]


def _events(ticket: Ticket, *, staff: bool) -> list[Entry]:
    # A command shows itself, with its state and output.
    hidden = {EventKind.COMMAND}
    return [
        Entry(event.at, event=event)
        for event in _events_of(ticket.pk)
        if event.kind not in hidden and (staff or event.kind in _PUBLIC_EVENTS)
    ]


def _commands(ticket: Ticket) -> list[Entry]:
    return [Entry(link.command.created_at, command=link.command) for link in _commands_of(ticket.pk)]


def _rank(entry: Entry) -> int:
    """At the same instant the message comes first, then what followed from it."""
    return 0 if entry.message is not None else 1


def _folded(entries: list[Entry]) -> list[Entry]:
    folded: list[Entry] = []
    for entry in entries:
        before = folded[-1] if folded else None
        if _belongs(before, entry):
            folded.append(Entry(entry.at, event=entry.event, folds=True))
        else:
            folded.append(entry)
    return folded


def _belongs(before: Entry | None, entry: Entry) -> bool:
    if before is None or before.event is None or entry.event is None:
        return False
    return (
        _hand(before.event) == _hand(entry.event)
        and (entry.at - before.at).total_seconds() <= FOLD_SECONDS
        and entry.event.kind
        not in {EventKind.RESOLVED, EventKind.CLOSED, EventKind.REOPENED, EventKind.RATED}
    )


def _hand(event: TicketEvent) -> tuple[Any, ...]:
    return event.actor_kind, event.actor_id, event.actor_label
