"""Finding tickets, articles, people and devices by words."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.desk.tests.conftest import Enter
from firstline.knowledge.actions import ArticleContent, create_article, publish_article
from firstline.search.testing import settle
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_ticket

HTMX = {"HX-Request": "true"}
URL = "/desk/search/"


def test_every_kind_is_found_by_its_words(tina: Client, cast: Cast, ticket: Ticket) -> None:
    manager = cast.actor("manager")
    content = ArticleContent("Docking lt-042 laptops", "VPN and dock.", "en")
    publish_article(actor=manager, article=create_article(actor=manager, content=content))

    settle()
    pages = {
        word: tina.get(URL, {"q": word}).content.decode() for word in ("drops", "dock", "rita", "lt-042")
    }

    assert f"/desk/tickets/{ticket.number}/" in pages["drops"]
    assert "Docking lt-042 laptops" in pages["dock"]
    assert "Rita Requester" in pages["rita"]
    assert f"/desk/devices/{ticket.device_id}/" in pages["lt-042"]


def test_a_number_finds_its_ticket(tina: Client, ticket: Ticket) -> None:
    for word in (ticket.display_id, ticket.display_id.lower(), f"#{ticket.number}"):
        assert "VPN drops" in tina.get(URL, {"q": word}).content.decode()


def test_the_page_and_its_fragment(tina: Client, ticket: Ticket) -> None:
    settle()
    assert "<html" in tina.get(f"{URL}?q=vpn").content.decode()
    part = tina.get(f"{URL}?q=vpn", headers=HTMX).content.decode()
    assert "<html" not in part
    assert "VPN drops" in part


def test_what_one_may_not_see_is_not_found(cast: Cast, enter: Enter, ticket: Ticket) -> None:
    settle()
    for word in ("VPN", ticket.display_id):
        assert "VPN drops" not in enter(cast.outsider).get(URL, {"q": word}).content.decode()
    assert enter(cast.requester).get(URL, {"q": "VPN"}).status_code == 403


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "vpn\x00", "%", '"', "vpn OR *", "'; --", "<script>", "x" * 5000, "好" * 500, "-" * 50],
)
def test_hostile_words_find_something_or_nothing(tina: Client, ticket: Ticket, text: str) -> None:
    answer = tina.get(URL, {"q": text})

    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().partition("<main")[2]
    assert tina.get("/desk/articles/", {"q": text, "language": text}).status_code == 200


def test_searching_costs_the_same_for_one_and_three(tina: Client, cast: Cast) -> None:
    make_ticket(cast, "Dock is dead")
    settle()
    tina.get(f"{URL}?q=dock")
    with CaptureQueriesContext(connection) as one:
        tina.get(f"{URL}?q=dock")
    make_ticket(cast, "Dock is slow")
    make_ticket(cast, "Dock is loud")
    settle()
    tina.get(f"{URL}?q=dock")
    with CaptureQueriesContext(connection) as three:
        page = tina.get(f"{URL}?q=dock").content.decode()

    assert page.count("Dock is") == 3
    assert len(three) == len(one)
