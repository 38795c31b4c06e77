"""Administration of people, teams and roles, as a browser sees it."""

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from firstline.accounts import actions, queries
from firstline.accounts.models import Person, Role
from firstline.accounts.testing import make_actor, make_person
from firstline.kit.actor import SYSTEM
from firstline.kit.tables import csv_bytes
from firstline.organizations.actions import finish_setup
from firstline.organizations.models import Department, Site, Team
from firstline.organizations.testing import make_organization, make_team
from firstline.outbox.models import Event, Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    finish_setup(actor=SYSTEM)
    return make_person("Ada", "administrator")


@pytest.fixture
def admin(client: Client, ada: Person) -> Client:
    client.force_login(ada)
    return client


def keeper_of(organization: Any) -> Person:
    """Someone of a customer who manages its people."""
    role = actions.create_role(actor=SYSTEM, label="Keeper", permissions=["admin:people:manage"])
    keeper = make_person("Kim Keeper", "requester", organization=organization)
    actions.set_roles(actor=SYSTEM, person=keeper, roles=["requester", role.code])
    return keeper


def details(person: Person, **other: object) -> dict[str, object]:
    return {
        "name": person.name, "email": person.email or "", "organization": person.organization_id,
        "language": "en", "time_zone": "UTC", **other,
    }  # fmt: skip


PEOPLE_PAGES = [
    "people/", "people/new/", "people/import/", "people/people.csv", "people/people.xlsx",
    "roles/", "roles/new/", "teams/", "teams/new/",
]  # fmt: skip


@pytest.mark.parametrize("page", PEOPLE_PAGES)
@pytest.mark.parametrize("role", ["requester", "technician", "manager", "security_specialist"])
def test_pages_are_for_administrators(client: Client, page: str, role: str) -> None:
    client.force_login(make_person("Bo Li", role))

    assert client.get(f"/admin/{page}").status_code == 403
    assert Client().get(f"/admin/{page}").status_code == 302


