"""Organisations, places, teams, services and the installation change only as they should."""

from collections.abc import Callable
from typing import Any

import pytest

from firstline.audit.queries import records_for
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from firstline.kit.refs import Ref
from firstline.organizations import actions, queries
from firstline.organizations.models import Installation, Organization, Service, Site, Team
from firstline.organizations.testing import make_organization, make_team
from firstline.outbox.models import Event

pytestmark = pytest.mark.django_db

HOSTILE = ["", "   ", "\x00\x07", "x" * 201]


def actor(*permissions: str, is_provider: bool = True, organization_id: int | None = None) -> Actor:
    return Actor(
        kind="person",
        id=1,
        label="Ann",
        organization_id=organization_id,
        permissions=frozenset(permissions),
        is_provider=is_provider,
    )


def test_organization_is_created_recorded_and_announced() -> None:
    made = actions.create_organization(
        actor=SYSTEM, name=" Contoso ", domains=["@Contoso.com", "contoso.com"], time_zone="Asia/Shanghai"
    )

    assert (made.name, made.domains, made.time_zone) == ("Contoso", ["contoso.com"], "Asia/Shanghai")
    [record] = records_for(Ref("organization", made.pk))
    assert record.verb == "organizations.organization_created"
    assert Event.objects.get().name == "organizations.organization_created"


def test_organization_update_records_only_what_differs() -> None:
    made = actions.create_organization(actor=SYSTEM, name="Contoso")
    same: dict[str, Any] = {"domains": [], "default_language": "en", "time_zone": "UTC"}

    actions.update_organization(actor=SYSTEM, organization=made, name="Contoso", **same)
    assert len(records_for(Ref("organization", made.pk))) == 1

    actions.update_organization(actor=SYSTEM, organization=made, name="Contoso Ltd", **same)
    changed = next(r for r in records_for(Ref("organization", made.pk)) if r.verb.endswith("_changed"))
    assert (changed.old, changed.new) == ({"name": "Contoso"}, {"name": "Contoso Ltd"})


@pytest.mark.parametrize(
    "bad",
    [*({"name": name} for name in HOSTILE), {"name": "Contoso"}, {"domains": ["no domain"]},
     {"domains": ["taken.example"]}, {"domains": [f"d{n}.example" for n in range(51)]},
     {"default_language": "tlh"}, {"time_zone": "Mars/Base"}],
)  # fmt: skip
def test_organization_with_bad_input_is_refused_and_nothing_written(bad: dict[str, Any]) -> None:
    make_organization("Contoso", domains=["taken.example"])

    with pytest.raises(InvalidInput) as refused:
        actions.create_organization(actor=SYSTEM, **{"name": "Fabrikam", **bad})

    assert refused.value.field == next(iter(bad))
    assert list(Organization.objects.values_list("name", flat=True)) == ["Contoso"]
    assert not Event.objects.exists()


def test_archiving_closes_a_customer_but_never_the_provider() -> None:
    customer = make_organization("Contoso")

    actions.archive_organization(actor=SYSTEM, organization=customer)
    assert not Organization.objects.get(pk=customer.pk).is_active
    actions.restore_organization(actor=SYSTEM, organization=customer)
    assert Organization.objects.get(pk=customer.pk).is_active

    with pytest.raises(Conflict, match="organization_is_provider"):
        actions.archive_organization(actor=SYSTEM, organization=make_organization(is_provider=True))


def test_domain_finds_its_organization_and_covers_subdomains() -> None:
    customer = make_organization("Contoso", domains=["contoso.com"])
    make_organization("Gone", domains=["gone.example"], is_active=False)

    assert queries.organization_for_email("mei@HQ.Contoso.com") == customer
    for stranger in ("mei@notcontoso.com", "mei@gone.example", "no-address", "mei@com"):
        assert queries.organization_for_email(stranger) is None


