"""People, roles and secrets change only as they should, by those who may."""

from collections.abc import Callable
from typing import Any

import pytest

from firstline.accounts import actions, queries
from firstline.accounts.actions import PersonDetails
from firstline.accounts.actions.passwords import check_password_strength
from firstline.accounts.models import ApiToken, Person, Role, Skill
from firstline.accounts.testing import PASSWORD, make_actor, make_person
from firstline.audit.models import AuditLabel
from firstline.audit.queries import records_for
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from firstline.kit.refs import Ref
from firstline.organizations.models import Department, Organization, Site
from firstline.organizations.testing import make_organization, make_team
from firstline.outbox.models import Event

pytestmark = pytest.mark.django_db


def fresh(person: Person) -> Actor:
    return queries.actor_for(Person.objects.get(pk=person.pk))


def verbs(person: Person) -> set[str]:
    return {record.verb for record in records_for(Ref("person", person.pk))}


def test_person_is_created_with_the_organizations_language_and_zone() -> None:
    home = make_organization("Contoso", default_language="zh-hans", time_zone="Asia/Shanghai")
    details = PersonDetails(name="  陈 梅 ", email="Mei@Contoso.com", organization=home, is_vip=True)

    person = actions.create_person(actor=SYSTEM, details=details)

    assert (person.name, person.email, person.language, person.time_zone) == (
        "陈 梅", "mei@contoso.com", "zh-hans", "Asia/Shanghai",
    )  # fmt: skip
    assert not person.has_usable_password()
    assert [role.code for role in person.roles.all()] == ["requester"]
    [record] = records_for(Ref("person", person.pk))
    assert "陈" not in str(record.new)
    assert Event.objects.get().payload == {"person_id": person.pk}


@pytest.mark.parametrize(
    "bad",
    [{"name": ""}, {"name": "x" * 201}, {"email": "none"}, {"email": "taken@example.com"},
     {"language": "tlh"}, {"time_zone": "../etc"}, {"job_title": "x" * 201}, {"phone": "0" * 51},
     {"site": "elsewhere"},
     {"department": "elsewhere"}],
)  # fmt: skip
def test_person_with_bad_details_is_refused_and_nothing_written(bad: dict[str, Any]) -> None:
    home, other = make_organization("Contoso"), make_organization("Fabrikam")
    make_person("Taken", email="taken@example.com")
    if "site" in bad:
        bad = {"site": Site.objects.create(organization=other, name="HQ")}
    if "department" in bad:
        bad = {"department": Department.objects.create(organization=other, name="Sales")}

    with pytest.raises(InvalidInput) as refused:
        actions.create_person(
            actor=SYSTEM, details=PersonDetails(**{"name": "New", "organization": home, **bad})
        )

    assert refused.value.field == next(iter(bad))
    assert Person.objects.count() == 1
    assert not Event.objects.exists()


def test_update_moves_a_person_and_takes_teams_when_they_leave_the_provider() -> None:
    person = make_person("Bo Li", "technician", teams=[make_team("Network")])
    customer = make_organization("Contoso")
    assert fresh(person).is_provider

    details = PersonDetails(name="Bo Li", email=person.email or "", organization=customer)
    actions.update_person(actor=SYSTEM, person=person, details=details)

    assert (fresh(person).is_provider, fresh(person).team_ids) == (False, frozenset())
    changed = next(r for r in records_for(Ref("person", person.pk)) if r.verb == "accounts.person_changed")
    assert changed.new == {"organization_id": customer.pk, "changed": []}


def test_requester_is_found_or_joins_the_organization_of_the_domain() -> None:
    home = make_organization("Contoso", domains=["contoso.com"])
    known = actions.ensure_requester(actor=SYSTEM, email="Mei@Contoso.com", name="Mei")

    assert known.organization == home
    assert actions.ensure_requester(actor=SYSTEM, email="mei@contoso.com") == known
    stranger = actions.ensure_requester(actor=SYSTEM, email="who@elsewhere.example")
    assert (stranger.name, stranger.organization.name, stranger.organization.is_provider) == (
        "who", "External contacts", False,
    )  # fmt: skip
    with pytest.raises(InvalidInput):
        actions.ensure_requester(actor=SYSTEM, email="<script>")


