"""Actors: what they may do, what they cost, and that nothing stale survives a change."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts import queries
from firstline.accounts.models import Person, Role, RoleGrant, TeamMembership
from firstline.accounts.permissions import PERMISSIONS, declare
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.kit import clock
from firstline.kit.actor import ANONYMOUS, SYSTEM, Actor
from firstline.kit.errors import NotFound
from firstline.organizations.testing import make_organization, make_team

pytestmark = pytest.mark.django_db


def test_actor_holds_roles_teams_and_tenant() -> None:
    team = make_team("Network")
    person = make_person("Bo Li", "technician", teams=[team], language="zh-hans", time_zone="Asia/Shanghai")

    actor = actor_for(person, request_id="r1")

    assert actor.id == person.id
    assert actor.label == "Bo Li"
    assert actor.is_provider
    assert actor.organization_id == person.organization_id
    assert actor.team_ids == {team.id}
    assert actor.permissions == set(Role.objects.get(code="technician").permissions)
    assert (actor.language, actor.time_zone, actor.request_id) == ("zh-hans", "Asia/Shanghai", "r1")


def test_administrator_holds_every_declared_permission() -> None:
    assert actor_for(make_person("Ada", "administrator")).permissions == set(PERMISSIONS)


def test_actor_costs_two_queries_then_none() -> None:
    person = Person.objects.get(pk=make_person("Bo Li", "technician", "manager").pk)

    with CaptureQueriesContext(connection) as first:
        actor_for(person)
    with CaptureQueriesContext(connection) as second:
        actor_for(person)

    assert (len(first), len(second)) == (2, 0)


def test_inactive_person_may_nothing() -> None:
    person = make_person("Bo Li", "administrator", is_active=False)

    assert actor_for(person).permissions == frozenset()


def names(actor: Actor) -> list[str]:
    return [person.name for person in queries.visible_to(actor)]


def test_people_are_seen_by_tenant_and_permission() -> None:
    home, other = make_organization("Contoso"), make_organization("Fabrikam")
    mei, _liu = (
        make_person("Mei", "requester", organization=home),
        make_person("Liu", "requester", organization=other),
    )
    kim = make_person("Kim", "requester", organization=home)
    bo = make_person("Bo Li", "technician")
    role = Role.objects.create(code="keeper", label="Keeper", permissions=["admin:people:manage"])
    RoleGrant.objects.create(person=kim, role=role)
    helper = make_person("Hal", organization=make_organization(is_provider=True))

    everyone = ["Bo Li", "Hal", "Kim", "Liu", "Mei"]
    assert names(actor_for(bo)) == everyone
    assert names(SYSTEM) == everyone
    assert names(actor_for(kim)) == ["Kim", "Mei"]
    assert names(actor_for(mei)) == ["Mei"]
    assert names(actor_for(helper)) == ["Hal"]
    assert names(ANONYMOUS) == []
    with pytest.raises(NotFound):
        queries.get_person_for(actor_for(mei), bo.pk)


def test_people_are_found_by_address_team_skill_and_permission() -> None:
    team = make_team("Network")
    bo = make_person("Bo Li", "technician", teams=[team], skills={"VPN": 4})
    ada = make_person("Ada", "administrator", teams=[team])
    TeamMembership.objects.filter(person=ada).update(is_lead=True)
    make_person("Gone", "technician", teams=[team], is_active=False)
    make_person("Mei", "requester")

    assert queries.person_by_email(" BO.LI@example.com ") == bo
    assert list(queries.team_members(team.pk)) == [ada, bo]
    assert queries.skill_levels([bo.pk, ada.pk]) == {bo.pk: {"VPN": 4}, ada.pk: {}}
    assert set(queries.people_with("remote:command:run")) == {ada, bo}
    assert set(queries.people_with("admin:people:manage")) == {ada}


def test_a_session_that_ended_elsewhere_is_signed_out_here(client: Client) -> None:
    bo = make_person("Bo Li", "technician")
    client.force_login(bo)
    key = client.session.session_key
    assert client.get("/")["Location"] == "/desk/"

    # As seen by a process that has not heard of it: the row ended, Django's session still there.
    bo.sign_in_sessions.update(ended_at=clock.now())
    Person.objects.filter(pk=bo.pk).update(permissions_version=7)

    assert queries.actor_for_session(key) is None
    assert client.get("/")["Location"] == "/accounts/login/"
    assert queries.actor_for_session("unknown") is None


@pytest.mark.parametrize("name", ["tickets", "Tickets:ticket:view", "a:b:c:d", ""])
def test_permission_needs_a_proper_name(name: str) -> None:
    with pytest.raises(ValueError, match="is not slice:noun:verb"):
        declare(name, "x")


def test_permission_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declare("admin:people:manage", "again")


def test_token_of_an_unknown_secret_is_nobody() -> None:
    assert queries.actor_for_token("flt_nothing") is None
    assert queries.actor_for_token("") is None