@pytest.mark.parametrize("page", PEOPLE_PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_open_in_both_languages(admin: Client, ada: Person, page: str, language: str) -> None:
    Person.objects.filter(pk=ada.pk).update(language=language)
    make_team("Network")

    assert admin.get(f"/admin/{page}").status_code == 200


def test_list_is_searched_filtered_and_sorted(admin: Client) -> None:
    team = make_team("Network")
    make_person("Bo Li", "technician", teams=[team])
    make_person("陈梅", "requester", email="mei@contoso.com")
    make_person("Gone", "requester", is_active=False)

    def names(query: str) -> list[str]:
        page = admin.get(f"/admin/people/?{query}").content.decode()
        return re.findall(r'<a class="celllink" href="/admin/people/\d+/">([^<]+)</a>', page)

    assert names("") == ["Ada", "Bo Li", "陈梅"]
    assert names("sort=-name") == ["陈梅", "Bo Li", "Ada"]
    assert names("q=梅") == ["陈梅"]
    assert names("q=CONTOSO") == ["陈梅"]
    assert names("role=technician") == ["Bo Li"]
    assert names(f"team={team.pk}") == ["Bo Li"]
    assert names("state=inactive") == ["Gone"]
    assert names(f"organization={make_organization('Contoso').pk}") == ["陈梅"]
    assert names("q=nobody") == []
    assert names("page=99") == ["Ada", "Bo Li", "陈梅"]
    assert names("page=x&team=x&state=x&sort=password&organization=%00&q=%00%22%3E<script>") == []
    assert len(names("page=x&team=x&state=x&sort=password")) == 3


def test_list_costs_the_same_for_three_and_sixty_people(admin: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            admin.get("/admin/people/")
        return len(spent)

    make_person("Bo Li", "technician", "manager", teams=[make_team("Network")])
    admin.get("/admin/people/")
    few = cost()
    for number in range(60):
        make_person(f"P{number}", "requester")
    assert cost() == few

    page = admin.get("/admin/people/?page=2").content.decode()
    assert "51–62 of 62" in page
    fragment = admin.get("/admin/people/", headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith('<section id="found">')


def test_person_is_added_with_roles_and_invited(admin: Client) -> None:
    home = make_organization("Contoso")
    post = {"name": "Mei", "email": "mei@contoso.com", "organization": home.pk, "language": "zh-hans",
            "time_zone": "Asia/Shanghai", "roles": ["requester"], "invite": "on"}  # fmt: skip

    answer = admin.post("/admin/people/new/", post)

    mei = Person.objects.get(email="mei@contoso.com")
    assert answer["Location"] == f"/admin/people/{mei.pk}/"
    assert [role.code for role in mei.roles.all()] == ["requester"]
    assert Job.objects.filter(name="accounts.send_invitation").count() == 1
    assert "Invited" in admin.get(answer["Location"]).content.decode()

    again = admin.post("/admin/people/new/", post)
    assert again.status_code == 422
    assert "Someone with the address mei@contoso.com exists already." in again.content.decode()
    no_mail = admin.post("/admin/people/new/", {**post, "email": "", "name": "Nomail"})
    assert "An e-mail address is needed" in no_mail.content.decode()
    assert not Person.objects.filter(name="Nomail").exists()


@pytest.mark.parametrize(
    "bad",
    [{"name": "x" * 5000}, {"name": "\x00"}, {"organization": "999"}, {"organization": "x"},
     {"language": "tlh"}, {"time_zone": "Mars"}, {"roles": ["root"]},
     {"site": "x"}, {"email": "a b@c"}, {"phone": "0" * 60}, {"job_title": "\x00" * 9}],
)  # fmt: skip
def test_hostile_person_is_refused_with_words_and_nothing_written(admin: Client, bad: dict[str, Any]) -> None:
    before = (Person.objects.count(), Event.objects.count())
    post = {"name": "Mei", "organization": make_organization("Contoso").pk, "language": "en",
            "time_zone": "UTC", "roles": ["requester"]}  # fmt: skip

    answer = admin.post("/admin/people/new/", {**post, **bad})

    assert answer.status_code == 422
    assert 'class="err"' in answer.content.decode()
    assert (Person.objects.count(), Event.objects.count()) == before


def test_person_page_saves_each_part(admin: Client) -> None:
    team = make_team("Network")
    bo = make_person("Bo Li", "technician", skills={"VPN": 2})
    page = f"/admin/people/{bo.pk}/"
    site = Site.objects.create(organization=bo.organization, name="Shanghai")

    admin.post(page, details(bo, name="李波", site=site.pk, is_vip="on"))
    admin.post(page + "roles/", {"roles": ["requester", "manager"]})
    admin.post(page + "teams/", {f"team_{team.pk}": "lead"})
    admin.post(page + "skills/", {"name_0": "VPN", "level_0": "5", "name_1": "打印机", "level_1": "2"})

    row = Person.objects.get(pk=bo.pk)
    assert (row.name, row.site, row.is_vip) == ("李波", site, True)
    assert {role.code for role in row.roles.all()} == {"requester", "manager"}
    assert row.team_memberships.get().is_lead
    assert queries.skill_levels([bo.pk])[bo.pk] == {"VPN": 5, "打印机": 2}
    assert "李波" in admin.get(page).content.decode()

    for part, bad in (
        ("", details(bo, name="")), ("", details(bo, department="7")), ("roles/", {"roles": ["root"]}),
        ("teams/", {f"team_{team.pk}": "boss"}), ("skills/", {"name_0": "x" * 101}),
        ("skills/", {"name_0": "VPN", "level_0": "9"}),
    ):  # fmt: skip
        assert admin.post(page + part, bad).status_code == 422, (part, bad)
    for number in (0, 10**30):
        assert admin.get(f"/admin/people/{number}/").status_code == 404


def test_account_is_closed_reopened_and_erased(admin: Client, ada: Person) -> None:
    mei = make_person("Mei", "requester")
    page = f"/admin/people/{mei.pk}/"

    admin.post(page + "activity/", {"active": "no"})
    assert not Person.objects.get(pk=mei.pk).is_active
    assert "This account is closed" in admin.get(page).content.decode()
    admin.post(page + "reactivation/")
    admin.post(page + "activity/", {"active": "no"})
    admin.post(page + "activity/", {"active": "yes"})
    assert Person.objects.get(pk=mei.pk).is_active
    assert admin.post(page + "invitation/").status_code == 303

    assert "cannot be undone" in admin.get(page + "erasure/").content.decode()
    assert admin.post(page + "erasure/", {"confirmation": "mei"}).status_code == 422
    assert "Tick this first" in admin.post(page + "erasure/", {"confirmation": "Mei"}).content.decode()
    given = {"confirmation": "Mei", "understood": "on"}
    assert admin.post(page + "erasure/", given)["Location"] == page
    assert Person.objects.get(pk=mei.pk).erased_at
    assert admin.get(page + "erasure/")["Location"] == page
    assert "This person was erased on" in admin.get(page).content.decode()
    assert admin.post(f"/admin/people/{ada.pk}/activity/", {"active": "no"}).status_code == 409


def test_page_about_erasing_counts_warns_and_refuses(admin: Client, ada: Person) -> None:
    mei = make_person("Mei Chen", "requester", email="mei@example.com")
    actions.note_sign_in(person=mei, session_key="k", ip_address="192.0.2.1", user_agent="x")
    page = f"/admin/people/{mei.pk}/erasure/"

    assert "Counting what there is" in admin.get(page).content.decode()
    counted = admin.get(f"{page}?count=yes").content.decode()
    assert "sign-ins and invitations" in counted
    own = admin.get(f"/admin/people/{ada.pk}/erasure/").content.decode()
    assert "This person cannot be erased" in own
    assert "You cannot do this to your own account" in own
    assert "Erase for good" not in own


def test_keeper_of_a_customer_sees_and_reaches_only_their_own(client: Client) -> None:
    home, other = make_organization("Contoso"), make_organization("Fabrikam")
    client.force_login(keeper_of(home))
    own = make_person("Own Olga", "requester", organization=home)
    liu = make_person("Liu Secret", "requester", organization=other)
    hidden = Site.objects.create(organization=other, name="Hidden HQ")
    Department.objects.create(organization=other, name="Hidden dept")

    for page in ("people/", "people/?q=Liu", f"people/?organization={other.pk}", "people/new/",
                 "people/people.csv", f"people/{own.pk}/"):  # fmt: skip
        shown = client.get(f"/admin/{page}").content.decode()
        for secret in ("Liu Secret", "Fabrikam", "Hidden"):
            assert secret not in shown, page
    assert "Own Olga" in client.get("/admin/people/").content.decode()
    for part in ("", "roles/", "teams/", "skills/", "erasure/"):
        assert client.get(f"/admin/people/{liu.pk}/{part}").status_code == 404
    for part in ("", "roles/", "teams/", "skills/", "invitation/", "activity/", "reactivation/", "erasure/"):
        assert (
            client.post(f"/admin/people/{liu.pk}/{part}", {"confirmation": "Liu Secret"}).status_code == 404
        )
    for page in ("roles/", "roles/new/", "teams/"):
        assert client.get(f"/admin/{page}").status_code == 403
    moved = client.post(f"/admin/people/{own.pk}/", details(own, organization=other.pk))
    assert moved.status_code == 422
    assert client.post(f"/admin/people/{own.pk}/", details(own, site=hidden.pk)).status_code == 422
    raised = client.post(f"/admin/people/{own.pk}/roles/", {"roles": ["technician"]})
    assert "You cannot give a permission" in raised.content.decode()
    assert Person.objects.get(pk=liu.pk).name == "Liu Secret"


def test_export_goes_out_and_comes_back_unchanged(admin: Client) -> None:
    make_organization("Contoso", domains=[])
    make_person("=cmd|' /C calc'!A0", "requester", email="evil@contoso.com", phone="+49 30 1234")
    before = list(Person.objects.order_by("pk").values())

    content = admin.get("/admin/people/people.csv?state=all").content
    assert b"'=cmd" in content
    result = actions.import_people(actor=SYSTEM, text=content.decode("utf-8-sig"))

    assert (result.created, result.updated, result.unchanged, result.bad) == (0, 0, 2, [])
    assert list(Person.objects.order_by("pk").values()) == before
    page = load_workbook(io.BytesIO(admin.get("/admin/people/people.xlsx").content)).active
    assert page["A3"].data_type == "s" or page["A2"].data_type == "s"
    assert page.max_row == 3


CSV = """name,email,organization,department,roles,teams,vip
Mei,mei@contoso.com,Contoso,Sales,,,yes
Bo,bo@example.com,,,technician,Network,
,noname@example.com,,,,,
Dup,mei@contoso.com,,,,,
Bad,not an address,,,,,
Lost,lost@example.com,Nowhere,,,,
Dept,dept@contoso.com,Contoso,Nowhere,,,
Role,role@example.com,,,root,,
Team,team@example.com,,,,Nowhere,
Out,out@contoso.com,Contoso,,,Network,
Vip,vip@example.com,,,,,perhaps
"""


def test_import_shows_bad_lines_with_reasons_and_writes_the_good_ones(admin: Client) -> None:
    Department.objects.create(organization=make_organization("Contoso"), name="Sales")
    make_team("Network")
    upload = io.BytesIO(CSV.encode("gb18030"))
    upload.name = "people.csv"

    preview = admin.post("/admin/people/import/", {"file": upload}).content.decode()
    assert Person.objects.count() == 1
    for reason in (
        "name: This cannot be empty.", "mei@contoso.com is in line 2 already", "is not an e-mail address",
        "no organisation called “Nowhere”", "no department called “Nowhere”", "no role called “root”",
        "no team called “Nowhere”", "Only people of the organisation that gives support",
        "“perhaps” is neither yes nor no",
    ):  # fmt: skip
        assert reason in preview, reason
    assert re.findall(r'<td class="n num">(\d+)</td>', preview) == [str(n) for n in range(4, 13)]

    done = admin.post("/admin/people/import/", {"text": CSV})
    assert "New: 2. Updated: 0. Unchanged: 0." in done.content.decode()
    assert set(Person.objects.values_list("email", flat=True)) == {
        "ada@example.com", "mei@contoso.com", "bo@example.com",
    }  # fmt: skip
    bo = Person.objects.get(email="bo@example.com")
    assert [role.code for role in bo.roles.all()] == ["technician"]
    assert [team.name for team in bo.teams.all()] == ["Network"]
    again = actions.import_people(actor=make_actor("Abe", "administrator"), text=CSV)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


def test_import_in_chinese_updates_known_people_and_leaves_absent_columns(admin: Client) -> None:
    mei = make_person("Mei", "requester", email="mei@contoso.com", phone="123")

    done = admin.post(
        "/admin/people/import/", {"text": "姓名;邮箱;职位;语言\n陈梅;MEI@contoso.com;采购;中文\n"}
    )

    assert done.status_code == 303
    row = Person.objects.get(pk=mei.pk)
    assert (row.name, row.job_title, row.language, row.phone) == ("陈梅", "采购", "zh-hans", "123")
    assert row.organization == mei.organization or row.organization.is_provider


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"name,email\n", "no lines below"), (b"a,b\n1,2\n", "Missing: name, email"),
     (b"\x89PNG\x00\xff", "not text"), (b"name,email\n" + b"x,y\n" * 20_001, "more than 20000 lines"),
     (b"x" * (4 * 2**20 + 1), "larger than 4 MB")],
)  # fmt: skip
def test_file_that_is_no_list_of_people_is_refused(admin: Client, content: bytes, reason: str) -> None:
    upload = io.BytesIO(content)
    upload.name = "x.csv"

    answer = admin.post("/admin/people/import/", {"file": upload})

    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert admin.post("/admin/people/import/", {}).status_code == 422