def test_roles_and_teams_take_effect_at_once() -> None:
    person, team = make_person("Bo Li", "technician"), make_team("Network")
    before = fresh(person)

    actions.set_roles(actor=SYSTEM, person=person, roles=["requester", "manager"])
    actions.set_teams(actor=SYSTEM, person=person, teams={team.pk: True})

    after = fresh(person)
    assert not before.may("reports:overview:view")
    assert after.may("reports:overview:view")
    assert after.team_ids == {team.pk}
    assert {"accounts.roles_changed", "accounts.teams_changed"} <= verbs(person)

    actions.set_teams(actor=SYSTEM, person=person, teams={})
    assert fresh(person).team_ids == frozenset()


def test_role_change_reaches_everyone_who_holds_it() -> None:
    person = make_person("Bo Li", "technician")
    assert not fresh(person).may("reports:overview:view")
    role = Role.objects.get(code="technician")

    actions.set_role_permissions(
        actor=make_actor("Ada", "administrator"), role=role,
        permissions=[*role.permissions, "admin:audit:view"],
    )  # fmt: skip

    assert fresh(person).may("admin:audit:view")
    with pytest.raises(InvalidInput, match="permission_unknown"):
        actions.set_role_permissions(actor=SYSTEM, role=role, permissions=["*"])
    with pytest.raises(Conflict, match="administrator_role_fixed"):
        actions.set_role_permissions(
            actor=SYSTEM, role=Role.objects.get(code="administrator"), permissions=[]
        )


def test_own_role_is_made_held_and_deleted() -> None:
    role = actions.create_role(actor=SYSTEM, label="值班组", permissions=["admin:audit:view"])
    person = make_person("Bo Li")
    actions.set_roles(actor=SYSTEM, person=person, roles=[role.code])

    with pytest.raises(Conflict, match="role_in_use"):
        actions.delete_role(actor=SYSTEM, role=role)
    with pytest.raises(InvalidInput, match="role_name_taken"):
        actions.create_role(actor=SYSTEM, label="值班组", permissions=[])
    actions.set_roles(actor=SYSTEM, person=person, roles=[])
    actions.delete_role(actor=SYSTEM, role=role)
    with pytest.raises(Conflict, match="role_is_built_in"):
        actions.delete_role(actor=SYSTEM, role=Role.objects.get(code="manager"))


def test_skills_are_created_and_replaced() -> None:
    person = make_person("Bo Li", "technician", skills={"VPN": 2, "Old": 1})

    actions.set_skills(actor=SYSTEM, person=person, skills={"vpn": 4, "打印机": 3})

    assert queries.skill_levels([person.pk]) == {person.pk: {"VPN": 4, "打印机": 3}}
    assert set(Skill.objects.values_list("name", flat=True)) == {"VPN", "Old", "打印机"}
    for bad in ({"VPN": 6}, {"": 3}, {"x" * 101: 3}, {f"s{n}": 1 for n in range(51)}):
        with pytest.raises(InvalidInput):
            actions.set_skills(actor=SYSTEM, person=person, skills=bad)


def test_team_needs_a_person_of_the_provider_and_a_known_team() -> None:
    with pytest.raises(InvalidInput, match="team_needs_provider_person"):
        actions.set_teams(actor=SYSTEM, person=make_person("Mei"), teams={make_team("Network").pk: False})
    with pytest.raises(InvalidInput, match="team_unknown"):
        actions.set_teams(actor=SYSTEM, person=make_person("Bo", "technician"), teams={999: False})


