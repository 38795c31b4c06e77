"""Who could work on tickets, and how much they have to do."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from firstline.accounts.models import Person
from firstline.kit.prepared import Prepared, padded
from firstline.tickets.enums import PAUSED_STATUSES
from firstline.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Load:
    """What a technician has on the table: open tickets, and the minutes expected of those not waiting."""

    tickets: int = 0
    minutes: int = 0


def open_loads(person_ids: Collection[int]) -> dict[int, Load]:
    """The load of each of these technicians; two queries, each within one index."""
    if not person_ids:
        return {}
    ids = padded(person_ids)
    counts, minutes = dict(_counts(*ids)), dict(_minutes(*ids))
    return {pk: Load(counts.get(pk, 0), minutes.get(pk, 0)) for pk in person_ids}


def _open_of(*person_ids: int) -> QuerySet[Ticket]:
    return Ticket.objects.filter(is_open=True, assignee_id__in=person_ids).order_by()


_counts = Prepared(lambda *ids: _open_of(*ids).values_list("assignee_id").annotate(Count("pk")))
_minutes = Prepared(
    lambda *ids: (
        _open_of(*ids)
        .exclude(status__in=PAUSED_STATUSES)
        .values_list("assignee_id")
        .annotate(Sum("expected_minutes"))
    )
)


def technicians_of(team_id: int) -> QuerySet[Person]:
    """The active members of a team, by name."""
    members = Person.objects.filter(team_memberships__team_id=team_id, is_active=True)
    return members.order_by("name", "pk")
