"""Moving a ticket from one status to the next: resolve, confirm, close, reopen, rate."""

from datetime import datetime, timedelta

from django.db import connection

from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed
from firstline.kit.text import clean
from firstline.outbox import actions as outbox
from firstline.tickets.actions import clocks, intake, steps
from firstline.tickets.actions.core import Note, apply_change, locked
from firstline.tickets.actions.linking import check_parts_are_done
from firstline.tickets.actions.messages import MessageDraft, insert_message
from firstline.tickets.enums import OPEN_STATUSES, Channel, EventKind, MessageKind, Status, StepKind
from firstline.tickets.events import MessageAdded, StatusChanged, TicketRated, TicketResolved
from firstline.tickets.limits import CLOSE_AFTER_DAYS, REOPEN_DAYS
from firstline.tickets.models import Rating, Ticket
from firstline.tickets.permissions import (
    TICKET_CLOSE,
    check_can_move,
    check_can_view,
    check_staff,
    is_requester_of,
    is_staff_for,
)


def change_status(
    *, actor: Actor, ticket: Ticket, status: str, reason: str = "", expected_version: int | None = None
) -> Ticket:
    """Send a ticket to another status of the table `permissions.MOVES`; waiting states pause its clocks.

    Resolving needs a solution: `resolve_ticket`. Raises `solution_missing`, `ticket_move_forbidden`,
    `ticket_move_not_yours`. Announces `tickets.status_changed`.
    """
    intake.clean_choice(status, Status.values, "status")
    with outbox.transaction():
        fresh = locked(ticket, expected_version)
        check_can_view(actor, fresh)
        if status == fresh.status:
            return fresh
        if status == Status.RESOLVED:
            raise InvalidInput("solution_missing", field="solution")
        check_reopen_in_time(fresh, status)
        before = steps.snapshot(fresh)
        apply_status(actor, fresh, status, reason=reason)
        steps.remember(actor, fresh, StepKind.STATUS, before)
    return fresh


def resolve_ticket(
    *,
    actor: Actor,
    ticket: Ticket,
    solution: str,
    minutes: int | None = None,
    expected_version: int | None = None,
) -> Ticket:
    """Resolve with the text that the requester reads; stops both clocks.

    Raises `solution_missing`. Announces `tickets.message_added` (the solution),
    `tickets.status_changed` and `tickets.ticket_resolved`.
    """
    text = intake.clean_body(solution, missing="solution_missing", field="solution")
    with outbox.transaction():
        fresh = locked(ticket, expected_version)
        check_staff(actor, fresh, TICKET_CLOSE)
        if fresh.status not in OPEN_STATUSES:
            names = {"old": Status(fresh.status).label, "new": Status.RESOLVED.label}
            raise Conflict("ticket_move_forbidden", **names)
        apply_resolution(actor, fresh, text, minutes=minutes)
    return fresh


def apply_resolution(actor: Actor, ticket: Ticket, solution: str, *, minutes: int | None = None) -> None:
    """The inner step of `resolve_ticket` on a locked ticket, in the caller's transaction (asserted)."""
    assert connection.in_atomic_block
    at = clock.now()
    draft = MessageDraft(
        kind=MessageKind.REPLY,
        body=solution,
        channel=Channel.DESK,
        to=[ticket.requester.email] if ticket.requester.email else [],
        message_id=intake.new_message_id(ticket.number),
        is_solution=True,
        minutes=minutes,
    )
    message = insert_message(ticket, actor, draft, at=at)
    ticket.last_message_at, ticket.last_message_by_requester = at, False
    apply_status(actor, ticket, Status.RESOLVED, at=at)
    outbox.publish(MessageAdded(ticket.pk, message.pk), actor=actor)
    outbox.publish(TicketResolved(ticket.pk, message.pk), actor=actor)


def confirm_ticket(*, actor: Actor, ticket: Ticket) -> Ticket:
    """The requester says that it works again: resolved becomes closed. Repeating it changes nothing.

    Raises `ticket_not_resolved`.
    """
    with outbox.transaction():
        fresh = locked(ticket)
        check_can_view(actor, fresh)
        if fresh.status == Status.CLOSED:
            return fresh
        if fresh.status != Status.RESOLVED:
            raise Conflict("ticket_not_resolved")
        before = steps.snapshot(fresh)
        apply_status(actor, fresh, Status.CLOSED)
        steps.remember(actor, fresh, StepKind.STATUS, before)
    return fresh


def reopen_ticket(*, actor: Actor, ticket: Ticket, reason: str = "") -> Ticket:
    """Open a resolved or recently closed ticket again; the time it already took stays on its clocks.

    Raises `ticket_reopen_too_late` after 14 days. `reason` joins the conversation.
    """
    with outbox.transaction():
        fresh = locked(ticket)
        check_can_view(actor, fresh)
        if fresh.is_open:
            return fresh
        check_reopen_in_time(fresh, Status.OPEN)
        before = steps.snapshot(fresh)
        if clean(reason).strip():
            _insert_reason(actor, fresh, clean(reason).strip())
        apply_status(actor, fresh, Status.OPEN)
        steps.remember(actor, fresh, StepKind.STATUS, before)
    return fresh


