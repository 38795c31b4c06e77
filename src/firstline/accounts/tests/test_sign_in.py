"""Signing in, out, forgotten passwords, invitations, lock-out: as a browser sees them."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from firstline.accounts import actions, queries
from firstline.accounts.models import Person, SetupLink
from firstline.accounts.testing import PASSWORD, make_person
from firstline.audit.models import AuditRecord
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.organizations.actions import finish_setup
from firstline.organizations.models import Installation, Organization
from firstline.outbox.testing import drain, run_periodic

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def set_up() -> None:
    finish_setup(actor=SYSTEM)
    Installation.objects.update(public_url="https://help.example.com")


def sign_in(client: Client, email: str, password: str = PASSWORD, query: str = "") -> object:
    return client.post(LOGIN + query, {"login": email, "password": password})


@pytest.mark.parametrize(
    ("role", "home"),
    [("requester", "/portal/"), ("technician", "/desk/"), ("manager", "/desk/"), ("administrator", "/desk/")],
)
def test_everyone_lands_at_their_own_page(client: Client, role: str, home: str) -> None:
    person = make_person("Bo Li", role, password=PASSWORD)

    answer = sign_in(client, "BO.LI@example.com")

    assert (answer.status_code, answer["Location"]) == (302, home)
    assert queries.actor_for_session(client.session.session_key).id == person.pk
    assert client.get(LOGIN).status_code == 302


def test_own_colours_come_along_and_password_managers_find_the_page(client: Client) -> None:
    make_person("Bo Li", "technician", password=PASSWORD, theme="dark")

    assert sign_in(client, "bo.li@example.com").cookies["firstline_theme"].value == "dark"
    assert client.get("/.well-known/change-password", follow=True).status_code == 200
    assert client.get("/accounts/").status_code == 404
    assert Client().get("/accounts/").status_code == 404


def test_next_is_followed_inside_the_house_only(client: Client) -> None:
    make_person("Bo Li", "technician", password=PASSWORD)

    assert (
        sign_in(client, "bo.li@example.com", query="?next=/desk/tickets/7/")["Location"] == "/desk/tickets/7/"
    )
    client.post("/accounts/logout/")
    assert sign_in(client, "bo.li@example.com", query="?next=https://evil.example/")["Location"] == "/desk/"


def test_administrator_comes_to_open_setup_first(client: Client) -> None:
    Installation.objects.update(is_set_up=False)
    make_person("Ada", "administrator", password=PASSWORD)

    assert sign_in(client, "ada@example.com")["Location"] == "/setup/"


def test_wrong_and_hostile_input_says_the_same_clear_thing(client: Client) -> None:
    make_person("Bo Li", "technician", password=PASSWORD)

    for email, password in (("bo.li@example.com", "wrong"), ("nobody@example.com", PASSWORD)):
        answer = sign_in(client, email, password)
        assert answer.status_code == 422
        assert "The e-mail address or the password is not right." in answer.content.decode()
        assert email in answer.content.decode()
    for email, password in (("", ""), ("x" * 5000, "y"), ("a\x00b@example.com", "\x00"), ("<b>", "z" * 2000)):
        answer = sign_in(client, email, password)
        assert answer.status_code == 422
        assert "<b>" not in answer.content.decode().replace('<p class="menuhead"><b>', "")


def test_closed_accounts_stay_out(client: Client) -> None:
    make_person("Bo Li", "technician", password=PASSWORD, is_active=False)
    mei = make_person("Mei", "requester", password=PASSWORD)
    Organization.objects.filter(pk=mei.organization_id).update(is_active=False)

    for email in ("bo.li@example.com", "mei@example.com"):
        answer = client.post(LOGIN, {"login": email, "password": PASSWORD}, follow=True)
        assert answer.status_code == 403
        assert "This account is closed" in answer.content.decode()
        assert "_auth_user_id" not in client.session


def test_archived_organization_ends_sessions(client: Client) -> None:
    mei = make_person("Mei", "requester")
    client.force_login(mei)
    assert client.get("/")["Location"] == "/portal/"

    Organization.objects.filter(pk=mei.organization_id).update(is_active=False)

    assert client.get("/")["Location"] == LOGIN


def test_guessing_locks_the_address_with_a_clear_page_in_both_languages(client: Client) -> None:
    make_person("Bo Li", "technician", password=PASSWORD)

    for number in range(7):
        assert (
            sign_in(client, "bo.li@example.com" if number % 2 else "BO.LI@example.com", "x").status_code
            == 422
        )
    for _ in range(3):
        locked = sign_in(client, "bo.li@example.com", PASSWORD if _ else "x")
        assert locked.status_code == 429
        assert "Too many wrong passwords" in locked.content.decode()

    chinese = client.post(
        LOGIN, {"login": "bo.li@example.com", "password": PASSWORD}, headers={"Accept-Language": "zh-CN"}
    )
    assert 'lang="zh-CN"' in chinese.content.decode()
    assert AuditRecord.objects.filter(verb="accounts.sign_in_locked").count() == 1
    make_person("Al", "technician", password=PASSWORD)
    assert sign_in(client, "al@example.com").status_code == 302


def test_signing_out_needs_a_post(client: Client) -> None:
    client.force_login(make_person("Bo Li", "technician"))

    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert client.get("/")["Location"] == "/desk/"
    key = client.session.session_key
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert client.get("/")["Location"] == LOGIN
    assert queries.actor_for_session(key) is None


def test_session_ended_elsewhere_is_out_at_once(client: Client) -> None:
    bo = make_person("Bo Li", "technician")
    client.force_login(bo)
    assert client.get("/")["Location"] == "/desk/"

    actions.end_other_sessions(actor=queries.actor_for(bo), person=bo, keep_key="")

    assert client.get("/")["Location"] == LOGIN


@pytest.mark.parametrize(("language", "subject"), [("en", "Set a new password"), ("zh-hans", "密码")])
def test_forgotten_password_is_reset_by_mail_in_the_persons_language(
    client: Client, language: str, subject: str
) -> None:
    mei = make_person("Mei", "requester", password=PASSWORD, language=language)
    other = Client()
    other.force_login(mei)

    asked = client.post("/accounts/password/reset/", {"email": "MEI@example.com"})
    assert asked["Location"] == "/accounts/password/reset/done/"
    [sent] = mail.outbox
    assert subject in sent.subject
    assert sent.to == ["mei@example.com"]
    [link] = re.findall(r"https://help\.example\.com(/\S+)", sent.body)
    page = client.get(link, follow=True)
    assert page.status_code == 200
    form_url = page.redirect_chain[-1][0]
    assert client.post(form_url, {"password": "short"}).status_code == 422
    done = client.post(form_url, {"password": "a much better one"})
    assert done["Location"] == "/accounts/password/reset/key/done/"

    assert Person.objects.get(pk=mei.pk).check_password("a much better one")
    assert other.get("/")["Location"] == LOGIN
    assert "does not work" in Client().get(link).content.decode()
    drain()
    assert len(mail.outbox) == 2
    assert client.get("/accounts/password/reset/key/done/").status_code == 200


def test_forgotten_password_tells_strangers_nothing_and_sends_them_nothing(client: Client) -> None:
    make_person("Gone", "requester", is_active=False)

    for email in ("nobody@example.com", "gone@example.com"):
        answer = client.post("/accounts/password/reset/", {"email": email}, follow=True)
        assert "Look into your mailbox" in answer.content.decode()
    assert mail.outbox == []
    assert client.get("/accounts/password/reset/key/abc-xyz/").status_code == 200


def test_asking_too_often_is_slowed_down(client: Client, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "2/m/ip"}
    make_person("Mei", "requester")

    answers = [client.post("/accounts/password/reset/", {"email": "mei@example.com"}) for _ in range(4)]

    assert answers[-1].status_code == 429
    assert "too fast" in answers[-1].content.decode()


def test_invitation_mail_leads_to_a_first_password(client: Client) -> None:
    mei = make_person("陈梅", "requester", email="mei@example.com", language="zh-hans")
    actions.invite_person(actor=SYSTEM, person=mei)
    drain()
    [sent] = mail.outbox
    [link] = re.findall(r"https://help\.example\.com(/\S+)", sent.body)
    assert "陈梅" in sent.body

    assert client.get(link).status_code == 200
    assert client.post(link, {"password": "short"}).status_code == 422
    assert client.post(link, {"password": PASSWORD})["Location"] == LOGIN
    assert sign_in(client, "mei@example.com")["Location"] == "/portal/"
    assert Client().get(link).status_code == 410
    assert Client().get("/accounts/invitation/1:forged/").status_code == 410


def test_what_ended_long_ago_is_forgotten(client: Client) -> None:
    bo, mei = make_person("Bo Li", "technician"), make_person("Mei", "requester")
    with clock.frozen(clock.now() - timedelta(days=120)):
        actions.note_sign_in(person=bo, session_key="old", ip_address="", user_agent="")
        actions.invite_person(actor=SYSTEM, person=mei)
        actions.create_setup_link()
    client.force_login(bo)

    run_periodic("accounts.clean_up")

    assert [row.session_key for row in bo.sign_in_sessions.all()] == [client.session.session_key]
    assert not mei.invitations.exists()
    assert not SetupLink.objects.exists()
    assert client.get("/")["Location"] == "/desk/"


def test_nobody_signs_up_alone(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    assert client.get("/accounts/inactive/").status_code == 403


def test_language_chosen_on_a_page_is_kept_for_the_person(client: Client) -> None:
    bo = make_person("Bo Li", "technician")
    client.force_login(bo)

    client.post("/choices/language/", {"language": "zh-hans", "next": "/"})

    assert Person.objects.get(pk=bo.pk).language == "zh-hans"
    assert 'lang="zh-CN"' in client.get("/accounts/logout/").content.decode()