def test_keeper_imports_into_their_own_organization_only(client: Client) -> None:
    home = make_organization("Contoso")
    liu = make_person(
        "Liu", "requester", email="liu@fabrikam.com", organization=make_organization("Fabrikam")
    )
    keeper = queries.actor_for(Person.objects.get(pk=keeper_of(home).pk))
    text = "name,email,organization\nA,a@contoso.com,\nB,b@x.com,Fabrikam\nStolen,liu@fabrikam.com,\n"

    result = actions.import_people(actor=keeper, text=text)

    assert (result.created, [line.number for line in result.bad]) == (1, [3, 4])
    assert Person.objects.get(email="a@contoso.com").organization == home
    assert Person.objects.get(pk=liu.pk).name == "Liu"


def test_role_pages_change_make_and_delete(admin: Client) -> None:
    role = Role.objects.get(code="technician")
    groups = queries.permissions_by_slice()
    number = next(n for n, (_title, held) in enumerate(groups) if held[0].name.startswith("admin:"))

    admin.post(f"/admin/roles/{role.pk}/", {f"group_{number}": ["admin:audit:view"]})
    assert "admin:audit:view" in Role.objects.get(pk=role.pk).permissions
    assert admin.get(f"/admin/roles/{role.pk}/").status_code == 200
    assert admin.post(f"/admin/roles/{role.pk}/", {f"group_{number}": ["root"]}).status_code == 422
    made = admin.post("/admin/roles/new/", {"label": "值班", f"group_{number}": ["admin:audit:view"]})
    assert made["Location"] == "/admin/roles/"
    assert admin.post("/admin/roles/new/", {"label": ""}).status_code == 422
    own = Role.objects.get(label="值班")
    assert admin.post(f"/admin/roles/{own.pk}/delete/").status_code == 303
    assert admin.post(f"/admin/roles/{role.pk}/delete/").status_code == 409
    boss = Role.objects.get(code="administrator")
    assert "always hold every permission" in admin.get(f"/admin/roles/{boss.pk}/").content.decode()
    assert admin.post(f"/admin/roles/{boss.pk}/", {}).status_code == 422
    assert admin.get("/admin/roles/999/").status_code == 404


