"""Where a technician starts: the right group for each ticket, the greeting, the column of today."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts.models import Person
from firstline.desk.queries import my_work, today
from firstline.kit import clock
from firstline.tickets import actions
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_ticket

HTMX = {"HX-Request": "true"}
QUERIES_MAX = 16
MONDAY_NOON = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)


def subjects(items) -> list[str]:
    return [item.row.subject for item in items]


def test_each_ticket_stands_in_one_group(cast: Cast) -> None:
    technician = cast.actor("technician")
    with clock.frozen(MONDAY_NOON):
        made = {
            name: make_ticket(cast, name, can_work="yes")
            for name in ("first", "late", "answered", "quiet", "free")
        }
        for name in ("first", "late", "answered", "quiet"):
            actions.take_ticket(actor=technician, ticket=made[name])
            actions.reply(actor=technician, ticket=made[name], body="On it.")
        actions.reply(actor=cast.actor("requester"), ticket=made["answered"], body="And now?")
        make_ticket(cast, "elsewhere", team=cast.network)
        due(made["first"], timedelta(hours=-2))
        due(made["late"], timedelta(hours=1))
        for name, days in (("answered", 2), ("quiet", 3), ("free", 4)):
            due(made[name], timedelta(days=days))

        work = my_work(technician)

    assert work.next is not None
    assert (work.next.row.subject, work.next_is_mine) == ("first", True)
    assert subjects(work.at_risk) == ["late"]
    assert subjects(work.waiting) == ["answered"]
    assert subjects(work.mine) == ["quiet"]
    assert subjects(work.unassigned) == ["free"]
    assert (work.late_count, work.close_count, work.is_empty) == (1, 1, False)


def test_what_waits_for_others_is_never_next(cast: Cast) -> None:
    technician = cast.actor("technician")
    ticket = make_ticket(cast, "Paused")
    actions.take_ticket(actor=technician, ticket=ticket)
    actions.reply(actor=technician, ticket=ticket, body="Ordered.", status="waiting_supplier")

    work = my_work(technician)

    assert work.next is None
    assert subjects(work.mine) == ["Paused"]


def test_an_empty_desk_says_so(tina: Client) -> None:
    page = tina.get("/desk/").content.decode()

    assert "Nothing waits for you" in page
    assert "Every promise is in time." in page


def test_the_page_and_its_fragment(tina: Client, cast: Cast) -> None:
    ticket = make_ticket(cast, "Take me")

    whole = tina.get("/desk/").content.decode()
    part = tina.get("/desk/", headers=HTMX).content.decode()

    assert "<html" in whole
    assert "<html" not in part
    for page in (whole, part):
        assert "Next for you" in page
        assert f'action="/desk/tickets/{ticket.number}/taking/"' in page


@pytest.mark.parametrize(
    ("hour", "words"), [(6, "Good morning, Tina"), (14, "Good afternoon, Tina"), (20, "Good evening, Tina")]
)
def test_the_greeting_follows_the_readers_clock(tina: Client, hour: int, words: str) -> None:
    Person.objects.filter(name="Tina Technician").update(time_zone="UTC")
    with clock.frozen(MONDAY_NOON.replace(hour=hour)):
        assert words in tina.get("/desk/").content.decode()


def test_a_chinese_name_is_said_whole(tina: Client, cast: Cast) -> None:
    Person.objects.filter(pk=cast.technician.pk).update(name="王 丽", language="zh-hans", time_zone="UTC")
    with clock.frozen(MONDAY_NOON.replace(hour=14)):
        assert "下午好，王 丽" in tina.get("/desk/").content.decode()


def test_counts_fill_the_column_of_views(tina: Client, cast: Cast) -> None:
    for each in range(2):
        make_ticket(cast, f"Ticket {each}")

    column = tina.get("/desk/counts/?on=unassigned").content.decode()

    assert "<html" not in column
    assert ">2<" in column
    assert "hx-trigger" not in column


def test_today_shows_load_and_colleagues(cast: Cast, enter) -> None:
    technician = cast.actor("technician")
    ticket = make_ticket(cast)
    actions.take_ticket(actor=technician, ticket=ticket)
    actions.change_details(actor=technician, ticket=ticket, expected_minutes=90)

    found = today(technician)
    assert (found.load.tickets, found.load.minutes, found.room_minutes) == (1, 90, 390)
    assert found.teams == ["Service desk"]
    assert [(mate.person.name, mate.is_here) for mate in found.mates] == [("Tom Teammate", False)]

    enter(cast.teammate).get("/desk/")
    assert today(technician).here_count == 1


def test_home_counts_and_today_cost_the_same_for_one_and_three(tina: Client, cast: Cast) -> None:
    def more() -> None:
        mine = make_ticket(cast, "Mine")
        actions.take_ticket(actor=cast.actor("technician"), ticket=mine)
        make_ticket(cast, "Free")

    def costs() -> list[int]:
        counted = []
        for url in ("/desk/", "/desk/counts/", "/desk/today/"):
            with CaptureQueriesContext(connection) as captured:
                tina.get(url)
            counted.append(len(captured))
        return counted

    more()
    costs()
    before = costs()
    more()
    more()

    assert costs() == before
    assert max(before) <= QUERIES_MAX


def due(ticket: Ticket, within: timedelta) -> None:
    """Say when the next promise of a ticket is due, without waiting for its clock."""
    Ticket.objects.filter(pk=ticket.pk).update(
        next_due_at=clock.now() + within, next_risk_at=clock.now() + within - timedelta(hours=2)
    )
