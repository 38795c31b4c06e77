"""The bin: deleted tickets, kept for 30 days."""

from datetime import timedelta

from firstline.audit import actions as audit
from firstline.files import actions as files
from firstline.kit import clock, rows
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.refs import Ref
from firstline.outbox import actions as outbox
from firstline.tickets.actions import clocks, indexing, steps
from firstline.tickets.actions.core import Note, apply_change, locked
from firstline.tickets.enums import EventKind, Status, StepKind
from firstline.tickets.events import StatusChanged
from firstline.tickets.limits import OPERATIONS_KEPT_DAYS
from firstline.tickets.models import Message, Operation, Ticket
from firstline.tickets.permissions import TICKET_CLOSE, TICKET_EDIT, check_staff


def delete_ticket(
    *, actor: Actor, ticket: Ticket, is_spam: bool = False, expected_version: int | None = None
) -> Operation:
    """Put a ticket into the bin, where search, lists and the portal no longer find it.

    For 30 days it can be restored by undoing this; its number is never given out again. Nobody is written
    to. Announces `tickets.status_changed` where it was open.
    """
    with outbox.transaction():
        fresh = locked(ticket, expected_version)
        check_staff(actor, fresh, TICKET_EDIT)
        actor.check(TICKET_CLOSE)
        before, old, at = steps.snapshot(fresh), fresh.status, clock.now()
        fields: dict[str, object] = {
            "deleted_at": at,
            "is_spam": is_spam,
            "status": Status.CLOSED,
            "is_open": False,
            "resolved_at": fresh.resolved_at or at,
            "closed_at": fresh.closed_at or at,
        }
        if fresh.is_open:
            fields |= clocks.close(fresh, at=at, actor=actor)
        note = Note(EventKind.DELETED, {"spam": is_spam})
        apply_change(fresh, actor, verb="tickets.ticket_deleted", fields=fields, notes=[note], at=at)
        operation = steps.begin(actor, StepKind.DELETE, at=at, data={"ticket": fresh.display_id})
        rows.insert([steps.step_of(operation, fresh, before, at=at)])
        if old != fresh.status:
            outbox.publish(StatusChanged(fresh.pk, str(old), str(fresh.status)), actor=actor)
    return operation


def empty_bin(limit: int = 50) -> int:
    """Remove for good what has lain in the bin for 30 days; how many. Called periodically."""
    before = clock.now() - timedelta(days=OPERATIONS_KEPT_DAYS)
    due = Ticket.objects.filter(deleted_at__lt=before).order_by("deleted_at")
    removed = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        with outbox.transaction():
            ticket = locked(pk)
            if ticket.deleted_at is None or ticket.deleted_at >= before:
                continue
            _remove(ticket)
            removed += 1
    return removed


def _remove(ticket: Ticket) -> None:
    for message_id in Message.objects.filter(ticket=ticket).values_list("pk", flat=True):
        files.detach(ref=Ref("ticket_message", message_id, ticket.display_id))
    audit.record(
        actor=SYSTEM,
        verb="tickets.ticket_removed",
        ref=ticket.ref,
        organization_id=ticket.organization_id,
    )
    indexing.index_soon([ticket.pk])
    ticket.delete()
