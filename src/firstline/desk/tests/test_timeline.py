"""The timeline as it is drawn: folds, decisions, what stands above a message."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from firstline.desk.pages import staff_page, timeline_parts, timeline_topics
from firstline.desk.timeline import Part
from firstline.kit import clock
from firstline.organizations.models import Service
from firstline.outbox.testing import drain
from firstline.tickets import actions
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_ticket

NOON = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)


def parts_of(cast: Cast, ticket: Ticket) -> list[Part]:
    actor = cast.actor("manager")
    return timeline_parts(actor, staff_page(actor, ticket.number))


def test_changes_by_one_hand_within_minutes_are_one_line(cast: Cast) -> None:
    technician = cast.actor("technician")
    with clock.frozen(NOON), timezone.override(UTC):
        ticket = make_ticket(cast)
        clock.advance(timedelta(minutes=10))
        actions.take_ticket(actor=technician, ticket=ticket)
        clock.advance(timedelta(minutes=1))
        actions.change_status(actor=technician, ticket=ticket, status="waiting_supplier")
        clock.advance(timedelta(hours=1))
        actions.change_details(
            actor=technician, ticket=ticket, service=Service.objects.create(name="Remote access")
        )

        parts = parts_of(cast, ticket)

    fold = [part.fold for part in parts if part.fold][-1]
    assert (fold.words, fold.span) == ("3 changes by Tina Technician", "12:10–12:11")
    assert any("took the ticket" in line.words for line in fold.lines)
    assert parts[-1].line is not None


def test_a_decision_stands_alone_with_its_reason(cast: Cast) -> None:
    ticket = make_ticket(cast)
    drain()
    ticket.refresh_from_db()
    assert ticket.assignee_id is not None

    lines = [part.line for part in parts_of(cast, ticket) if part.line and part.line.decision_id]

    assert len(lines) == 1
    name = cast.technician.name if ticket.assignee_id == cast.technician.pk else cast.teammate.name
    assert name in lines[0].words
    assert "%(" not in lines[0].words


@pytest.mark.parametrize(
    ("channel", "can_work", "about"),
    [
        ("portal", "no", "from the portal · cannot work"),
        ("mail", "partly", "by mail · can work only partly"),
        ("phone", "yes", "by telephone"),
        ("api", "unknown", "through the API"),
        ("desk", "unknown", ""),
    ],
)
def test_what_stands_above_the_request(cast: Cast, channel: str, can_work: str, about: str) -> None:
    own = make_ticket(cast, channel=channel, can_work=can_work)
    told = make_ticket(cast, channel=channel, can_work=can_work, actor=cast.actor("technician"))

    first, second = (parts_of(cast, ticket)[0].note for ticket in (own, told))

    assert first is not None
    assert second is not None
    assert (first.kind, first.about) == ("", about)
    assert second.about == " · ".join(filter(None, ["for Rita Requester", about]))


def test_what_stands_above_answers_and_notes(cast: Cast, ticket: Ticket) -> None:
    technician = cast.actor("technician")
    actions.reply(actor=technician, ticket=ticket, body="Hello", cc=["boss@contoso.com"])
    actions.add_note(actor=technician, ticket=ticket, body="Hm")
    actions.add_system_message(actor=technician, ticket=ticket, body="Out of office")
    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Thanks", channel="mail")
    actions.resolve_ticket(actor=technician, ticket=ticket, solution="Done")

    notes = [(part.note.kind, part.note.about) for part in parts_of(cast, ticket) if part.note]

    assert notes[1:] == [
        ("out", "to Rita Requester · copy to boss@contoso.com"),
        ("note", "note, team only"),
        ("note", "from a machine, team only"),
        ("", "by mail"),
        ("out", "to Rita Requester · the solution"),
    ]


def test_the_timeline_listens_to_requests_that_are_open(cast: Cast, ticket: Ticket) -> None:
    technician = cast.actor("technician")
    command = actions.request_diagnostics(actor=technician, ticket=ticket)

    assert timeline_topics(staff_page(technician, ticket.number)) == (
        f"ticket:{ticket.pk} command:{command.pk}"
    )
