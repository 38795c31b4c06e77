"""The set-up assistant from the one-time link to the finished installation, as a browser walks it."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from firstline.accounts.actions import create_setup_link
from firstline.accounts.models import Person
from firstline.accounts.testing import PASSWORD, make_person
from firstline.kit.actor import SYSTEM, Actor
from firstline.mail.models import Mailbox
from firstline.organizations import actions as organizations
from firstline.organizations.actions import installation as installation_actions
from firstline.organizations.models import Organization, Service, Team
from firstline.organizations.queries import installation
from firstline.outbox.testing import drain
from firstline.servicelevels.queries import calendar_rows

pytestmark = pytest.mark.django_db

ADA = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD, "language": "en", "time_zone": "UTC"}
ORGANIZATION = {"name": "Northwind", "domains": "northwind.example", "default_language": "en",
                "time_zone": "Europe/Berlin"}  # fmt: skip


@pytest.fixture
def admin(client: Client) -> Client:
    """A browser whose person has just made themselves administrator."""
    client.post("/setup/administrator/", {**ADA, "key": create_setup_link()})
    return client


def test_whole_way_through(client: Client) -> None:
    key = create_setup_link()
    assert "Welcome to Firstline" in client.get(f"/setup/?key={key}").content.decode()

    at = client.post("/setup/administrator/", {**ADA, "key": key})["Location"]
    assert at == "/setup/organization/"
    at = client.post(at, ORGANIZATION)["Location"]
    assert at == "/setup/calendar/"
    hours = {f"day_{day}": "09:00-12:00, 13:00-18:00" if day < 5 else "" for day in range(7)}
    name = next(row.name for row in calendar_rows() if row.is_default)
    at = client.post(
        at, {**hours, "name": name, "zone": "Europe/Berlin", "yearly": "12-24", "country": "DE"}
    )["Location"]
    assert at == "/setup/teams/"
    at = client.post(
        at,
        {"row0-name": "Service desk", "row0-tier": "L1", "row0-join": "on", "row1-name": "Systems",
         "row1-tier": "L2", "row2-name": "", "row2-tier": "L1"},
    )["Location"]  # fmt: skip
    assert at == "/setup/services/"
    desk = Team.objects.get(name="Service desk")
    at = client.post(
        at,
        {"row0-name": "E-mail", "row0-name_zh": "邮箱", "row0-criticality": "1", "row0-owner_team": desk.pk,
         "row0-keywords": "outlook, 邮件"},
    )["Location"]  # fmt: skip
    assert at == "/setup/invitations/"
    at = client.post(
        at,
        {"row0-name": "Bo Li", "row0-email": "bo@northwind.example", "row0-role": "technician",
         "row0-team": desk.pk, "row1-name": "", "row1-email": "", "row1-role": "technician"},
    )["Location"]  # fmt: skip
    assert at == "/setup/mailbox/"
    at = client.post(at, {"skip": "1"})["Location"]
    assert at == "/setup/agent/"
    assert client.post(at)["Location"] == "/desk/"

    assert installation().is_set_up
    assert (installation().name, installation().time_zone) == ("Northwind", "Europe/Berlin")
    assert Organization.objects.get().domains == ["northwind.example"]
    assert list(desk.memberships.values_list("person__name", "is_lead").order_by("person__name")) == [
        ("Ada", True), ("Bo Li", False),
    ]  # fmt: skip
    assert Team.objects.get(default=True) == desk
    assert Service.objects.get().owner_team == desk
    drain()
    assert [message.to for message in mail.outbox] == [["bo@northwind.example"]]
    assert client.get("/setup/")["Location"] == "/"
    assert client.get("/setup/teams/")["Location"] == "/"
    for language, words in (("en", "This link was used"), ("zh-hans", "这个链接已经用过")):
        late = Client(headers={"accept-language": language}).get(f"/setup/?key={key}")
        assert late.status_code == 410
        assert words in late.content.decode()
        assert "/accounts/login/" in late.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_step_opens_in_both_languages_and_can_be_skipped(admin: Client, language: str) -> None:
    Person.objects.update(language=language)
    at, seen = "/setup/", []

    while at != "/setup/agent/":
        at = admin.get(at)["Location"] if at == "/setup/" else admin.post(at, {"skip": "1"})["Location"]
        assert admin.get(at).status_code == 200
        seen.append(at.split("/")[2])

    assert seen == ["organization", "calendar", "teams", "services", "invitations", "mailbox", "agent"]
    assert not installation().is_set_up


def test_setup_is_resumed_after_signing_in_again(admin: Client) -> None:
    admin.post("/setup/organization/", ORGANIZATION)
    admin.post("/setup/calendar/", {"skip": "1"})
    admin.post("/accounts/logout/")
    assert admin.get("/setup/").status_code == 403
    assert admin.get("/setup/teams/")["Location"].startswith("/accounts/login/")

    home = admin.post("/accounts/login/", {"login": ADA["email"], "password": PASSWORD})["Location"]

    assert home == "/setup/"
    assert admin.get(home)["Location"] == "/setup/teams/"


def test_link_counts_once_and_only_whole(client: Client) -> None:
    old, key = create_setup_link(), create_setup_link()
    for bad in ("", old, key[:-1], "\x00", "x" * 9000):
        assert client.get("/setup/", {"key": bad}).status_code == 403
        assert client.post("/setup/administrator/", {**ADA, "key": bad}).status_code == 403
    assert not Person.objects.exists()

    client.post("/setup/administrator/", {**ADA, "key": key})
    assert Client().get(f"/setup/?key={key}").status_code == 403
    assert Client().post("/setup/administrator/", {**ADA, "key": key}).status_code == 403
    second = Client().post("/setup/administrator/", {**ADA, "email": "b@x.com", "key": create_setup_link()})
    assert second.status_code == 422
    assert "has an administrator already" in second.content.decode()
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "bad",
    [{"name": ""}, {"name": "x" * 201}, {"email": "no"}, {"email": "x" * 400}, {"password": "short"},
     {"password": "password123"}, {"language": "x"}, {"time_zone": "x"}, {"name": "\x00"}],
)  # fmt: skip
def test_hostile_administrator_is_refused_and_the_link_stays_good(
    client: Client, bad: dict[str, Any]
) -> None:
    key = create_setup_link()

    answer = client.post("/setup/administrator/", {**ADA, "key": key, **bad})

    assert answer.status_code == 422
    assert 'class="err"' in answer.content.decode()
    assert not Person.objects.exists()
    assert client.post("/setup/administrator/", {**ADA, "key": key}).status_code == 303


def test_lines_with_faults_stay_and_good_ones_are_kept(admin: Client) -> None:
    rows = {"row0-name": "Desk", "row0-tier": "L1", "row1-name": "Desk", "row1-tier": "L2",
            "row2-name": "x" * 201, "row2-tier": "L1", "row3-name": "Odd", "row3-tier": "L9"}  # fmt: skip

    answer = admin.post("/setup/teams/", rows)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is a team called “Desk” already." in page
    assert len(re.findall(r'name="row\d-name"', page)) == 3
    assert [team.name for team in Team.objects.all()] == ["Desk"]
    assert installation().setup_steps == []
    fixed = admin.post("/setup/teams/", {"row1-name": "Desk 2", "row1-tier": "L2"})
    assert fixed["Location"] == "/setup/organization/"
    assert admin.get("/setup/teams/").status_code == 200

    bad_invitations = {"row0-name": "", "row0-email": "a@b.cn", "row0-role": "technician",
                       "row1-name": "Al", "row1-email": "", "row1-role": "technician",
                       "row2-name": "Ann", "row2-email": "ann@b.cn", "row2-role": "root"}  # fmt: skip
    assert admin.post("/setup/invitations/", bad_invitations).status_code == 422
    assert Person.objects.count() == 1
    for step, bad in (
        ("organization", {**ORGANIZATION, "name": ""}), ("calendar", {"day_0": "25:00-26:00"}),
        ("services", {"row0-name": "X", "row0-criticality": "9"}), ("mailbox", {"address": "no"}),
    ):  # fmt: skip
        assert admin.post(f"/setup/{step}/", bad).status_code == 422, step


def test_mailbox_is_tested_without_saving_and_then_saved(admin: Client) -> None:
    post = {"address": "support@northwind.example", "is_enabled": "on", "imap_host": "127.0.0.1",
            "imap_port": "1", "imap_security": "none", "imap_user": "u", "imap_password": "p",
            "imap_folder": "INBOX", "smtp_port": "587", "smtp_security": "starttls"}  # fmt: skip

    tested = admin.post("/setup/mailbox/", {**post, "test": "1"})
    assert tested.status_code == 200
    assert "banner-red" in tested.content.decode()
    assert not Mailbox.objects.exists()

    saved = admin.post("/setup/mailbox/", post)
    assert saved.status_code == 303
    assert Mailbox.objects.get().address == "support@northwind.example"


@pytest.mark.parametrize("role", ["requester", "technician", "manager"])
def test_steps_are_for_administrators(client: Client, role: str) -> None:
    client.force_login(make_person("Bo Li", role))

    for step in ("organization", "calendar", "teams", "services", "invitations", "mailbox", "agent"):
        assert client.get(f"/setup/{step}/").status_code == 403
        assert client.post(f"/setup/{step}/", {"skip": "1"}).status_code == 403
    assert client.get("/setup/").status_code == 403
    assert client.get("/admin/demo/").status_code == 403


def test_demo_is_left_on_purpose_and_its_administrator_carried_over(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation_actions, "_removals", [])
    ada = make_person("Demo Ada", "administrator")
    client.force_login(ada)
    organizations.mark_demo(actor=SYSTEM, is_demo=True)
    removed: list[Actor] = []

    def remove(actor: Actor) -> None:
        removed.append(actor)
        Person.objects.all().delete()

    organizations.register_demo_removal(remove)
    assert "cannot be undone" in client.get("/admin/demo/").content.decode()
    client.post("/admin/demo/", {})
    assert installation().is_demo

    link = client.post("/admin/demo/", {"sure": "yes"})["Location"]

    assert len(removed) == 1
    assert not installation().is_demo
    assert "Welcome to Firstline" in client.get(link).content.decode()
    key = link.partition("key=")[2]
    assert client.post("/setup/administrator/", {**ADA, "key": key})["Location"] == "/setup/organization/"
