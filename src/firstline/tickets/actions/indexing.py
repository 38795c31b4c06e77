"""Keeps tickets findable: notes which changed; `queries.documents` says as what they are found."""

from collections.abc import Iterable

from firstline.search import actions as search
from firstline.tickets.models import Ticket
from firstline.tickets.queries.documents import KIND


def index_soon(ticket_ids: Iterable[int]) -> None:
    """Have search read these tickets anew after the commit, in the caller's transaction (asserted)."""
    search.touch(kind=KIND, object_ids=ticket_ids)


def index_later(ticket_ids: Iterable[int]) -> None:
    """As `index_soon` for thousands: a child works them off."""
    search.touch(kind=KIND, object_ids=ticket_ids, is_bulk=True)


def index_related(**scope: int) -> int:
    """Have search read every ticket of a scope (`team=5`) anew, in transactions of its own; how many."""
    return search.touch_all(KIND, Ticket.objects.filter(**scope))
