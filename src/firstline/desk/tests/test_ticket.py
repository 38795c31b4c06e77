"""The page of one ticket: what it shows, its parts for htmx, and what it costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.desk.pages import draft_for, staff_page
from firstline.kit import clock
from firstline.knowledge.actions import ArticleContent, create_article, publish_article
from firstline.notifications.models import Notification
from firstline.outbox.testing import drain
from firstline.search.testing import settle
from firstline.tickets import actions
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_ticket

HTMX = {"HX-Request": "true"}
QUERIES_MAX = 32


def test_the_page_shows_queue_conversation_and_facts(tina: Client, cast: Cast, ticket: Ticket) -> None:
    other = make_ticket(cast, "Docking station is dead")
    actions.take_ticket(actor=cast.actor("technician"), ticket=ticket)
    actions.take_ticket(actor=cast.actor("technician"), ticket=other)
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="Is it **better** on a cable?")
    actions.add_note(actor=cast.actor("technician"), ticket=ticket, body="Third case at this site.")

    page = tina.get(f"/desk/tickets/{ticket.number}/").content.decode()

    for shown in (
        ticket.display_id, "VPN drops every ten minutes", "It stops every ten minutes.", "Rita Requester",
        "Docking station is dead", "lt-042", "On line now", "17 %", "Is it", "Third case at this site.",
        "Tina Technician", "Impact", "Solved by", "Replied in",
    ):  # fmt: skip
        assert shown in page
    assert "style=" not in page


def test_words_of_people_are_never_markup(tina: Client, cast: Cast) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    ticket = make_ticket(cast, f"{nasty} subject", body=f"{nasty} body")
    actions.add_note(actor=cast.actor("technician"), ticket=ticket, body=f"{nasty} note")

    pages = [tina.get(url).content.decode() for url in (f"/desk/tickets/{ticket.number}/", "/desk/")]

    assert all("<img src=x" not in page for page in pages)
    assert all("&lt;img src=x" in page for page in pages)


def test_htmx_gets_what_is_below_the_top_bar(tina: Client, ticket: Ticket) -> None:
    whole = tina.get(f"/desk/tickets/{ticket.number}/").content.decode()
    part = tina.get(f"/desk/tickets/{ticket.number}/", headers=HTMX).content.decode()

    assert "<html" in whole
    assert "<html" not in part
    assert part.lstrip().startswith('<main id="main"')


@pytest.mark.parametrize(
    ("part", "root"),
    [("head", "head"), ("timeline", "timeline"), ("facts", "facts-part"), ("queue", "queue")],
)
def test_parts_fetch_themselves_again_as_the_page_drew_them(
    tina: Client, ticket: Ticket, part: str, root: str
) -> None:
    page = tina.get(f"/desk/tickets/{ticket.number}/").content.decode()

    answer = tina.get(f"/desk/tickets/{ticket.number}/{part}/").content.decode()

    assert answer.count("<live-region") == 1
    assert f'<live-region id="{root}"' in answer
    assert f'<live-region id="{root}"' in page
    assert "<html" not in answer


def test_the_ledger_is_a_page_and_a_fragment(tina: Client, ticket: Ticket) -> None:
    url = f"/desk/tickets/{ticket.number}/clocks/"

    assert "<html" in tina.get(url).content.decode()
    fragment = tina.get(url, headers=HTMX).content.decode()
    assert "<html" not in fragment
    assert fragment.count("<table") == 2


def test_neighbours_follow_the_list_it_was_opened_from(tina: Client, cast: Cast) -> None:
    numbers = [make_ticket(cast, f"Ticket {each}").number for each in range(3)]

    page = tina.get(f"/desk/tickets/{numbers[1]}/?in=unassigned").content.decode()

    assert "2 of 3" in page
    assert f'href="/desk/tickets/{numbers[0]}/?in=unassigned" aria-label="Previous"' in page
    assert f'href="/desk/tickets/{numbers[2]}/?in=unassigned" aria-label="Next"' in page


def test_an_unknown_list_is_ones_own(tina: Client, ticket: Ticket) -> None:
    assert tina.get(f"/desk/tickets/{ticket.number}/?in=nonsense%00&mode=%3C&after=x").status_code == 200


def test_a_waiting_answer_is_addressed_as_the_last_one(cast: Cast, ticket: Ticket) -> None:
    technician = cast.actor("technician")
    actions.reply(
        actor=technician, ticket=ticket, body="One moment.", cc=["boss@contoso.com", cast.requester.email]
    )

    draft = draft_for(staff_page(technician, ticket.number), after="resolved")

    assert (draft.cc, draft.after, draft.is_focused) == ("boss@contoso.com", "resolved", True)


def test_a_closed_ticket_takes_no_reply_but_a_note(tina: Client, cast: Cast, ticket: Ticket) -> None:
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="New cable.")
    actions.confirm_ticket(actor=cast.actor("requester"), ticket=ticket)
    actions.rate_ticket(actor=cast.actor("requester"), ticket=ticket, stars=4, comment="Fast.")

    page = tina.get(f"/desk/tickets/{ticket.number}/").content.decode()

    assert 'id="mode-reply"' not in page
    assert 'id="mode-note"' in page
    assert "4 of 5 stars" in page
    assert "Reopen" in page


def test_help_finds_articles_and_similar_tickets_and_reads_the_notices(
    tina: Client, cast: Cast, ticket: Ticket
) -> None:
    manager = cast.actor("manager")
    content = ArticleContent("VPN drops on wireless networks", "Use a cable.", "en")
    article = create_article(actor=manager, content=content)
    publish_article(actor=manager, article=article)
    similar = make_ticket(cast, "VPN drops again")
    make_ticket(cast, "Printer out of toner", body="The light blinks.")
    actions.assign_ticket(actor=manager, ticket=ticket, assignee=cast.technician)
    drain()
    settle()
    mine = Notification.objects.filter(person=cast.technician, ref_id=ticket.pk)
    assert mine.filter(read_at=None).exists()

    page = tina.get(f"/desk/tickets/{ticket.number}/help/").content.decode()

    assert "VPN drops on wireless networks" in page
    assert f'href="/desk/articles/{article.pk}/"' in page
    assert f"/desk/tickets/{similar.number}/" in page
    assert "Printer" not in page.split("Others by")[0]
    assert not mine.filter(read_at=None).exists()


def test_a_requester_who_is_also_a_technician_answers_at_the_desk_only_in_their_teams(
    cast: Cast, enter, ticket: Ticket
) -> None:
    theirs = make_ticket(cast, "My own", requester=cast.outsider)
    browser = enter(cast.outsider)

    assert browser.get(f"/desk/tickets/{theirs.number}/").status_code == 404
    assert browser.get(f"/portal/requests/{theirs.number}/").status_code == 200


@pytest.mark.parametrize("number", ["0", "999999", "9" * 12, "9" * 40])
def test_a_ticket_that_does_not_exist(tina: Client, number: str) -> None:
    assert tina.get(f"/desk/tickets/{number}/").status_code == 404


def test_the_page_costs_the_same_for_one_and_three_of_everything(
    tina: Client, cast: Cast, ticket: Ticket
) -> None:
    technician, manager = cast.actor("technician"), cast.actor("manager")

    def more() -> None:
        """One more of what the page shows: neighbours, messages, events, checks."""
        other = make_ticket(cast, "VPN is slow", device=ticket.device)
        actions.take_ticket(actor=technician, ticket=other)
        actions.reply(actor=technician, ticket=ticket, body="Working on it.")
        actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Thank you.")
        actions.assign_ticket(actor=manager, ticket=ticket, assignee=cast.teammate)
        actions.assign_ticket(actor=manager, ticket=ticket, assignee=cast.technician)
        actions.request_diagnostics(actor=technician, ticket=ticket)

    more()
    url = f"/desk/tickets/{ticket.number}/"
    tina.get(url)
    with CaptureQueriesContext(
        connection,
    ) as one:
        tina.get(url)
    more()
    more()
    with CaptureQueriesContext(connection) as three:
        page = tina.get(url).content.decode()

    assert page.count("Working on it.") == 3
    assert len(three) == len(one)
    assert len(one) <= QUERIES_MAX


def test_each_part_costs_the_same_for_one_and_three(tina: Client, cast: Cast, ticket: Ticket) -> None:
    urls = [f"/desk/tickets/{ticket.number}/{part}/" for part in ("timeline", "facts", "queue", "help")]

    def costs() -> list[int]:
        counted = []
        for url in urls:
            with CaptureQueriesContext(connection) as captured:
                assert tina.get(url).status_code == 200
            counted.append(len(captured))
        return counted

    def more() -> None:
        other = make_ticket(cast, "VPN drops at home", device=ticket.device)
        actions.take_ticket(actor=cast.actor("technician"), ticket=other)
        actions.add_note(actor=cast.actor("technician"), ticket=ticket, body="Seen.")

    more()
    costs()
    before = costs()
    more()
    more()

    assert costs() == before
    assert clock.now() >= ticket.created_at
