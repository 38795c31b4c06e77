"""Who may do what to which ticket: the catalogue, the table of moves, the checks."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.permissions import declare
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, NotAllowed, NotFound
from firstline.tickets.enums import OPEN_STATUSES, Status
from firstline.tickets.models import Ticket

TICKET_CREATE = declare("tickets:ticket:create", _("Write tickets"))
TICKET_VIEW = declare("tickets:ticket:view", _("See tickets of own teams"))
TICKET_VIEW_ALL = declare("tickets:ticket:view_all", _("See all tickets"))
TICKET_REPLY = declare("tickets:ticket:reply", _("Reply to requesters"))
TICKET_NOTE = declare("tickets:ticket:note", _("Write internal notes"))
TICKET_EDIT = declare("tickets:ticket:edit", _("Change details, priority and status of tickets"))
TICKET_ASSIGN = declare("tickets:ticket:assign", _("Assign tickets to people and teams"))
TICKET_CLOSE = declare("tickets:ticket:close", _("Resolve and close tickets"))
TICKET_IMPORT = declare("tickets:ticket:import", _("Import tickets"))
TICKET_EXPORT = declare("tickets:ticket:export", _("Export tickets"))
ORGANIZATION_VIEW = declare("tickets:organization:view", _("See tickets of colleagues in the portal"))
PORTAL_USE = declare("portal:own:use", _("Use the portal: ask, answer, confirm"))

_STAFF, _REQUESTER = "staff", "requester"
_BOTH = frozenset({_STAFF, _REQUESTER})
_ONLY_STAFF = frozenset({_STAFF})
_WORKING = (Status.OPEN, Status.WAITING_REQUESTER, Status.WAITING_SUPPLIER, Status.SCHEDULED)

MOVES: dict[tuple[str, str], frozenset[str]] = {
    **{(Status.NEW, new): _ONLY_STAFF for new in (*_WORKING, Status.RESOLVED)},
    **{(old, new): _ONLY_STAFF for old in _WORKING for new in (*_WORKING, Status.RESOLVED) if old != new},
    (Status.WAITING_REQUESTER, Status.OPEN): _BOTH,
    (Status.RESOLVED, Status.OPEN): _BOTH,
    (Status.RESOLVED, Status.CLOSED): _BOTH,
    (Status.CLOSED, Status.OPEN): _BOTH,
}
"""Which status may follow which, and who may do it; the system may do all that are listed."""


def can_move(old: str, new: str, *, staff: bool) -> bool:
    """Whether the table lets a technician (`staff`) or the requester make this move."""
    return (_STAFF if staff else _REQUESTER) in MOVES.get((old, new), frozenset())


def check_can_move(actor: Actor, ticket: Ticket, new: str) -> None:
    """Raise unless the ticket may go to `new`, and `actor` may send it there."""
    old = ticket.status
    check_in_hand(ticket)
    names = {"old": Status(old).label, "new": Status(new).label}
    if (old, new) not in MOVES:
        raise Conflict("ticket_move_forbidden", **names)
    if not can_move(old, new, staff=is_staff_for(actor, ticket)):
        raise NotAllowed("ticket_move_not_yours", **names)
    if actor.is_trusted or not is_staff_for(actor, ticket):
        return
    done = new not in OPEN_STATUSES or old not in OPEN_STATUSES
    actor.check(TICKET_CLOSE if done else TICKET_EDIT)


def is_staff_for(actor: Actor, ticket: Ticket) -> bool:
    """Whether `actor` sees this ticket as a technician (notes and inner workings included)."""
    if actor.is_trusted:
        return True
    if actor.kind != "person":
        return False
    if not actor.is_provider and ticket.organization_id != actor.organization_id:
        return False
    if actor.may(TICKET_VIEW_ALL):
        return True
    if not actor.may(TICKET_VIEW):
        return False
    return ticket.team_id is None or ticket.team_id in actor.team_ids or ticket.assignee_id == actor.id


def is_requester_of(actor: Actor, ticket: Ticket) -> bool:
    """Whether `actor` is the one who asked and may still use the portal."""
    return actor.kind == "person" and actor.id == ticket.requester_id and actor.may(PORTAL_USE)


def can_view(actor: Actor, ticket: Ticket) -> bool:
    """The same answer as `queries.visible_to`, for a ticket in hand."""
    if ticket.deleted_at is not None:
        return False
    if is_staff_for(actor, ticket) or is_requester_of(actor, ticket):
        return True
    if actor.kind != "person" or actor.id is None:
        return False
    if actor.may(ORGANIZATION_VIEW) and ticket.organization_id == actor.organization_id:
        return True
    return actor.may(PORTAL_USE) and ticket.watchers.filter(person_id=actor.id).exists()


def check_in_hand(ticket: Ticket) -> None:
    """Raise where the ticket was put away: merged into another one, or deleted."""
    if ticket.merged_into is not None:
        raise Conflict("ticket_is_merged", into=ticket.merged_into.display_id)
    if ticket.deleted_at is not None:
        raise Conflict("ticket_in_bin")


def check_can_view(actor: Actor, ticket: Ticket) -> None:
    """Raise `NotFound`: that a ticket exists is secret from those who may not see it."""
    if not can_view(actor, ticket):
        raise NotFound("ticket_unknown")


def check_staff(actor: Actor, ticket: Ticket, permission: str) -> None:
    """Raise unless `actor` works on this ticket as a technician and holds `permission`."""
    check_can_view(actor, ticket)
    if not is_staff_for(actor, ticket):
        raise NotAllowed("permission_missing", permission=permission)
    check_in_hand(ticket)
    actor.check(permission)