def test_team_pages_make_change_and_archive(admin: Client) -> None:
    made = admin.post("/admin/teams/new/", {"name": "Desk", "tier": "L1"})
    assert made["Location"] == "/admin/teams/"
    admin.post("/admin/teams/new/", {"name": "网络组", "tier": "L2", "email_address": "net@example.com"})
    desk, net = Team.objects.get(name="Desk"), Team.objects.get(name="网络组")
    make_person("Bo Li", "technician", teams=[net])
    assert "Bo Li" in admin.get("/admin/teams/").content.decode()
    assert "Bo Li" in admin.get(f"/admin/teams/{net.pk}/").content.decode()

    for bad in ({"name": "", "tier": "L1"}, {"name": "网络组", "tier": "L1"}, {"name": "X", "tier": "L9"},
                {"name": "X", "tier": "L1", "email_address": "no"}):  # fmt: skip
        assert admin.post("/admin/teams/new/", bad).status_code == 422
    admin.post(f"/admin/teams/{net.pk}/", {"name": "网络组", "tier": "L2", "default": "on"})
    assert Team.objects.get(default=True) == net
    admin.post(f"/admin/teams/{desk.pk}/activity/", {"active": "no"})
    assert not Team.objects.get(pk=desk.pk).is_active
    assert "Archived" in admin.get("/admin/teams/").content.decode()
    admin.post(f"/admin/teams/{desk.pk}/activity/", {"active": "yes"})
    assert admin.post(f"/admin/teams/{net.pk}/activity/", {"active": "no"}).status_code == 409
    assert admin.get("/admin/teams/999/").status_code == 404


def test_csv_written_for_people_can_be_read_by_people() -> None:
    text = csv_bytes(["name", "email"], [["A", "a@b.cn"]]).decode("utf-8-sig")

    assert actions.import_people(actor=SYSTEM, text=text).bad or Person.objects.get(email="a@b.cn")
