"""Who is told what happens in a ticket: notices with their cause, once per event."""

from dataclasses import dataclass

from firstline.accounts.models import Person
from firstline.kit.actor import Actor
from firstline.kit.prepared import Prepared
from firstline.notifications.actions import notify
from firstline.notifications.enums import Kind
from firstline.tickets import notices
from firstline.tickets.enums import EventKind, MessageKind
from firstline.tickets.models import Message, Ticket, TicketEvent, Watcher
from firstline.tickets.queries.colleagues import mentioned_in


@dataclass(frozen=True, slots=True)
class Telling:
    """What is being told: the kind of notice, by whose event, and who wrote or did it."""

    actor: Actor
    event_id: str
    kind: Kind
    who: str = ""


def tell_assignee_of_assignment(*, actor: Actor, event_id: str, ticket_id: int, assignee_id: int) -> None:
    """The ticket is somebody's; who took it themselves knows."""
    ticket = _loaded(ticket_id)
    kinds = [EventKind.ASSIGNED, EventKind.UNDONE]
    given = TicketEvent.objects.filter(ticket=ticket, kind__in=kinds).order_by("-id").first()
    taken = given is not None and given.actor_kind == "person" and given.actor_id == assignee_id
    # Who had it before a step that was taken back was told then.
    again = given is not None and given.kind == EventKind.UNDONE
    if ticket.assignee is None or ticket.assignee_id != assignee_id or taken or again:
        return
    tell(Telling(actor, event_id, notices.ASSIGNED), ticket, ticket.assignee, "ticket_given")


def tell_of_message(*, actor: Actor, event_id: str, message_id: int) -> None:
    """The assignee hears of what others write; requester and followers of a technician's reply."""
    message = _messages.get(message_id)
    ticket = _loaded(message.ticket_id)
    if message.kind == MessageKind.REPLY and not message.by_requester:
        kind = notices.SOLVED if message.is_solution else notices.REPLIED
        telling = Telling(actor, event_id, kind, message.author_label)
        if message.author_id != ticket.requester_id:
            tell(telling, ticket, ticket.requester, "ticket_requester", in_desk=False)
        _tell_watchers(telling, ticket, message)
        return
    kind = notices.ANSWERED if message.by_requester else notices.NOTED
    telling = Telling(actor, event_id, kind, message.author_label)
    if ticket.assignee is not None and ticket.assignee_id not in {
        message.author_id,
        *_named(message, ticket),
    }:
        tell(telling, ticket, ticket.assignee, "ticket_assignee")


def tell_of_clock(*, actor: Actor, event_id: str, ticket_id: int, breached: bool) -> None:
    """The assignee hears that a promise is at risk or was missed."""
    ticket = _loaded(ticket_id)
    if ticket.assignee is not None and ticket.is_open:
        kind = notices.BREACHED if breached else notices.AT_RISK
        tell(Telling(actor, event_id, kind), ticket, ticket.assignee, "ticket_assignee")


def tell_of_undelivered(*, actor: Actor, event_id: str, ticket_id: int) -> None:
    """The assignee hears that somebody did not get a mail."""
    ticket = _loaded(ticket_id)
    if ticket.assignee is not None:
        tell(Telling(actor, event_id, notices.UNDELIVERED), ticket, ticket.assignee, "ticket_assignee")


def _named(message: Message, ticket: Ticket) -> set[int]:
    """Who is told of a note because it names them is not told of it twice."""
    is_note = message.kind == MessageKind.NOTE
    return {person.pk for person in mentioned_in(message.body_text, ticket)} if is_note else set()


def _loaded(ticket_id: int) -> Ticket:
    return _tickets.get(ticket_id)


_messages = Prepared(lambda pk: Message.objects.filter(pk=pk))
_tickets = Prepared(lambda pk: Ticket.objects.select_related("assignee", "requester").filter(pk=pk))
_watchers = Prepared(
    lambda ticket_id: Watcher.objects.filter(ticket_id=ticket_id).select_related("person__organization")
)


def _tell_watchers(telling: Telling, ticket: Ticket, message: Message) -> None:
    """Followers in copy get the mail itself; technicians who follow are told at the desk."""
    for watcher in _watchers(ticket.pk):
        person = watcher.person
        if person.pk not in {message.author_id, ticket.requester_id, ticket.assignee_id}:
            in_desk = person.organization.is_provider
            tell(telling, ticket, person, "ticket_watcher", in_desk=in_desk)


def tell(telling: Telling, ticket: Ticket, person: Person, cause: str, *, in_desk: bool = True) -> None:
    """Tell one person, with the cause that answers "why did I get this?"."""
    notify(
        person=person,
        kind=telling.kind.code,
        params={"ticket": ticket.display_id, "subject": ticket.subject, "who": telling.who},
        ref=ticket.ref,
        cause=cause,
        event_id=telling.event_id,
        url=ticket.desk_path if in_desk else ticket.portal_path,
        actor=telling.actor,
    )
