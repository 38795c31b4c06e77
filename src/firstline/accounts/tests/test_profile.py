"""Own pages: profile, password, sessions, tokens."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts import actions, queries
from firstline.accounts.models import ApiToken, Person
from firstline.accounts.testing import PASSWORD, make_person
from firstline.kit.actor import SYSTEM
from firstline.organizations.actions import finish_setup

pytestmark = pytest.mark.django_db

PROFILE = {"name": "Bo Li", "phone": "", "language": "en", "time_zone": "UTC", "theme": "dark"}


@pytest.fixture
def bo() -> Person:
    finish_setup(actor=SYSTEM)
    return make_person("Bo Li", "technician", password=PASSWORD)


@pytest.fixture
def browser(client: Client, bo: Person) -> Client:
    client.force_login(bo)
    return client


def test_profile_is_saved_in_the_new_language_and_colours(browser: Client, bo: Person) -> None:
    assert "Bo Li" in browser.get("/accounts/profile/").content.decode()

    answer = browser.post("/accounts/profile/", {**PROFILE, "language": "zh-hans"}, follow=True)

    assert Person.objects.get(pk=bo.pk).language == "zh-hans"
    assert answer.wsgi_request.COOKIES["firstline_theme"] == "dark"
    assert 'lang="zh-CN" data-theme="dark"' in answer.content.decode()


@pytest.mark.parametrize(
    "bad",
    [{"name": ""}, {"name": "x" * 300}, {"name": "\x00"}, {"language": "tlh"}, {"time_zone": "../etc"},
     {"theme": "neon"}, {"phone": "1" * 60}, {"name": ["a", ""]}],
)  # fmt: skip
def test_hostile_profile_is_refused_keeps_the_words_and_writes_nothing(
    browser: Client, bo: Person, bad: dict[str, object]
) -> None:
    answer = browser.post("/accounts/profile/", {**PROFILE, **bad})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert Person.objects.get(pk=bo.pk).theme == "system"


def test_password_change_keeps_this_browser_and_ends_the_others(browser: Client, bo: Person) -> None:
    other = Client()
    other.force_login(bo)
    post = {"present": PASSWORD, "password": "a much better one"}

    assert browser.post("/accounts/password/", {**post, "present": "wrong"}).status_code == 422
    assert browser.post("/accounts/password/", {**post, "password": "short"}).status_code == 422
    assert browser.post("/accounts/password/", post).status_code == 303

    assert browser.get("/accounts/profile/").status_code == 200
    assert other.get("/accounts/profile/").status_code == 302
    assert browser.get("/accounts/password/").status_code == 405


def test_sessions_are_listed_and_ended(browser: Client, bo: Person) -> None:
    other = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"})
    other.force_login(bo)
    other.get("/accounts/profile/")
    assert [row.is_here for row in queries.session_rows(bo, browser.session.session_key)] == [True, False]

    page = browser.get("/accounts/sessions/").content.decode()
    [number] = re.findall(r"/accounts/sessions/(\d+)/end/", page)
    assert browser.post(f"/accounts/sessions/{number}/end/").status_code == 303
    assert other.get("/accounts/profile/").status_code == 302
    assert browser.post(f"/accounts/sessions/{number}/end/").status_code == 404

    other.force_login(bo)
    browser.post("/accounts/sessions/end/")
    assert other.get("/accounts/profile/").status_code == 302
    assert browser.get("/accounts/sessions/").status_code == 200


def test_session_of_someone_else_is_unknown(browser: Client) -> None:
    al = make_person("Al", "technician")
    Client().force_login(al)

    assert browser.post(f"/accounts/sessions/{al.sign_in_sessions.get().pk}/end/").status_code == 404
    assert al.sign_in_sessions.get().ended_at is None


def test_browser_names() -> None:
    names = [
        queries.browser_name(agent)
        for agent in (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14) Version/18 Safari/605",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Safari/604 MicroMessenger/8",
            "curl/8", "",
        )
    ]  # fmt: skip
    assert names == ["Edge · Windows", "Safari · macOS", "微信 · iPhone", "curl/8", ""]


def test_token_is_shown_once_listed_and_revoked(browser: Client, bo: Person) -> None:
    page = browser.post("/accounts/tokens/", {"name": "Zabbix", "days": "30"}).content.decode()
    [secret] = re.findall(r'<p class="secret">(\S+)</p>', page)
    assert actions.authenticate_token(secret) == queries.actor_for(bo)
    assert secret not in browser.get("/accounts/tokens/").content.decode()

    for bad in ({"name": ""}, {"name": "x" * 201}, {"name": "x", "days": "0"}, {"name": "x", "days": "junk"}):
        assert browser.post("/accounts/tokens/", bad).status_code == 422
    browser.post(f"/accounts/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert actions.authenticate_token(secret) is None


def test_tokens_are_not_for_requesters(client: Client) -> None:
    client.force_login(make_person("Mei", "requester"))

    assert client.get("/accounts/tokens/").status_code == 403
    assert "/accounts/tokens/" not in client.get("/accounts/profile/").content.decode()


@pytest.mark.parametrize("path", ["profile", "sessions", "tokens"])
def test_strangers_sign_in_first(client: Client, path: str) -> None:
    answer = client.get(f"/accounts/{path}/")

    assert answer["Location"] == f"/accounts/login/?next=%2Faccounts%2F{path}%2F"


def test_an_ordinary_request_costs_two_queries_for_session_and_person(browser: Client) -> None:
    browser.get("/accounts/profile/")

    with CaptureQueriesContext(connection) as ordinary:
        browser.get("/accounts/profile/")

    about_people = [query["sql"] for query in ordinary if "accounts_" in query["sql"]]
    assert len(about_people) == 1, about_people


def test_pages_of_a_signed_in_person_are_kept_by_nobody_else(browser: Client) -> None:
    assert browser.get("/accounts/profile/")["Cache-Control"] == "private, no-store"
    assert browser.get("/portal/")["Cache-Control"] == "private, no-cache"


def test_a_kept_page_knows_whose_it_is(browser: Client) -> None:
    page = browser.get("/portal/").content.decode()
    mark = browser.cookies["firstline_here"].value
    assert f'data-here="{mark}"' in page
    assert "firstline_here" not in browser.get("/portal/").cookies

    answer = browser.post("/accounts/logout/")

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.cookies["firstline_here"].value == ""
    assert "data-here" not in browser.get("/accounts/login/").content.decode()


def test_a_session_that_ended_elsewhere_takes_kept_pages_along(browser: Client) -> None:
    browser.get("/portal/")
    stranger = Client()
    stranger.cookies["firstline_here"] = browser.cookies["firstline_here"].value

    answer = stranger.get("/portal/")

    assert answer["Clear-Site-Data"] == '"cache"'
    assert answer.cookies["firstline_here"].value == ""