def test_places_are_kept_by_the_organization_itself_too() -> None:
    home = make_organization("Contoso")
    keeper = actor("admin:settings:manage", is_provider=False, organization_id=home.pk)

    site = actions.add_site(actor=keeper, organization=home, name="Shanghai", address="1 Bund")
    actions.update_site(actor=keeper, site=site, name="上海", address="")
    department = actions.add_department(actor=keeper, organization=home, name="Sales")
    actions.rename_department(actor=keeper, department=department, name="销售部")

    assert [(s.name, s.address) for s in home.sites.all()] == [("上海", "")]
    assert [d.name for d in home.departments.all()] == ["销售部"]
    with pytest.raises(InvalidInput, match="site_name_taken"):
        actions.add_site(actor=keeper, organization=home, name="上海")
    with pytest.raises(InvalidInput, match="department_name_taken"):
        actions.add_department(actor=keeper, organization=home, name="销售部")

    actions.remove_site(actor=keeper, site=site)
    actions.remove_department(actor=keeper, department=department)
    assert not home.sites.exists()
    assert not home.departments.exists()


def test_places_of_another_organization_are_unknown() -> None:
    other = make_organization("Fabrikam")
    keeper = actor(
        "admin:settings:manage", is_provider=False, organization_id=make_organization("Contoso").pk
    )

    with pytest.raises(NotFound):
        actions.add_site(actor=keeper, organization=other, name="Hole")
    assert not Site.objects.exists()


def test_first_team_is_the_default_and_one_always_is() -> None:
    make_organization(is_provider=True)
    first = actions.create_team(actor=SYSTEM, name="Service desk", email_address="Desk@Example.com")
    second = actions.create_team(actor=SYSTEM, name="Network", tier="L2")
    assert (first.default, first.email_address, second.default) == (True, "desk@example.com", False)

    with pytest.raises(Conflict, match="default_team_needed"):
        actions.archive_team(actor=SYSTEM, team=first)
    with pytest.raises(Conflict, match="default_team_needed"):
        actions.update_team(
            actor=SYSTEM, team=first, name="Service desk", tier="L1", email_address="", default=False
        )

    actions.update_team(actor=SYSTEM, team=second, name="Network", tier="L2", email_address="", default=True)
    assert queries.default_team() == second
    actions.archive_team(actor=SYSTEM, team=Team.objects.get(pk=first.pk))
    archived = Team.objects.get(pk=first.pk)
    with pytest.raises(Conflict, match="team_archived"):
        actions.update_team(
            actor=SYSTEM, team=archived, name="Service desk", tier="L1", email_address="", default=True
        )
    actions.restore_team(actor=SYSTEM, team=archived)
    assert Team.objects.get(pk=first.pk).is_active


@pytest.mark.parametrize(
    "bad",
    [*({"name": name} for name in HOSTILE), {"name": "Network"}, {"tier": "L9"}, {"email_address": "nope"},
     {"email_address": "net@example.com"}, {"organization": "customer"}],
)  # fmt: skip
def test_team_with_bad_input_is_refused(bad: dict[str, Any]) -> None:
    make_team("Network", email_address="net@example.com")
    if "organization" in bad:
        bad = {"organization": make_organization("Contoso")}

    with pytest.raises(InvalidInput) as refused:
        actions.create_team(actor=SYSTEM, **{"name": "Desk", **bad})

    assert refused.value.field == next(iter(bad))
    assert Team.objects.count() == 1


def test_service_lives_and_is_archived() -> None:
    made = actions.create_service(
        actor=SYSTEM,
        name="E-mail",
        name_zh="邮箱",
        criticality=1,
        keywords=[" outlook", "outlook", "邮件", ""],
    )
    assert (made.keywords, made.label_in("zh-hans"), made.label_in("en")) == (
        ["outlook", "邮件"],
        "邮箱",
        "E-mail",
    )

    team = make_team("Messaging")
    actions.update_service(
        actor=SYSTEM, service=made, name="Mail", name_zh="", criticality=2, owner_team=team, keywords=[]
    )
    assert Service.objects.get().owner_team == team
    assert Service.objects.get().label_in("zh-hans") == "Mail"
    actions.archive_service(actor=SYSTEM, service=made)
    assert not Service.objects.get().is_active
    actions.restore_service(actor=SYSTEM, service=made)
    assert Service.objects.get().is_active


