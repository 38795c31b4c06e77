"""People as the desk looks for them: requesters by name, technicians with their load."""

from dataclasses import dataclass

from django.db.models import Q

from firstline.accounts.models import Person
from firstline.kit.actor import Actor
from firstline.kit.text import clean
from firstline.organizations.models import Team
from firstline.tickets.models import Ticket
from firstline.tickets.queries import open_loads, technicians_of
from firstline.tickets.queries.loads import Load

FOUND_MAX = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A technician who could take a ticket."""

    person: Person
    load: Load
    is_current: bool


def find_people(actor: Actor, text: str) -> list[Person]:
    """People by name, address, telephone or job; a provider's technician finds every organisation's."""
    people = Person.objects.select_related("organization", "department", "site").filter(is_active=True)
    if not actor.is_provider:
        people = people.filter(organization_id=actor.organization_id or 0)
    words = clean(text).split()[:6]
    for word in words:
        people = people.filter(
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(phone__icontains=word)
            | Q(organization__name__icontains=word)
            | Q(department__name__icontains=word)
        )
    return list(people.order_by("name", "id")[:FOUND_MAX]) if words else []


def assignees(ticket: Ticket) -> list[Candidate]:
    """The technicians of the ticket's team, the least loaded first."""
    people = list(technicians_of(ticket.team_id)) if ticket.team_id else []
    loads = open_loads([person.pk for person in people])
    found = [
        Candidate(person, loads.get(person.pk, Load()), person.pk == ticket.assignee_id) for person in people
    ]
    return sorted(found, key=lambda candidate: (candidate.load.minutes, candidate.person.name))


def other_teams(ticket: Ticket) -> list[Team]:
    """Where the ticket could be sent."""
    return list(Team.objects.filter(is_active=True).exclude(pk=ticket.team_id or 0).order_by("tier", "name"))
