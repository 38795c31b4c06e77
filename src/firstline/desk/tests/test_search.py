"""Finding tickets, articles, people and devices by words: the page and the palette."""

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts.models import Person
from firstline.accounts.testing import make_person
from firstline.desk.places import fits
from firstline.desk.tests.conftest import Enter
from firstline.knowledge.actions import ArticleContent, create_article, publish_article
from firstline.search.testing import settle
from firstline.search.touch_actions import touch
from firstline.tickets import actions
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_ticket

HTMX = {"HX-Request": "true"}
URL = "/desk/search/"
PALETTE = "/desk/search/palette/"


def shown(browser: Client, url: str = URL, **query: str) -> str:
    """What a page shows, without the marks around what was searched for."""
    answer = browser.get(url, query, headers=HTMX)
    assert answer.status_code == 200
    return re.sub(r"</?mark>", "", answer.content.decode())


@pytest.fixture
def article(cast: Cast) -> str:
    manager = cast.actor("manager")
    content = ArticleContent("Docking lt-042 laptops", "VPN and dock.", "en")
    publish_article(actor=manager, article=create_article(actor=manager, content=content))
    return content.title


@pytest.mark.parametrize("url", [URL, PALETTE])
def test_every_kind_is_found_by_its_words(
    tina: Client, cast: Cast, ticket: Ticket, article: str, url: str
) -> None:
    with transaction.atomic():
        touch(kind="device", object_ids=[ticket.device_id or 0])
    settle()
    pages = {word: shown(tina, url, q=word) for word in ("drops", "dock", "rita", "lt-042")}

    assert f"/desk/tickets/{ticket.number}/" in pages["drops"]
    assert article in pages["dock"]
    assert "Rita Requester" in pages["rita"]
    assert f"/desk/devices/{ticket.device_id}/" in pages["lt-042"]


@pytest.mark.parametrize("url", [URL, PALETTE])
def test_a_number_finds_its_ticket(tina: Client, ticket: Ticket, url: str) -> None:
    settle()
    for word in (ticket.display_id, ticket.display_id.lower(), f"#{ticket.number}"):
        assert "VPN drops" in shown(tina, url, q=word)


def test_the_page_and_its_fragment(tina: Client, ticket: Ticket) -> None:
    settle()
    assert "<html" in tina.get(f"{URL}?q=vpn").content.decode()
    part = shown(tina, q="vpn")
    assert "<html" not in part
    assert "VPN drops" in part
    assert "<mark>VPN</mark> drops" in tina.get(f"{URL}?q=vpn").content.decode()


def test_what_one_may_not_see_shows_nowhere(cast: Cast, enter: Enter, ticket: Ticket) -> None:
    actions.add_note(
        actor=cast.actor("technician"), ticket=ticket, body="The zebra password is on the sticker."
    )
    settle()
    outsider, technician = enter(cast.outsider), enter(cast.technician)
    elsewhere = enter(make_person("Fay Fabrikam", "technician", organization=cast.stranger.organization))

    for word in ("VPN drops", ticket.display_id, "zebra", "rita requester", "status:new"):
        for url in (URL, PALETTE):
            for stranger in (outsider, elsewhere):
                page = shown(stranger, url, q=word)
                assert f"/tickets/{ticket.number}/" not in page
                assert f"/requests/{ticket.number}/" not in page
                assert "on the sticker" not in page
    assert "0 results" in shown(outsider, q="zebra")
    assert 'class="narrowrow' not in shown(outsider, q="vpn")
    assert "on the sticker" in shown(technician, q="zebra")
    for url in (URL, PALETTE):
        assert enter(cast.requester).get(url, {"q": "VPN"}).status_code == 403


def test_ones_own_request_is_met_in_the_portal(cast: Cast, enter: Enter) -> None:
    ticket = make_ticket(cast, "Chair squeaks", requester=cast.technician, team=cast.network)
    settle()

    assert f"/portal/requests/{ticket.number}/" in shown(enter(cast.technician), q="squeaks")
    assert f"/desk/tickets/{ticket.number}/" in shown(enter(cast.outsider), q="squeaks")


