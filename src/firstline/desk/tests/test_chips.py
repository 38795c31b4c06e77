"""Clocks as chips, on a ticket and in lists, and rows that are drawn once."""

from datetime import UTC, datetime, timedelta

from django.utils import translation

from firstline.desk.chips import drawn_rows, items, ticket_chips
from firstline.kit import clock
from firstline.servicelevels.queries import clocks_for, rules
from firstline.tickets import actions
from firstline.tickets.enums import View
from firstline.tickets.models import Ticket
from firstline.tickets.queries import open_list, rows_of
from firstline.tickets.testing import Cast, make_ticket

MONDAY_TEN = datetime(2026, 11, 9, 10, 0, tzinfo=UTC)


def chips(ticket: Ticket) -> list[tuple[str, str]]:
    return [(chip.name or chip.words, chip.state) for chip in ticket_chips(clocks_for(ticket.ref))]


def row_chip(ticket: Ticket) -> tuple[str, str]:
    chip = items(rows_of(Ticket.objects.filter(pk=ticket.pk)), rules())[0].chip
    return chip.words, chip.state


def test_promises_kept_and_paused(cast: Cast) -> None:
    technician = cast.actor("technician")
    with clock.frozen(MONDAY_TEN):
        ticket = make_ticket(cast)
        assert chips(ticket) == [("Reply", ""), ("Solve", "")]

        clock.advance(timedelta(minutes=3))
        actions.reply(actor=technician, ticket=ticket, body="Hello", status="waiting_supplier")
        assert chips(ticket) == [("Replied in 3 min", "met"), ("Solve", "paused")]
        assert row_chip(ticket) == ("Paused", "paused")

        actions.change_status(actor=technician, ticket=ticket, status="open")
        actions.resolve_ticket(actor=technician, ticket=ticket, solution="Done")
        assert chips(ticket)[1][1] == "met"
        assert row_chip(ticket)[1] == "met"


def test_promises_missed(cast: Cast) -> None:
    technician = cast.actor("technician")
    with clock.frozen(MONDAY_TEN):
        ticket = make_ticket(cast)
        clock.advance(timedelta(days=30))
        assert [state for _words, state in chips(ticket)] == ["late", "late"]
        assert row_chip(ticket)[1] == "late"

        actions.resolve_ticket(actor=technician, ticket=ticket, solution="Done")
        words = [words for words, state in chips(ticket) if state == "late"]

    assert [text.split()[0] for text in words] == ["Replied", "Solved"]
    assert all(text.endswith("late") for text in words)


def test_a_promise_at_risk_warns(cast: Cast) -> None:
    with clock.frozen(MONDAY_TEN):
        ticket = make_ticket(cast)
        due = Ticket.objects.get(pk=ticket.pk).next_due_at
        clock.advance((due - MONDAY_TEN) * 0.8)

        assert row_chip(ticket)[1] == "warn"


def test_a_drawn_row_follows_the_ticket_and_its_reader(cast: Cast) -> None:
    with clock.frozen(MONDAY_TEN):
        ticket = make_ticket(cast, "<b>Bold</b>")

        def drawn() -> str:
            return str(drawn_rows(rows_of(Ticket.objects.filter(pk=ticket.pk)), "open"))

        first = drawn()
        assert "&lt;b&gt;Bold" in first
        assert drawn() == first
        with translation.override("zh-hans"):
            chinese = drawn()
            assert "新建" in chinese
            assert chinese != first
        actions.change_details(actor=cast.actor("technician"), ticket=ticket, subject="Other words")
        assert "Other words" in drawn()


def test_rings_count_working_time_as_the_clocks_do(cast: Cast) -> None:
    with clock.frozen(MONDAY_TEN - timedelta(hours=18)):  # Sunday afternoon
        ticket = make_ticket(cast)
        for hours in (1, 12, 17, 18, 19, 20, 24, 30, 42, 45, 50):
            with clock.frozen(MONDAY_TEN + timedelta(hours=hours - 18)):
                drawn = items(rows_of(Ticket.objects.filter(pk=ticket.pk)))[0].chip
                views = [view for view in clocks_for(ticket.ref) if view.due_at == drawn.due]
                assert drawn.percent in {view.used_percent for view in views}
                at_risk = any(view.is_at_risk or view.is_late for view in clocks_for(ticket.ref))
                assert (drawn.state in {"warn", "late"}) == at_risk
                listed = open_list(cast.actor("technician"), View.AT_RISK).rows
                assert bool(listed) == at_risk