def test_last_administrator_stays() -> None:
    ada = make_person("Ada", "administrator")
    details = PersonDetails(name="Ada", organization=make_organization("Contoso"))
    attempts: list[Callable[[], None]] = [
        lambda: actions.set_roles(actor=SYSTEM, person=ada, roles=["requester"]),
        lambda: actions.deactivate_person(actor=SYSTEM, person=ada),
        lambda: actions.anonymise_person(actor=SYSTEM, person=ada, confirmation="Ada"),
        lambda: actions.update_person(actor=SYSTEM, person=ada, details=details),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict, match="last_administrator"):
            attempt()

    make_person("Abe", "administrator", is_active=False)
    with pytest.raises(Conflict, match="last_administrator"):
        attempts[0]()
    make_person("Ann", "administrator")
    attempts[0]()
    assert fresh(ada).permissions == set(Role.objects.get(code="requester").permissions)


def test_nobody_grants_or_touches_more_than_they_hold() -> None:
    helper_role = actions.create_role(actor=SYSTEM, label="Helper", permissions=["admin:people:manage"])
    helper = make_person("Hal", organization=make_organization(is_provider=True))
    actions.set_roles(actor=SYSTEM, person=helper, roles=["requester", helper_role.code])
    actor = fresh(helper)
    ada, mei = make_person("Ada", "administrator"), make_person("Mei", "requester")
    attempts: list[Callable[[], object]] = [
        lambda: actions.set_roles(actor=actor, person=helper, roles=["administrator"]),
        lambda: actions.set_roles(actor=actor, person=mei, roles=["technician"]),
        lambda: actions.create_person(
            actor=actor, details=PersonDetails(name="X", organization=mei.organization), roles=["manager"]
        ),
        lambda: actions.create_role(actor=actor, label="Root", permissions=["admin:settings:manage"]),
        lambda: actions.set_role_permissions(
            actor=actor, role=helper_role, permissions=["admin:people:manage", "admin:settings:manage"]
        ),
        lambda: actions.set_role_permissions(
            actor=actor, role=Role.objects.get(code="technician"), permissions=[]
        ),
        lambda: actions.update_person(
            actor=actor, person=ada, details=PersonDetails(name="A", organization=ada.organization)
        ),
        lambda: actions.invite_person(actor=actor, person=ada),
        lambda: actions.deactivate_person(actor=actor, person=ada),
        lambda: actions.anonymise_person(actor=actor, person=ada, confirmation="Ada"),
    ]
    before = Event.objects.count()

    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()

    assert Event.objects.count() == before
    actions.deactivate_person(actor=actor, person=mei)


PEOPLE_ACTIONS: dict[str, Callable[[Actor, Person], object]] = {
    "create": lambda who, one: actions.create_person(
        actor=who, details=PersonDetails(name="New", organization=one.organization)
    ),
    "update": lambda who, one: actions.update_person(
        actor=who, person=one, details=PersonDetails(name="New", organization=one.organization)
    ),
    "roles": lambda who, one: actions.set_roles(actor=who, person=one, roles=[]),
    "teams": lambda who, one: actions.set_teams(actor=who, person=one, teams={}),
    "skills": lambda who, one: actions.set_skills(actor=who, person=one, skills={}),
    "invite": lambda who, one: actions.invite_person(actor=who, person=one),
    "deactivate": lambda who, one: actions.deactivate_person(actor=who, person=one),
    "anonymise": lambda who, one: actions.anonymise_person(actor=who, person=one, confirmation=one.name),
    "import": lambda who, one: actions.import_people(actor=who, text=f"name,email\nX,{one.email}"),
    "role": lambda who, _one: actions.create_role(actor=who, label="X", permissions=[]),
}


@pytest.mark.parametrize("action", PEOPLE_ACTIONS)
@pytest.mark.parametrize(
    ("role", "allowed"),
    [("requester", False), ("technician", False), ("network_administrator", False),
     ("system_administrator", False), ("security_specialist", False), ("manager", False),
     ("administrator", True)],
)  # fmt: skip
def test_managing_people_by_role(role: str, action: str, allowed: bool) -> None:
    who, mei = make_actor("Bo Li", role), make_person("Mei", "requester", is_active=True)

    if allowed:
        PEOPLE_ACTIONS[action](who, mei)
    else:
        with pytest.raises(NotAllowed):
            PEOPLE_ACTIONS[action](who, mei)


