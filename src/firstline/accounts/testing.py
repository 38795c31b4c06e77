"""People with roles for tests of any slice, without ceremony."""

from collections.abc import Iterable
from typing import Any

from firstline.accounts.models import Person, PersonSkill, Role, RoleGrant, Skill, TeamMembership
from firstline.accounts.queries import actor_for
from firstline.kit.actor import Actor
from firstline.organizations.models import Organization, Team
from firstline.organizations.testing import make_organization

PASSWORD = "correct horse battery"  # noqa: S105 - of people who live for one test


def make_person(
    name: str = "Alice Adams",
    *roles: str,
    organization: Organization | None = None,
    teams: Iterable[Team] = (),
    skills: dict[str, int] | None = None,
    password: str | None = None,
    **fields: Any,
) -> Person:
    """A saved person holding built-in `roles` by code.

    Without `organization`, requesters belong to the customer "Contoso" and everyone else to
    the provider "Northwind Support". The e-mail address is made from the name. A password
    is set only on request, because hashing is slow.
    """
    if organization is None:
        works_for_provider = bool(set(roles) - {"requester"})
        organization = (
            make_organization(is_provider=True) if works_for_provider else make_organization("Contoso")
        )
    fields.setdefault("email", f"{name.lower().replace(' ', '.')}@example.com")
    person = Person(name=name, organization=organization, **fields)
    person.set_password(password)
    person.save()
    RoleGrant.objects.bulk_create(
        RoleGrant(person=person, role=role) for role in Role.objects.filter(code__in=roles)
    )
    TeamMembership.objects.bulk_create(TeamMembership(person=person, team=team) for team in teams)
    for skill_name, level in (skills or {}).items():
        skill = Skill.objects.get_or_create(name=skill_name)[0]
        PersonSkill.objects.create(person=person, skill=skill, level=level)
    return person


def make_actor(name: str = "Alice Adams", *roles: str, **fields: Any) -> Actor:
    """The actor of a new person; see `make_person`."""
    return actor_for(make_person(name, *roles, **fields))
