"""Reads of what automation did."""

from firstline.automation.models import AlertTicket
from firstline.tickets.models import Message, Ticket, TicketCommand, TicketEvent


def ticket_of_alert(alert_id: int) -> Ticket | None:
    """The ticket that follows this alert, once there is one."""
    link = AlertTicket.objects.select_related("ticket__requester").filter(alert_id=alert_id).first()
    return link.ticket if link else None


def has_open_alerts(ticket: Ticket) -> bool:
    """Whether an alert that this ticket follows still lasts."""
    return AlertTicket.objects.filter(ticket=ticket, alert__resolved_at=None).exists()


def is_untouched(ticket: Ticket) -> bool:
    """Whether no person has written on the ticket, changed it, or run something from it."""
    return not (
        Message.objects.filter(ticket=ticket, author__isnull=False).exists()
        or TicketEvent.objects.filter(ticket=ticket, actor_kind="person").exists()
        or TicketCommand.objects.filter(ticket=ticket).exists()
    )
