"""Who may fetch the files of a ticket's messages."""

from firstline.files.models import StoredFile
from firstline.kit.actor import Actor
from firstline.tickets.enums import MessageKind
from firstline.tickets.models import Message, Ticket
from firstline.tickets.permissions import can_view, is_staff_for

FILE_KIND = "ticket_message"
DRAFT_FILE_KIND = "ticket_draft"
"""To what files of drafts belong until they are sent; the number is the ticket's."""


def can_open_file(actor: Actor, file: StoredFile) -> bool:
    """Whoever sees the message; files of notes are for technicians."""
    if file.ref_id is None:
        return False
    message = Message.objects.select_related("ticket").filter(pk=file.ref_id).first()
    if message is None:
        return False
    if message.kind in {MessageKind.NOTE, MessageKind.SYSTEM} or message.held_until is not None:
        return is_staff_for(actor, message.ticket)
    return can_view(actor, message.ticket)


def can_open_draft_file(actor: Actor, file: StoredFile) -> bool:
    """Technicians of the ticket: any of them may go on with the draft."""
    ticket = Ticket.objects.filter(pk=file.ref_id or 0).first()
    return ticket is not None and is_staff_for(actor, ticket)