@pytest.mark.parametrize("action", [name for name in PEOPLE_ACTIONS if name != "import"])
def test_people_manager_of_a_customer_reaches_only_their_own(action: str) -> None:
    role = actions.create_role(actor=SYSTEM, label="Keeper", permissions=["admin:people:manage"])
    keeper = make_person("Kim", organization=make_organization("Contoso"))
    actions.set_roles(actor=SYSTEM, person=keeper, roles=["requester", role.code])
    own = make_person("Mei", "requester", organization=make_organization("Contoso"))
    other = make_person("Liu", "requester", organization=make_organization("Fabrikam"))

    with pytest.raises(DomainError) as refused:
        PEOPLE_ACTIONS[action](fresh(keeper), other)
    assert isinstance(refused.value, NotAllowed | NotFound)
    if action != "role":
        PEOPLE_ACTIONS[action](fresh(keeper), own)


def test_anonymised_person_is_gone_everywhere_and_the_row_stays() -> None:
    person = make_person("Mei Chen", "technician", teams=[make_team("Network")], skills={"VPN": 3},
                         phone="123", job_title="Buyer", password=PASSWORD)  # fmt: skip
    actions.create_token(actor=fresh(person), person=person, name="mine")
    actions.note_sign_in(person=person, session_key="k", ip_address="192.0.2.1", user_agent="x")
    assert AuditLabel.objects.filter(text="Mei Chen").exists()

    with pytest.raises(InvalidInput, match="anonymise_unconfirmed"):
        actions.anonymise_person(actor=SYSTEM, person=person, confirmation="mei")
    actions.anonymise_person(actor=SYSTEM, person=person, confirmation="Mei Chen")

    row = Person.objects.get(pk=person.pk)
    assert (row.email, row.phone, row.job_title, row.is_active) == (None, "", "", False)
    assert "Mei" not in row.name
    assert row.erased_at
    for kept in (row.roles, row.teams, row.skills, row.api_tokens):
        assert not kept.exists()
    assert not AuditLabel.objects.filter(text__in=["Mei Chen", "192.0.2.1", row.name]).exists()
    assert Event.objects.filter(name="accounts.person_anonymised").count() == 1
    with pytest.raises(Conflict, match="person_erased"):
        actions.reactivate_person(actor=SYSTEM, person=row)


def test_deactivated_person_loses_sessions_and_tokens_at_once() -> None:
    person = make_person("Bo Li", "technician")
    actions.note_sign_in(person=person, session_key="k1", ip_address="", user_agent="")
    _, secret = actions.create_token(actor=fresh(person), person=person, name="mine")
    assert queries.session_stands(Person.objects.get(pk=person.pk), "k1")

    actions.deactivate_person(actor=SYSTEM, person=person)

    assert not queries.session_stands(Person.objects.get(pk=person.pk), "k1")
    assert queries.actor_for_token(secret) is None
    actions.reactivate_person(actor=SYSTEM, person=person)
    assert queries.actor_for_token(secret) == fresh(person)


def test_own_account_is_protected() -> None:
    make_person("Ann", "administrator")
    ada = make_person("Ada", "administrator")
    for attempt in (
        lambda: actions.deactivate_person(actor=fresh(ada), person=ada),
        lambda: actions.anonymise_person(actor=fresh(ada), person=ada, confirmation="Ada"),
    ):
        with pytest.raises(Conflict, match="own_account_protected"):
            attempt()


