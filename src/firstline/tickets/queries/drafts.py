"""Words that were typed for a ticket and not sent."""

from dataclasses import dataclass

from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.kit.prepared import Prepared
from firstline.tickets.enums import MessageKind
from firstline.tickets.models import Message, ReplyDraft, Ticket
from firstline.tickets.permissions import is_staff_for


@dataclass(frozen=True, slots=True)
class Drafts:
    """The actor's own draft of a ticket, also an emptied one, and what colleagues have begun."""

    own: ReplyDraft | None
    others: list[ReplyDraft]


def drafts_of(ticket: Ticket, actor: Actor) -> Drafts:
    """Who is in the middle of writing; one query. Only for technicians of the ticket, else nothing."""
    if actor.kind != "person" or not is_staff_for(actor, ticket):
        return Drafts(None, [])
    rows = _drafts_of(ticket.pk)
    own = next((row for row in rows if row.author_id == actor.id), None)
    return Drafts(own, [row for row in rows if row.author_id != actor.id and not row.is_empty])


_drafts_of = Prepared(
    lambda ticket_id: ReplyDraft.objects.filter(ticket_id=ticket_id).select_related("author").order_by("id")
)


def draft_of_colleague(ticket: Ticket, actor: Actor, draft_id: int) -> ReplyDraft:
    """What a colleague has begun. Raises `draft_unknown`, also where it is sent by now."""
    found = next((row for row in drafts_of(ticket, actor).others if row.pk == draft_id), None)
    if found is None:
        raise NotFound("draft_unknown")
    return found


def arrived_since(ticket_id: int, actor: Actor, message_id: int) -> list[Message]:
    """What others wrote in the ticket after the message that the actor saw last, oldest first."""
    return list(
        Message.objects.filter(ticket_id=ticket_id, pk__gt=message_id)
        .exclude(kind=MessageKind.SYSTEM)
        .exclude(author_id=actor.id, author_id__isnull=False)
        .order_by("id")[:20]
    )


def last_message_id(ticket_id: int) -> int:
    """The newest message of a ticket, 0 where there is none."""
    newest = Message.objects.filter(ticket_id=ticket_id).order_by("-id").values_list("pk", flat=True)
    return newest.first() or 0