def rate_ticket(*, actor: Actor, ticket: Ticket, stars: int, comment: str = "") -> Rating:
    """The requester's verdict, 1 to 5, once, on a resolved or closed ticket.

    Raises `rating_out_of_range`, `rating_given`, `ticket_not_resolved`. Announces `tickets.ticket_rated`.
    """
    if not 1 <= stars <= 5:
        raise InvalidInput("rating_out_of_range", field="stars")
    with outbox.transaction():
        fresh = locked(ticket)
        check_can_view(actor, fresh)
        if not is_requester_of(actor, fresh):
            raise NotAllowed("rating_not_yours")
        if fresh.is_open:
            raise Conflict("ticket_not_resolved")
        if Rating.objects.filter(ticket=fresh).exists():
            raise Conflict("rating_given")
        rating = Rating.objects.create(
            ticket=fresh, stars=stars, comment=clean(comment).strip()[:4000], created_at=clock.now()
        )
        apply_change(
            fresh,
            actor,
            verb="tickets.ticket_rated",
            fields={},
            notes=[Note(EventKind.RATED, {"stars": stars})],
            recorded={"stars": stars},
        )
        outbox.publish(TicketRated(fresh.pk, stars), actor=actor)
    return rating


def close_confirmed_by_silence(*, actor: Actor, limit: int = 200) -> int:
    """Close tickets that were resolved more than five days ago; returns how many. Called periodically."""
    before = clock.now() - timedelta(days=CLOSE_AFTER_DAYS)
    due = Ticket.objects.filter(status=Status.RESOLVED, resolved_at__lt=before).order_by("resolved_at")
    closed = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        with outbox.transaction():
            fresh = locked(pk)
            still_due = fresh.status == Status.RESOLVED and fresh.resolved_at and fresh.resolved_at < before
            if still_due:
                apply_status(actor, fresh, Status.CLOSED, reason="silence")
                closed += 1
    return closed


def apply_status(
    actor: Actor,
    ticket: Ticket,
    status: str,
    *,
    reason: str = "",
    at: datetime | None = None,
    by_participant: bool = False,
) -> None:
    """The inner step: move a locked ticket, in the caller's transaction (asserted).

    `by_participant`: somebody in copy answered in the requester's place.
    """
    assert connection.in_atomic_block
    if not by_participant:
        check_can_move(actor, ticket, status)
    check_parts_are_done(ticket, status)
    at, old = at or clock.now(), ticket.status
    fields = fields_for(ticket, status, at)
    ticket.status = status
    fields |= clocks.follow_status(ticket, old=old, at=at, actor=actor)
    ticket.status = old
    if status == Status.RESOLVED and ticket.first_replied_at is None:
        fields["first_replied_at"] = at
    note = Note(kind_of_move(old, status), {"old": str(old), "new": str(status), "reason": reason[:500]})
    apply_change(
        ticket, actor, verb="tickets.status_changed", fields=fields, notes=[note], reason=reason, at=at
    )
    outbox.publish(StatusChanged(ticket.pk, str(old), str(status)), actor=actor)


def fields_for(ticket: Ticket, status: str, at: datetime) -> dict[str, object]:
    """The columns that go with a status."""
    is_open = status in OPEN_STATUSES
    return {
        "status": status,
        "is_open": is_open,
        "resolved_at": None if is_open else (ticket.resolved_at or at),
        "closed_at": at if status == Status.CLOSED else None,
        "last_message_at": ticket.last_message_at,
        "last_message_by_requester": ticket.last_message_by_requester,
    }


def kind_of_move(old: str, new: str) -> str:
    """Which line of the timeline a move writes."""
    if new == Status.RESOLVED:
        return EventKind.RESOLVED
    if new == Status.CLOSED:
        return EventKind.CLOSED
    return EventKind.STATUS if old in OPEN_STATUSES else EventKind.REOPENED


def check_reopen_in_time(ticket: Ticket, status: str) -> None:
    """Raise where the ticket has been closed for too long."""
    too_late = ticket.closed_at is not None and clock.now() - ticket.closed_at > timedelta(days=REOPEN_DAYS)
    if ticket.status == Status.CLOSED and status in OPEN_STATUSES and too_late:
        raise Conflict("ticket_reopen_too_late")


def _insert_reason(actor: Actor, ticket: Ticket, text: str) -> None:
    by_requester = not is_staff_for(actor, ticket) or actor.id == ticket.requester_id
    draft = MessageDraft(
        kind=MessageKind.REPLY if by_requester else MessageKind.NOTE,
        body=intake.clean_body(text),
        channel=Channel.PORTAL if by_requester else Channel.DESK,
        by_requester=by_requester,
    )
    message = insert_message(ticket, actor, draft, at=clock.now())
    if by_requester:
        ticket.last_message_at, ticket.last_message_by_requester = message.created_at, True
    outbox.publish(MessageAdded(ticket.pk, message.pk), actor=actor)