@pytest.mark.parametrize(
    "bad",
    [{"name": ""}, {"name": "VPN"}, {"name_zh": "中" * 201}, {"criticality": 0}, {"criticality": 5},
     {"keywords": ["x" * 61]}, {"keywords": [f"w{n}" for n in range(101)]}],
)  # fmt: skip
def test_service_with_bad_input_is_refused(bad: dict[str, Any]) -> None:
    Service.objects.create(name="VPN")

    with pytest.raises(InvalidInput) as refused:
        actions.create_service(actor=SYSTEM, **{"name": "E-mail", **bad})

    assert refused.value.field == next(iter(bad))
    assert Service.objects.count() == 1


def test_installation_settings_change() -> None:
    row = actions.update_installation(
        actor=SYSTEM, name="Help", public_url="https://help.example.com:8443/", default_language="zh-hans",
        time_zone="Asia/Shanghai", api_requests_per_minute=90,
    )  # fmt: skip

    assert queries.api_requests_per_minute() == 90
    assert row.public_url == "https://help.example.com:8443"
    assert queries.installation().default_language == "zh-hans"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "help.example.com", "https://", "https://a/b", "https://u:p@a", "http://a:x",
            "https://a?q", "https://a b"]
)  # fmt: skip
def test_installation_address_that_is_no_origin_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="public_url_invalid"):
        actions.update_installation(
            actor=SYSTEM, name="Help", public_url=url, default_language="en", time_zone="UTC"
        )


@pytest.mark.parametrize("rate", [0, -1, 1_000_001])
def test_api_limit_out_of_range_is_refused(rate: int) -> None:
    with pytest.raises(InvalidInput, match="api_rate_out_of_range") as refused:
        actions.update_installation(
            actor=SYSTEM, name="Help", public_url="", default_language="en", time_zone="UTC",
            api_requests_per_minute=rate,
        )  # fmt: skip

    assert refused.value.field == "api_requests_per_minute"
    assert queries.api_requests_per_minute() == 600


def test_setup_is_resumed_finished_once_and_reopened_by_leaving_the_demo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions.installation, "_removals", [])
    actions.note_setup_step(actor=SYSTEM, step="teams")
    actions.note_setup_step(actor=SYSTEM, step="teams")
    assert queries.installation().setup_steps == ["teams"]
    with pytest.raises(InvalidInput, match="setup_step_unknown"):
        actions.note_setup_step(actor=SYSTEM, step="<script>")

    actions.finish_setup(actor=SYSTEM)
    actions.finish_setup(actor=SYSTEM)
    assert Event.objects.filter(name="organizations.installation_changed").count() == 1

    removed: list[Actor] = []
    with pytest.raises(Conflict, match="demo_removal_unavailable"):
        actions.remove_demo(actor=SYSTEM)
    actions.mark_demo(actor=SYSTEM, is_demo=True)
    actions.register_demo_removal(removed.append)
    actions.remove_demo(actor=SYSTEM)
    here = Installation.objects.get()
    assert (removed, here.is_demo, here.is_set_up, here.setup_steps) == ([SYSTEM], False, False, [])


SETTINGS_ACTIONS: list[Callable[[Actor], object]] = [
    lambda who: actions.create_organization(actor=who, name="X"),
    lambda who: actions.archive_organization(actor=who, organization=make_organization("Y")),
    lambda who: actions.create_team(actor=who, name="X"),
    lambda who: actions.archive_team(actor=who, team=make_team("Z")),
    lambda who: actions.create_service(actor=who, name="X"),
    lambda who: actions.update_installation(
        actor=who, name="X", public_url="", default_language="en", time_zone="UTC"
    ),
    lambda who: actions.finish_setup(actor=who),
    lambda who: actions.note_setup_step(actor=who, step="teams"),
    lambda who: actions.mark_demo(actor=who, is_demo=True),
    lambda who: actions.remove_demo(actor=who),
]


@pytest.mark.parametrize("act", SETTINGS_ACTIONS)
@pytest.mark.parametrize(
    "who", [actor(), actor("admin:people:manage"), actor("admin:settings:manage", is_provider=False)]
)
def test_settings_need_the_permission_and_the_provider(act: Callable[[Actor], object], who: Actor) -> None:
    with pytest.raises(NotAllowed) as refused:
        act(who)

    assert isinstance(refused.value, DomainError)
    assert not Event.objects.exists()