def test_token_secret_is_shown_once_and_stored_hashed() -> None:
    person = make_person("Bo Li", "technician")
    token, secret = actions.create_token(actor=fresh(person), person=person, name="Zabbix", days=30)

    row = ApiToken.objects.get()
    assert secret.startswith(row.prefix)
    assert secret not in str(row.__dict__)
    assert row.last_used_at is None
    assert actions.authenticate_token(secret, request_id="r") == queries.actor_for(person, request_id="r")
    used = ApiToken.objects.get().last_used_at
    actions.authenticate_token(secret)
    assert ApiToken.objects.get().last_used_at == used

    actions.revoke_token(actor=fresh(person), person=person, token_id=token.pk)
    assert actions.authenticate_token(secret) is None
    with pytest.raises(NotFound, match="token_not_found"):
        actions.revoke_token(actor=fresh(person), person=person, token_id=token.pk)


def test_token_limits_and_other_peoples_tokens() -> None:
    person, other = make_person("Bo Li", "technician"), make_person("Al", "technician")
    token, _ = actions.create_token(actor=fresh(person), person=person, name="mine")

    with pytest.raises(NotFound):
        actions.revoke_token(actor=fresh(other), person=person, token_id=token.pk)
    with pytest.raises(NotFound):
        actions.create_token(actor=fresh(other), person=person, name="theft")
    with pytest.raises(NotAllowed):
        actions.create_token(actor=make_actor("Mei", "requester"), person=person, name="x")
    for bad in ({"name": ""}, {"name": "x", "days": 0}, {"name": "x", "days": 3651}):
        with pytest.raises(InvalidInput):
            actions.create_token(actor=fresh(person), person=person, **bad)
    for number in range(19):
        actions.create_token(actor=fresh(person), person=person, name=f"t{number}")
    with pytest.raises(Conflict, match="too_many_tokens"):
        actions.create_token(actor=fresh(person), person=person, name="one more")


def test_sessions_are_ended_by_their_owner_only() -> None:
    bo, al = make_person("Bo Li", "technician"), make_person("Al", "technician")
    for key in ("k1", "k2", "k3"):
        actions.note_sign_in(person=bo, session_key=key, ip_address="192.0.2.9", user_agent="Firefox")
    first = bo.sign_in_sessions.get(session_key="k1")

    with pytest.raises(NotFound):
        actions.end_session(actor=fresh(al), person=bo, session_id=first.pk)
    actions.end_session(actor=fresh(bo), person=bo, session_id=first.pk)
    with pytest.raises(NotFound):
        actions.end_session(actor=fresh(bo), person=bo, session_id=first.pk)
    assert actions.end_other_sessions(actor=fresh(bo), person=bo, keep_key="k3") == 1

    standing = [queries.session_stands(Person.objects.get(pk=bo.pk), key) for key in ("k1", "k2", "k3")]
    assert standing == [False, False, True]
    assert not queries.session_stands(Person.objects.get(pk=al.pk), "k3")
    assert {"accounts.signed_in", "accounts.session_ended", "accounts.sessions_ended"} <= verbs(bo)


