"""Reads of people by tenant: who is seen by whom, who is in a team, who can do what."""

from collections.abc import Iterable

from django.db.models import QuerySet

from firstline.accounts.models import Person, PersonSkill, Role, RoleGrant
from firstline.accounts.permissions import PEOPLE_MANAGE
from firstline.accounts.queries.roles import expand
from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound

# Declared by the tickets slice above.
_WORKS_ON_TICKETS = "tickets:ticket:view"


def visible_to(actor: Actor) -> QuerySet[Person]:
    """The people that the actor may see.

    Provider people who work on tickets or manage people see everyone; someone who manages
    people of a customer sees that organisation's; everyone else sees themselves.
    """
    if actor.is_provider and any(map(actor.may, (PEOPLE_MANAGE, _WORKS_ON_TICKETS))):
        return Person.objects.all()
    if actor.may(PEOPLE_MANAGE):
        return Person.objects.filter(organization_id=actor.organization_id or 0)
    return Person.objects.filter(pk=actor.id or 0 if actor.kind == "person" else 0)


def get_person_for(actor: Actor, person_id: int) -> Person:
    """The person with this id; raises `NotFound` where the actor may not see them."""
    person = visible_to(actor).filter(pk=person_id).first()
    if person is None:
        raise NotFound("person_not_found")
    return person


def person_by_email(email: str) -> Person | None:
    """The person with this address, in any writing of capitals."""
    return Person.objects.filter(email=email.strip().lower()).first()


def team_members(team_id: int) -> QuerySet[Person]:
    """Active people of a team, leads first."""
    return Person.objects.filter(
        team_memberships__team_id=team_id, is_active=True, team_memberships__team__is_active=True
    ).order_by("-team_memberships__is_lead", "name", "id")


def skill_levels(person_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """The skills of these people: level by skill name by person id, in one query."""
    levels: dict[int, dict[str, int]] = {person_id: {} for person_id in person_ids}
    rows = PersonSkill.objects.filter(person_id__in=levels).values_list("person_id", "skill__name", "level")
    for person_id, name, level in rows:
        levels[person_id][name] = level
    return levels


def people_with(permission: str) -> QuerySet[Person]:
    """Active people one of whose roles holds `permission`."""
    codes = [role.pk for role in Role.objects.all() if permission in expand(role.permissions)]
    holders = RoleGrant.objects.filter(role_id__in=codes).values("person_id")
    return Person.objects.filter(pk__in=holders, is_active=True, organization__is_active=True)
