"""What a ticket does for those linked to it: its duplicates and its parts."""

from collections.abc import Iterable

from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.outbox import actions as outbox
from firstline.tickets.actions import intake
from firstline.tickets.actions.conversation import apply_message
from firstline.tickets.actions.core import locked
from firstline.tickets.actions.linking import structure_rules
from firstline.tickets.actions.messages import MessageDraft
from firstline.tickets.actions.status import apply_resolution
from firstline.tickets.enums import Channel, LinkKind, MessageKind, Status
from firstline.tickets.models import Message, Ticket
from firstline.tickets.permissions import TICKET_REPLY, check_can_view, check_staff


def solve_duplicates(*, actor: Actor, message_id: int) -> int:
    """Solve the open duplicates of a ticket with the solution that it got; how many. Repeating it changes
    nothing. Where the rules say so; whoever asked reads the solution in their own ticket."""
    message = Message.objects.filter(pk=message_id).first()
    if message is None or not structure_rules().duplicates_follow:
        return 0
    solved = 0
    for pk in _linked(message.ticket_id, LinkKind.DUPLICATE):
        with outbox.transaction():
            ticket = locked(pk)
            if ticket.is_open:
                apply_resolution(actor, ticket, message.body_text)
                solved += 1
    return solved


def update_parts(*, actor: Actor, ticket: Ticket, body: str, solve: bool = False) -> list[Ticket]:
    """Answer the requesters of all open parts of a ticket at once, and (`solve`) resolve those parts with
    it; the tickets that were answered, all or none.

    Raises `message_missing`, `ticket_without_parts`, and what a reply to each of them raises.
    """
    text = intake.clean_body(body)
    answered = []
    with outbox.transaction():
        check_can_view(actor, ticket)
        for pk in _linked(ticket.pk, LinkKind.CHILD):
            part = locked(pk)
            if not part.is_open:
                continue
            check_staff(actor, part, TICKET_REPLY)
            draft = MessageDraft(kind=MessageKind.REPLY, body=text, channel=Channel.DESK)
            apply_message(actor, part, draft, status=Status.RESOLVED if solve else None)
            answered.append(part)
        if not answered:
            raise InvalidInput("ticket_without_parts", field="body")
    return answered


def _linked(ticket_id: int, kind: str) -> Iterable[int]:
    """Open tickets that are a duplicate, or a part, of this one, by id: the order of locks."""
    found = Ticket.objects.filter(links_out__kind=kind, links_out__target_id=ticket_id, is_open=True)
    return list(found.order_by("pk").values_list("pk", flat=True))
