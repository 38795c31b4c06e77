"""Colleagues who are named in a note: they follow the ticket from then on, and are told."""

from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError
from firstline.tickets import notices
from firstline.tickets.actions.assignment import add_watcher
from firstline.tickets.actions.telling import Telling, tell
from firstline.tickets.enums import MessageKind
from firstline.tickets.models import Message, Ticket
from firstline.tickets.queries.colleagues import mentioned_in


def tell_mentioned(*, actor: Actor, event_id: str, message_id: int) -> int:
    """Let everybody named in a note (@Mei Zhao) follow its ticket, and tell them; how many.

    Only colleagues who may see the ticket, never the author; once per event, however often it is called.
    """
    message = Message.objects.filter(pk=message_id, kind=MessageKind.NOTE).first()
    if message is None or "@" not in message.body_text:
        return 0
    ticket = Ticket.objects.select_related("requester", "assignee").get(pk=message.ticket_id)
    named = [person for person in mentioned_in(message.body_text, ticket) if person.pk != message.author_id]
    telling = Telling(actor, event_id, notices.MENTIONED, message.author_label)
    for person in named:
        try:
            add_watcher(actor=actor, ticket=ticket, person=person)
        except DomainError:
            continue
        tell(telling, ticket, person, "ticket_mentioned")
    return len(named)
