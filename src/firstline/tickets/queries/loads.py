"""Who could work on tickets, and how much they have to do."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from firstline.accounts.models import Person
from firstline.tickets.enums import PAUSED_STATUSES
from firstline.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Load:
    """What a technician has on the table: open tickets, and the minutes expected of those not waiting."""

    tickets: int = 0
    minutes: int = 0


def open_loads(person_ids: Collection[int]) -> dict[int, Load]:
    """The load of each of these technicians; two queries, each within one index."""
    mine = Ticket.objects.filter(is_open=True, assignee_id__in=person_ids).order_by()
    counts = dict(mine.values_list("assignee_id").annotate(Count("pk")))
    active = mine.exclude(status__in=PAUSED_STATUSES)
    minutes = dict(active.values_list("assignee_id").annotate(Sum("expected_minutes")))
    return {pk: Load(counts.get(pk, 0), minutes.get(pk, 0)) for pk in person_ids}


def technicians_of(team_id: int) -> QuerySet[Person]:
    """The active members of a team, by name."""
    members = Person.objects.filter(team_memberships__team_id=team_id, is_active=True)
    return members.order_by("name", "pk")
