"""Which tickets an actor may see, and getting one of them."""

import re

from django.db.models import Exists, OuterRef, Q, QuerySet

from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.kit.prepared import Prepared
from firstline.tickets.models import Ticket, Watcher
from firstline.tickets.permissions import (
    ORGANIZATION_VIEW,
    PORTAL_USE,
    TICKET_VIEW,
    TICKET_VIEW_ALL,
    can_view,
)

_DISPLAY_ID = re.compile(r"(?:inc|req)-?(\d{1,12})|#?(\d{1,12})", re.IGNORECASE)


def visible_to(actor: Actor) -> QuerySet[Ticket]:
    """Every ticket that `actor` may see: the base of every other read.

    Requesters see what they asked for and follow, colleagues' tickets with the permission for
    it; technicians those of their teams, assigned to them or without a team; "see all" all.
    Who does not work for the provider never sees another organisation's.
    """
    if actor.is_trusted:
        return Ticket.objects.filter(deleted_at=None)
    if actor.kind != "person" or actor.id is None:
        return Ticket.objects.none()
    return Ticket.objects.filter(_staff_scope(actor) | _own_scope(actor), deleted_at=None)


def visible_as_staff(actor: Actor) -> QuerySet[Ticket]:
    """The tickets on which `actor` may work as a technician."""
    if actor.is_trusted:
        return Ticket.objects.filter(deleted_at=None)
    if actor.kind != "person" or actor.id is None:
        return Ticket.objects.none()
    return Ticket.objects.filter(_staff_scope(actor), deleted_at=None)


def bin_of(actor: Actor) -> QuerySet[Ticket]:
    """Deleted tickets on which `actor` worked or could have, the last first."""
    if actor.kind != "person" or actor.id is None:
        return Ticket.objects.none()
    return Ticket.objects.filter(_staff_scope(actor), deleted_at__isnull=False).order_by("-deleted_at")


def requested_by(actor: Actor) -> QuerySet[Ticket]:
    """What the actor asked for or follows, newest first, for the portal."""
    if actor.kind != "person" or actor.id is None:
        return Ticket.objects.none()
    return Ticket.objects.filter(_own_scope(actor), deleted_at=None).order_by("-id")


_by_number = Prepared(
    lambda number: Ticket.objects.select_related(
        "requester__site",
        "requester__department",
        "organization",
        "device",
        "service",
        "team",
        "assignee",
        "rating",
        "merged_into",
    ).filter(number=number)
)


def get_ticket_for(actor: Actor, number: int | str) -> Ticket:
    """The ticket with this number or display id ("INC-42"), its relations loaded.

    Raises `NotFound` for one that does not exist and for one the actor may not see, alike.
    """
    found = parse_number(number)
    ticket = _by_number.first(found) if found is not None else None
    if ticket is None or not can_view(actor, ticket):
        raise NotFound("ticket_unknown")
    return ticket


def heir_of(ticket: Ticket) -> Ticket:
    """The ticket in which this one's conversation goes on: itself, unless it was merged."""
    seen = {ticket.pk}
    while ticket.merged_into is not None and ticket.merged_into_id not in seen:
        ticket = ticket.merged_into
        seen.add(ticket.pk)
    return ticket


def parse_number(text: int | str) -> int | None:
    """The number in "INC-42", "req7", "#42" or "42"; None in anything else."""
    match = _DISPLAY_ID.fullmatch(str(text).strip())
    return int(match[1] or match[2]) if match else None


def _staff_scope(actor: Actor) -> Q:
    if actor.may(TICKET_VIEW_ALL):
        scope = Q(pk__isnull=False)
    elif actor.may(TICKET_VIEW):
        scope = Q(team_id__in=actor.team_ids) | Q(team__isnull=True) | Q(assignee_id=actor.id)
    else:
        return Q(pk__in=[])
    return scope if actor.is_provider else scope & Q(organization_id=actor.organization_id)


def _own_scope(actor: Actor) -> Q:
    scope = Q(pk__in=[])
    if actor.may(PORTAL_USE) and actor.id is not None:
        follows = Watcher.objects.filter(ticket_id=OuterRef("pk"), person_id=actor.id)
        scope |= Q(requester_id=actor.id) | Q(Exists(follows))
    if actor.may(ORGANIZATION_VIEW):
        scope |= Q(organization_id=actor.organization_id)
    return scope
