"""Actors: what they may do, what they cost, and that nothing stale survives a change."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstline.accounts.models import Person, Role
from firstline.accounts.permissions import PERMISSIONS
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.organizations.testing import make_team

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
