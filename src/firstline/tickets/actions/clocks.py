"""Keeps a ticket's promises: drives its clocks, and copies their due dates into the ticket.

Every function works on a locked ticket inside the caller's transaction and returns the
fields to write with the change.
"""

from collections.abc import Collection
from datetime import datetime

from firstline.kit import rows
from firstline.kit.actor import Actor
from firstline.servicelevels import actions as servicelevels
from firstline.servicelevels.actions import Dues
from firstline.servicelevels.enums import Cause, Metric
from firstline.servicelevels.queries import clocks_for_many
from firstline.tickets.enums import OPEN_STATUSES, PAUSED_STATUSES, Status
from firstline.tickets.models import Ticket
from firstline.tickets.moments import NEVER

Fields = dict[str, object]

_PAUSE_CAUSES = {
    Status.WAITING_REQUESTER: Cause.WAITING_REQUESTER,
    Status.WAITING_SUPPLIER: Cause.WAITING_SUPPLIER,
    Status.SCHEDULED: Cause.SCHEDULED,
}


def start(ticket: Ticket, *, at: datetime) -> None:
    """Start both clocks of a new ticket and write their due dates into its row."""
    dues = servicelevels.start_clocks(
        subject=ticket.ref,
        organization_id=ticket.organization_id,
        team_id=ticket.team_id,
        priority=ticket.priority,
        at=at,
    )
    fields = _fields(dues)
    for name, value in fields.items():
        setattr(ticket, name, value)
    rows.update(Ticket, ticket.pk, **fields)


def stop_response(ticket: Ticket, *, at: datetime, actor: Actor) -> Fields:
    """A technician answered for the first time."""
    return _fields(
        servicelevels.stop_clock(
            actor=actor, subject=ticket.ref, metric=Metric.FIRST_RESPONSE, at=at, cause=Cause.REPLIED
        )
    )


def restart_response(ticket: Ticket, *, at: datetime) -> Fields:
    """The first answer was taken back: the promise runs on as though nobody had answered."""
    return _fields(servicelevels.restart_clock(subject=ticket.ref, metric=Metric.FIRST_RESPONSE, at=at))


def follow_status(ticket: Ticket, *, old: str, at: datetime, actor: Actor) -> Fields:
    """The ticket left `old` for its present status: waiting rests the resolution clock, done stops both."""
    new = ticket.status
    if new not in OPEN_STATUSES:
        return _stop_all(ticket, at=at, actor=actor) if old in OPEN_STATUSES else {}
    if old not in OPEN_STATUSES:
        restarted = servicelevels.restart_clock(subject=ticket.ref, metric=Metric.RESOLUTION, at=at)
        if new not in PAUSED_STATUSES:
            return _fields(restarted)
    if new in PAUSED_STATUSES:
        # From one kind of waiting to another: the ledger says which kind when.
        servicelevels.resume_clocks(subject=ticket.ref, at=at)
        dues = servicelevels.pause_clocks(
            actor=actor,
            subject=ticket.ref,
            at=at,
            cause=_PAUSE_CAUSES[Status(new)],
            metrics=(Metric.RESOLUTION,),
        )
        return _fields(dues)
    if old in PAUSED_STATUSES:
        return _fields(servicelevels.resume_clocks(subject=ticket.ref, at=at))
    return {}


def close(ticket: Ticket, *, at: datetime, actor: Actor) -> Fields:
    """The ticket goes without a solution (merged, deleted): both clocks end where they stand."""
    return _stop_all(ticket, at=at, actor=actor, cause=Cause.CLOSED)


def follow_targets(ticket: Ticket, *, at: datetime, actor: Actor, cause: str) -> Fields:
    """The ticket has another priority or team: other targets, another calendar, the same age."""
    return _fields(
        servicelevels.retarget_clocks(
            actor=actor,
            subject=ticket.ref,
            team_id=ticket.team_id,
            priority=ticket.priority,
            at=at,
            cause=cause,
        )
    )


def copy_dues(ticket_ids: Collection[int]) -> int:
    """Copy the due dates of these tickets' clocks after the rules changed; returns how many rows moved."""
    moved = 0
    for ticket_id, clocks in clocks_for_many("ticket", ticket_ids).items():
        fields = _fields(servicelevels.dues_of(clocks))
        rows = Ticket.objects.filter(pk=ticket_id).exclude(**fields)
        moved += rows.update(**fields)
    return moved


def due_fields(dues: Dues) -> Fields:
    """The ticket's columns for these due dates."""
    return _fields(dues)


def _stop_all(ticket: Ticket, *, at: datetime, actor: Actor, cause: str = Cause.RESOLVED) -> Fields:
    for metric in Metric:
        dues = servicelevels.stop_clock(actor=actor, subject=ticket.ref, metric=metric, at=at, cause=cause)
    return _fields(dues)


def _fields(dues: Dues) -> Fields:
    return {
        "response_due_at": dues.first_response,
        "resolution_due_at": dues.resolution,
        "next_due_at": dues.next or NEVER,
        "next_risk_at": dues.risk,
    }
