"""Searching in the portal: articles and one's own requests, never somebody else's."""

import re

import pytest
from django.conf import settings
from django.test import Client

from firstline.accounts.models import Person
from firstline.knowledge.actions import ArticleContent, create_article, publish_article
from firstline.search.testing import settle
from firstline.tickets.testing import Cast, make_cast, make_ticket

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PAGE, BOX, SUGGEST = "/portal/search/", "/portal/search/box/", "/portal/suggest/"


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    manager = made.actor("manager")
    content = ArticleContent("Scanner beeps twice", "Hold the blue button for ten seconds.", "en")
    publish_article(actor=manager, article=create_article(actor=manager, content=content))
    return made


def shown(person: Person, url: str, **query: str) -> str:
    browser = Client()
    browser.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    answer = browser.get(url, query, headers=HTMX)
    assert answer.status_code == 200
    return re.sub(r"</?mark>", "", answer.content.decode())


@pytest.mark.parametrize("url", [PAGE, BOX])
def test_articles_and_own_requests_are_found(cast: Cast, url: str) -> None:
    own = make_ticket(cast, "Scanner on ramp 3")
    strange = make_ticket(cast, "Scanner of somebody else", requester=cast.colleague)
    settle()

    for person in (cast.requester, cast.colleague, cast.stranger, cast.technician):
        page = shown(person, url, q="scanner")
        assert "Scanner beeps twice" in page
        assert (f"/portal/requests/{own.number}/" in page) == (person == cast.requester)
        assert (f"/portal/requests/{strange.number}/" in page) == (person == cast.colleague)
        assert "/desk/" not in page


def test_where_nothing_fits_the_words_go_along_to_asking(cast: Cast) -> None:
    settle()
    page = shown(cast.requester, PAGE, q="qqqq <coffee>")

    assert "Nothing found for “qqqq &lt;coffee&gt;”" in page
    assert 'href="/portal/?subject=qqqq+%3Ccoffee%3E"' in page
    assert 'value="qqqq &lt;coffee&gt;"' in _home(cast.requester, "qqqq <coffee>")


def test_suggestions_come_from_four_words_on(cast: Cast) -> None:
    settle()

    assert "Scanner beeps twice" in shown(cast.requester, SUGGEST, q="my scanner beeps twice and stops")
    assert "Scanner" not in shown(cast.requester, SUGGEST, q="scanner")


@pytest.mark.parametrize("text", ["", " ", "\x00", '"', "x" * 5000, "status:", "<script>", "-", "😀" * 50])
def test_hostile_words_are_answered(cast: Cast, text: str) -> None:
    for url in (PAGE, BOX, SUGGEST):
        assert "<script>" not in shown(cast.requester, url, q=text, page=text[:4])


def _home(person: Person, subject: str) -> str:
    browser = Client()
    browser.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return browser.get("/portal/", {"subject": subject}).content.decode()
