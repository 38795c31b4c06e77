"""Administration of organisations, services and the installation, as a browser sees it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts import actions as accounts
from firstline.accounts.models import Person
from firstline.accounts.testing import make_person
from firstline.kit.actor import SYSTEM
from firstline.organizations import actions, queries
from firstline.organizations.models import Department, Organization, Service, Site
from firstline.organizations.testing import make_organization, make_team

pytestmark = pytest.mark.django_db

PAGES = ["organizations/", "organizations/new/", "services/", "services/new/", "installation/"]
DETAILS = {"name": "Contoso", "domains": "contoso.com，contoso.cn", "default_language": "zh-hans",
           "time_zone": "Asia/Shanghai"}  # fmt: skip


@pytest.fixture
def admin(client: Client) -> Client:
    actions.finish_setup(actor=SYSTEM)
    client.force_login(make_person("Ada", "administrator"))
    return client


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["requester", "technician", "manager", "network_administrator"])
def test_pages_are_for_administrators(client: Client, page: str, role: str) -> None:
    client.force_login(make_person("Bo Li", role))

    assert client.get(f"/admin/{page}").status_code == 403
    assert Client().get(f"/admin/{page}").status_code == 302


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_open_in_both_languages(admin: Client, page: str, language: str) -> None:
    Person.objects.update(language=language)

    assert admin.get(f"/admin/{page}").status_code == 200


def test_organization_is_made_changed_archived_and_restored(admin: Client) -> None:
    assert admin.post("/admin/organizations/new/", DETAILS)["Location"] == "/admin/organizations/"
    made = Organization.objects.get(name="Contoso")
    page = f"/admin/organizations/{made.pk}/"
    assert made.domains == ["contoso.cn", "contoso.com"]

    admin.post(page, {**DETAILS, "name": "Contoso Ltd"})
    admin.post(page + "sites/", {"name": "上海", "address": "外滩 1 号"})
    admin.post(page + "departments/", {"name": "Sales"})
    shown = admin.get(page).content.decode()
    assert all(word in shown for word in ("Contoso Ltd", "上海", "外滩 1 号", "Sales"))

    site, department = Site.objects.get(), Department.objects.get()
    admin.post(f"/admin/sites/{site.pk}/", {"name": "Shanghai", "address": ""})
    admin.post(f"/admin/departments/{department.pk}/", {"name": "销售部"})
    assert (Site.objects.get().name, Department.objects.get().name) == ("Shanghai", "销售部")
    for path in (f"/admin/sites/{site.pk}/", f"/admin/departments/{department.pk}/"):
        assert admin.get(path).status_code == 200
        assert admin.post(path, {"name": ""}).status_code == 422
        assert admin.post(path, {"remove": "yes"})["Location"] == page
        assert admin.get(path).status_code == 404

    admin.post(page + "activity/", {"active": "no"})
    assert "archived" in admin.get(page).content.decode()
    admin.post(page + "activity/", {"active": "yes"})
    assert Organization.objects.get(pk=made.pk).is_active
    provider = make_organization(is_provider=True)
    assert admin.post(f"/admin/organizations/{provider.pk}/activity/", {}).status_code == 409


@pytest.mark.parametrize(
    "bad",
    [{"name": ""}, {"name": "x" * 201}, {"name": "\x00"}, {"domains": "no domain"}, {"domains": "x" * 6000},
     {"default_language": "x"}, {"time_zone": "x"}],
)  # fmt: skip
def test_hostile_organization_is_refused_and_nothing_written(admin: Client, bad: dict[str, Any]) -> None:
    before = Organization.objects.count()

    answer = admin.post("/admin/organizations/new/", {**DETAILS, **bad})

    assert answer.status_code == 422
    assert 'class="err"' in answer.content.decode()
    assert Organization.objects.count() == before


def test_list_costs_the_same_for_one_and_thirty(admin: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            admin.get("/admin/organizations/")
        return len(spent)

    admin.get("/admin/organizations/")
    few = cost()
    for number in range(30):
        Site.objects.create(organization=make_organization(f"Customer {number}"), name="HQ")
    assert cost() == few


def test_settings_are_closed_to_people_of_customers_whatever_their_roles(client: Client) -> None:
    home, other = make_organization("Contoso"), make_organization("Fabrikam")
    role = accounts.create_role(actor=SYSTEM, label="Keeper", permissions=["admin:settings:manage"])
    keeper = make_person("Kim", "requester", organization=home)
    accounts.set_roles(actor=SYSTEM, person=keeper, roles=["requester", role.code])
    client.force_login(keeper)
    hidden = Site.objects.create(organization=other, name="Hidden")
    department = Department.objects.create(organization=other, name="Hidden too")

    for path in ("organizations/", f"organizations/{other.pk}/", f"sites/{hidden.pk}/",
                 f"departments/{department.pk}/", "organizations/new/", "services/", "services/new/",
                 "installation/"):  # fmt: skip
        answer = client.get(f"/admin/{path}")
        assert (path, answer.status_code, "Hidden" in answer.content.decode()) == (path, 403, False)
    for path in (f"organizations/{other.pk}/sites/", f"sites/{hidden.pk}/", f"departments/{department.pk}/",
                 f"organizations/{home.pk}/sites/", f"organizations/{home.pk}/activity/"):  # fmt: skip
        assert client.post(f"/admin/{path}", {"name": "X", "remove": "yes"}).status_code == 403
    assert (home.sites.count(), other.sites.count(), other.departments.count()) == (0, 1, 1)


def test_service_is_made_changed_and_archived(admin: Client) -> None:
    team = make_team("Messaging")
    post = {"name": "E-mail", "name_zh": "邮箱", "criticality": "1", "owner_team": team.pk,
            "keywords": "outlook，邮件; mail"}  # fmt: skip
    admin.post("/admin/services/new/", post)
    made = Service.objects.get()
    assert (made.criticality, made.owner_team, made.keywords) == (1, team, ["outlook", "邮件", "mail"])
    page = f"/admin/services/{made.pk}/"
    assert "邮箱" in admin.get("/admin/services/").content.decode()
    assert admin.get(page).status_code == 200

    for bad in ({"name": ""}, {"criticality": "7"}, {"criticality": "x"}, {"owner_team": "99"},
                {"keywords": "y" * 61}, {"name_zh": "中" * 201}):  # fmt: skip
        assert admin.post(page, {**post, **bad}).status_code == 422
    admin.post(page, {**post, "owner_team": "", "criticality": "3"})
    assert Service.objects.get().owner_team is None
    admin.post(page + "activity/", {"active": "no"})
    assert not Service.objects.get().is_active
    assert "Archived" in admin.get("/admin/services/").content.decode()
    admin.post(page + "activity/", {"active": "yes"})
    assert Service.objects.get().is_active
    assert admin.get("/admin/services/999/").status_code == 404


def test_installation_settings_are_saved_or_refused(admin: Client) -> None:
    post = {"name": "IT 服务台", "public_url": "https://help.example.com", "default_language": "zh-hans",
            "time_zone": "Asia/Shanghai", "api_requests_per_minute": "1200"}  # fmt: skip
    assert admin.post("/admin/installation/", post).status_code == 303
    assert queries.installation().name == "IT 服务台"
    assert queries.api_requests_per_minute() == 1200

    for bad in ({"name": ""}, {"public_url": "javascript:alert(1)"}, {"time_zone": "x"},
                {"api_requests_per_minute": "0"}, {"api_requests_per_minute": "9" * 30},
                {"api_requests_per_minute": "\x00"}):  # fmt: skip
        assert admin.post("/admin/installation/", {**post, **bad}).status_code == 422