def test_kinds_are_tabs_and_values_narrow_down(tina: Client, cast: Cast, article: str) -> None:
    make_ticket(cast, "Dock is dead")
    second = make_ticket(cast, "Dock is slow")
    actions.take_ticket(actor=cast.actor("technician"), ticket=second)
    settle()

    everything = shown(tina, q="dock")
    tickets = shown(tina, q="dock", kind="ticket")
    taken = shown(tina, q="dock status:open")

    assert article in everything
    assert article not in tickets
    assert re.search(r"kind=article\"[^>]*>\w+<span class=\"count\">1<", tickets)
    assert "Dock is slow" in taken
    assert "Dock is dead" not in taken
    assert 'href="/desk/search/?q=dock"' in taken  # takes the filter out again


def test_pages_follow_each_other(tina: Client, cast: Cast) -> None:
    for number in range(23):
        make_ticket(cast, f"Scanner {number} beeps")
    settle()

    first = shown(tina, q="scanner beeps")
    second = shown(tina, q="scanner beeps", page="2")

    assert "23 results" in first
    assert first.count("data-hit") == 20
    assert second.count("data-hit") == 3
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


def test_the_palette_knows_places_in_both_languages(tina: Client, cast: Cast) -> None:
    assert "/desk/devices/" in shown(tina, PALETTE, q="devi")
    assert "/desk/devices/" in shown(tina, PALETTE, q=">设备")
    assert "/admin/" not in shown(tina, PALETTE, q=">")
    Person.objects.filter(pk=cast.technician.pk).update(language="zh-hans")
    assert "/desk/devices/" in shown(tina, PALETTE, q="devices")


def test_the_palette_without_words_offers_the_main_places(tina: Client) -> None:
    page = shown(tina, PALETTE, q="")

    assert "/desk/tickets/new/" in page
    assert "Search everywhere" not in page


def test_completions_carry_the_whole_text(tina: Client, cast: Cast) -> None:
    assert 'data-text="vpn status:" data-caret="11"' in shown(tina, PALETTE, q="vpn stat", at="8")
    assert 'data-text="status: vpn"' in shown(tina, PALETTE, q="stat vpn", at="4")


def test_labels_fit_by_the_beginnings_of_their_words() -> None:
    assert fits("Search or do", "do sea")
    assert not fits("Search or do", "earch")
    assert fits("登记设备", "设备")


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "vpn\x00", "%", '"', "vpn OR *", "'; --", "<script>", "x" * 5000, "好" * 500, "-" * 50,
     "status:", ":", 'status:"', "（：）", "[a-z]+(.*)\\", "\u202e\u200b\ufeff", "😀" * 40],
)  # fmt: skip
def test_hostile_words_find_something_or_nothing(tina: Client, ticket: Ticket, text: str) -> None:
    for url in (URL, PALETTE):
        answer = tina.get(url, {"q": text, "at": "9999999", "kind": text[:20], "page": text[:5]})
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode().partition("<main")[2]
    assert tina.get("/desk/articles/", {"q": text, "language": text}).status_code == 200


@pytest.mark.parametrize("url", [URL, PALETTE])
def test_searching_costs_the_same_for_one_and_three(tina: Client, cast: Cast, url: str) -> None:
    make_ticket(cast, "Dock is dead")
    settle()
    shown(tina, url, q="dock")
    with CaptureQueriesContext(connection) as one:
        shown(tina, url, q="dock")
    make_ticket(cast, "Dock is slow")
    make_ticket(cast, "Dock is loud")
    settle()
    shown(tina, url, q="dock")
    with CaptureQueriesContext(connection) as three:
        page = shown(tina, url, q="dock")

    assert page.count("Dock is") == 3
    assert len(three) == len(one)
