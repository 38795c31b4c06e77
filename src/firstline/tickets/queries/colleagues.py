"""Who could be named in a ticket's note: colleagues who may see it."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.kit.text import clean_line
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import is_staff_for

FOUND_MAX = 8
_ASKED_MAX = 40


def colleagues_of(ticket: Ticket, text: str = "") -> list[Person]:
    """Active people who work on this ticket as technicians and whose name holds `text`; few, by name."""
    people = _technicians(ticket)
    if wanted := clean_line(text, 60):
        people = people.filter(name__icontains=wanted)
    found = [
        person
        for person in people.order_by("name", "pk")[:_ASKED_MAX]
        if is_staff_for(actor_for(person), ticket)
    ]
    return sorted(found, key=lambda person: not person.name.lower().startswith(wanted.lower()))[:FOUND_MAX]


def mentioned_in(text: str, ticket: Ticket) -> list[Person]:
    """Those of them whose whole name stands behind an @ in the text."""
    if "@" not in text:
        return []
    return [
        person for person in named_in(text, _technicians(ticket)) if is_staff_for(actor_for(person), ticket)
    ]


def named_in(text: str, people: Iterable[Person]) -> list[Person]:
    """The people whose whole name stands behind an @; the longer of two names that begin alike.

    Two colleagues of the same name are both meant: nobody is told too little.
    """
    low = text.lower()
    by_name: dict[str, list[Person]] = {}
    for person in people:
        if person.name.strip():
            by_name.setdefault(person.name.strip().lower(), []).append(person)
    found: dict[int, Person] = {}
    at = low.find("@")
    while at != -1:
        fitting = [
            name for name in by_name if low.startswith(name, at + 1) and _ends(low, at + 1 + len(name))
        ]
        for person in by_name.get(max(fitting, key=len, default=""), []):
            found[person.pk] = person
        at = low.find("@", at + 1)
    return list(found.values())


def _technicians(ticket: Ticket) -> QuerySet[Person]:
    in_reach = Q(organization__is_provider=True) | Q(organization_id=ticket.organization_id)
    works = Q(role_grants__role__permissions__icontains="tickets:ticket:view")
    return Person.objects.filter(in_reach, works, is_active=True).distinct()


def _ends(text: str, place: int) -> bool:
    """Whether a name ends here: Latin letters do not go on; behind a Chinese name anything may follow."""
    return place >= len(text) or not (text[place].isalnum() and text[place].isascii())