def test_password_change_checks_the_present_one_and_ends_other_sessions() -> None:
    bo = make_person("Bo Li", "technician", password=PASSWORD)
    for key in ("here", "there"):
        actions.note_sign_in(person=bo, session_key=key, ip_address="", user_agent="")
    change: Any = lambda present, new: actions.change_password(  # noqa: E731
        actor=fresh(bo), person=bo, present=present, password=new, keep_key="here"
    )

    for present, new, code in (
        ("wrong", "a much better one", "password_wrong"), (PASSWORD, "short", "password_weak"),
        (PASSWORD, "password123", "password_weak"), (PASSWORD, "x" * 1001, "password_too_long"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match=code):
            change(present, new)
    change(PASSWORD, "a much better one")

    row = Person.objects.get(pk=bo.pk)
    assert row.check_password("a much better one")
    assert [queries.session_stands(row, key) for key in ("here", "there")] == [True, False]


def test_invitation_link_works_once_and_only_unforged() -> None:
    mei = make_person("Mei", "requester")
    old = actions.invite_person(actor=SYSTEM, person=mei)
    old_secret = queries.invitation_secret(old)
    secret = queries.invitation_secret(actions.invite_person(actor=SYSTEM, person=mei))

    with pytest.raises(InvalidInput, match="password_weak"):
        actions.accept_invitation(secret=secret, password="short")
    for bad in (old_secret, secret[:-1], "1", "", "1:x", "\x00"):
        with pytest.raises(InvalidInput, match="invitation_invalid"):
            actions.accept_invitation(secret=bad, password=PASSWORD)
    actions.accept_invitation(secret=secret, password=PASSWORD)
    with pytest.raises(InvalidInput, match="invitation_invalid"):
        actions.accept_invitation(secret=secret, password=PASSWORD)

    assert Person.objects.get(pk=mei.pk).check_password(PASSWORD)
    with pytest.raises(InvalidInput, match="person_email_missing"):
        actions.invite_person(actor=SYSTEM, person=make_person("Nomail", email=None))
    with pytest.raises(Conflict, match="person_inactive"):
        actions.invite_person(actor=SYSTEM, person=make_person("Gone", is_active=False))


def test_setup_link_makes_one_administrator() -> None:
    make: Any = lambda secret, **other: actions.create_first_administrator(  # noqa: E731
        **{"secret": secret, "name": "Ada", "email": "ada@example.com", "password": PASSWORD,
           "language": "en", **other}
    )  # fmt: skip
    old, secret = actions.create_setup_link(), actions.create_setup_link()

    for bad in ({"secret": old}, {"secret": ""}, {"email": ""}, {"email": "no"}, {"password": "short"},
                {"name": ""}, {"language": "tlh"}):  # fmt: skip
        with pytest.raises(InvalidInput):
            make(**{"secret": secret, **bad})
    assert not Person.objects.exists()
    assert not Organization.objects.exists()

    ada = make(secret)
    assert fresh(ada).may("admin:settings:manage")
    assert fresh(ada).is_provider
    with pytest.raises(InvalidInput, match="setup_link_invalid"):
        make(secret)
    with pytest.raises(Conflict, match="installation_has_people"):
        make(actions.create_setup_link())


def test_profile_is_ones_own() -> None:
    bo, al = make_person("Bo Li", "technician"), make_person("Al", "technician")
    wanted = {
        "name": "李波",
        "phone": "1",
        "language": "zh-hans",
        "time_zone": "Asia/Shanghai",
        "theme": "dark",
    }

    with pytest.raises(NotFound):
        actions.update_profile(actor=fresh(al), person=bo, **wanted)
    with pytest.raises(NotFound):
        actions.choose_language(actor=fresh(al), person=bo, language="en")
    for bad in ({"name": ""}, {"theme": "neon"}, {"language": "x"}, {"time_zone": "x"}, {"phone": "1" * 51}):
        with pytest.raises(InvalidInput):
            actions.update_profile(actor=fresh(bo), person=bo, **{**wanted, **bad})
    actions.update_profile(actor=fresh(bo), person=bo, **wanted)
    actions.choose_language(actor=fresh(bo), person=bo, language="zh-hans")

    row = Person.objects.get(pk=bo.pk)
    assert {field: getattr(row, field) for field in wanted} == wanted
    assert Event.objects.filter(name="accounts.person_changed").count() == 1


def test_archived_organization_signs_its_people_out() -> None:
    mei = make_person("Mei", "requester", password=PASSWORD)
    Organization.objects.filter(pk=mei.organization_id).update(is_active=False)

    assert fresh(mei).permissions == frozenset()


@pytest.mark.parametrize("guess", ["marcus.boateng", "MarcusBoateng", "boateng-marcus"])
def test_password_made_of_the_name_is_weak(guess: str) -> None:
    person = Person(name="Marcus Boateng", email="marcus.boateng@customer.example")

    with pytest.raises(InvalidInput, match="password_weak"):
        check_password_strength(guess, person)
    check_password_strength("a much better one", person)
