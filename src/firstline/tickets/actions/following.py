"""What tickets take over from the slices below when those announce a change."""

from collections.abc import Collection

from firstline.kit.actor import Actor
from firstline.mail.queries import get_outbound
from firstline.outbox import actions as outbox
from firstline.tickets.actions import clocks
from firstline.tickets.actions.core import Note, apply_change, locked
from firstline.tickets.actions.mails import is_notice
from firstline.tickets.enums import EventKind
from firstline.tickets.models import Ticket, TicketCommand, TicketEvent


def copy_new_dues(*, ticket_ids: Collection[int]) -> int:
    """Calendars or targets changed: copy the clocks' new due dates into these tickets; how many moved."""
    with outbox.transaction():
        moved = clocks.copy_dues(ticket_ids)
        for team_id in set(Ticket.objects.filter(pk__in=ticket_ids).values_list("team_id", flat=True)):
            outbox.push(f"queue:{team_id or 0}")
    return moved


def note_undelivered(*, actor: Actor, event_id: str, outbound_id: int) -> int | None:
    """Write into the timeline whom a mail of a ticket did not reach; its id, None for other mail."""
    sent = get_outbound(outbound_id)
    # A notice that does not arrive must not cause the next notice.
    if sent.ref_kind != "ticket" or sent.ref_id is None or is_notice(sent.message_id):
        return None
    with outbox.transaction():
        ticket = locked(sent.ref_id)
        noted = TicketEvent.objects.filter(ticket=ticket, kind=EventKind.DELIVERY, data__event_id=event_id)
        if not noted.exists():
            missed = sorted(sent.refused) or [one for one in (*sent.to, *sent.cc) if one not in sent.accepted]
            data = {"event_id": event_id, "outbound_id": sent.pk, "addresses": missed[:20]}
            apply_change(
                ticket,
                actor,
                verb="tickets.mail_undelivered",
                fields={},
                notes=[Note(EventKind.DELIVERY, data)],
                recorded={"outbound_id": sent.pk},
            )
    return ticket.pk


def show_command(*, command_id: int) -> None:
    """Have open pages of the ticket fetch a command's new state."""
    link = TicketCommand.objects.filter(command_id=command_id).first()
    if link is not None:
        with outbox.transaction():
            outbox.push(f"ticket:{link.ticket_id}")
