"""What belongs to a ticket: links, and what was done to it that can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.tickets.enums import LinkKind
from firstline.tickets.models import Operation, Ticket, TicketLink
from firstline.tickets.queries.scope import parse_number, visible_as_staff


@dataclass(frozen=True, slots=True)
class Linked:
    """Another ticket and how it belongs to this one: related, duplicate_of, duplicate, parent, child."""

    link_id: int
    ticket: Ticket
    side: str


_SIDES = {
    (LinkKind.RELATED, True): "related",
    (LinkKind.RELATED, False): "related",
    (LinkKind.DUPLICATE, True): "duplicate_of",
    (LinkKind.DUPLICATE, False): "duplicate",
    (LinkKind.CHILD, True): "parent",
    (LinkKind.CHILD, False): "child",
}
_ORDER = ("parent", "child", "duplicate_of", "duplicate", "related")


def links_of(actor: Actor, ticket: Ticket) -> list[Linked]:
    """The linked tickets that `actor` works on, parents and parts first; two queries."""
    rows = list(
        TicketLink.objects.filter(Q(source=ticket) | Q(target=ticket))
        .select_related("source", "target")
        .order_by("pk")
    )
    if not rows:
        return []
    others = {row.target_id if row.source_id == ticket.pk else row.source_id for row in rows}
    seen = set(visible_as_staff(actor).filter(pk__in=others).values_list("pk", flat=True))
    found = []
    for row in rows:
        is_source = row.source_id == ticket.pk
        other = row.target if is_source else row.source
        if other.pk in seen:
            found.append(Linked(row.pk, other, _SIDES[LinkKind(row.kind), is_source]))
    return sorted(found, key=lambda each: (_ORDER.index(each.side), each.ticket.number))


def merged_into(ticket: Ticket) -> Sequence[Ticket]:
    """The tickets whose conversations are in this one now."""
    return list(Ticket.objects.filter(merged_into=ticket).order_by("number"))


def operations_of(ticket: Ticket, limit: int = 50) -> list[Operation]:
    """What was done to a ticket in the last 30 days, the latest first; what undid it is part of it."""
    found = Operation.objects.filter(steps__ticket=ticket).select_related("undone_by", "undoes")
    return list(found.order_by("-at", "-pk").distinct()[:limit])


def latest_operation(actor: Actor, ticket: Ticket) -> Operation | None:
    """The actor's operation that led to this very version of the ticket."""
    return Operation.objects.filter(
        steps__ticket=ticket, steps__version=ticket.version, actor_id=actor.id or 0
    ).first()


def get_operation(operation_id: int) -> Operation:
    """An operation. Raises `operation_unknown`."""
    found = Operation.objects.select_related("undone_by").filter(pk=operation_id).first()
    if found is None:
        raise NotFound("operation_unknown")
    return found


def get_staff_ticket(actor: Actor, typed: str) -> Ticket:
    """The ticket with a number or display id that somebody typed, on which the actor works.

    Raises `ticket_unknown`.
    """
    number = parse_number(typed)
    ticket = visible_as_staff(actor).filter(number=number).first() if number is not None else None
    if ticket is None:
        raise NotFound("ticket_unknown")
    return ticket
