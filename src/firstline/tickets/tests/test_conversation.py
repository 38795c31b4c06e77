"""Replies and notes: who may write them, what they set going, what they cost."""

from datetime import timedelta

import pytest

from firstline.audit.models import AuditRecord
from firstline.kit import clock
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed, NotFound
from firstline.outbox.models import Event
from firstline.servicelevels.models import Clock
from firstline.tickets import actions
from firstline.tickets.models import Message, Ticket
from firstline.tickets.testing import Cast, make_ticket


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_first_reply_opens_the_ticket_and_stops_the_response_clock(cast: Cast) -> None:
    ticket = make_ticket(cast)
    promised = ticket.response_due_at

    message = actions.reply(
        actor=cast.actor("technician"), ticket=ticket, body="Looking into it.", cc=["x@y.example"], minutes=5
    )

    now = fresh(ticket)
    assert promised is not None
    assert (now.status, now.response_due_at, now.first_replied_at) == ("open", None, message.created_at)
    assert now.next_due_at == now.resolution_due_at
    assert (now.last_message_by_requester, now.version) == (False, 3)
    assert (message.to, message.cc, message.minutes) == ([cast.requester.email], ["x@y.example"], 5)
    assert actions.intake.number_in_message_id(message.message_id) == ticket.number
    assert Clock.objects.get(metric="first_response").state == "stopped"
    assert Event.objects.filter(name="tickets.message_added").count() == 1
    assert AuditRecord.objects.filter(verb="tickets.message_added").count() == 1


def test_reply_with_status_waits_and_pauses_the_resolution(cast: Cast) -> None:
    ticket = make_ticket(cast)

    actions.reply(
        actor=cast.actor("technician"), ticket=ticket, body="Which version?", status="waiting_requester"
    )

    now = fresh(ticket)
    assert (now.status, now.due_at, now.is_open) == ("waiting_requester", None, True)
    assert Clock.objects.get(metric="resolution").state == "paused"


def test_answer_of_the_requester_resumes(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="?", status="waiting_requester")

    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Version 3.", channel="portal")

    now = fresh(ticket)
    assert (now.status, now.last_message_by_requester) == ("open", True)
    assert now.due_at == now.resolution_due_at is not None


def test_reply_that_resolves_carries_the_solution(cast: Cast) -> None:
    ticket = make_ticket(cast)

    message = actions.reply(actor=cast.actor("technician"), ticket=ticket, body="Done.", status="resolved")

    assert (fresh(ticket).status, message.is_solution) == ("resolved", True)
    assert Event.objects.filter(name="tickets.ticket_resolved").count() == 1


def test_answer_after_resolution_reopens_until_it_is_too_late(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Rebooted.")
    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Not yet!")
    assert fresh(ticket).status == "open"
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Rebooted again.")
    actions.confirm_ticket(actor=cast.actor("requester"), ticket=ticket)

    with clock.frozen(clock.now() + timedelta(days=15)), pytest.raises(Conflict) as caught:
        actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Again broken")
    assert caught.value.code == "ticket_reopen_too_late"
    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Again broken")

    assert fresh(ticket).status == "open"


def test_technicians_do_not_write_into_closed_tickets(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Done.")
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="One more hint.")
    assert fresh(ticket).status == "resolved"
    actions.confirm_ticket(actor=cast.actor("requester"), ticket=ticket)

    with pytest.raises(Conflict):
        actions.reply(actor=cast.actor("technician"), ticket=ticket, body="And another.")


def test_notes_move_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast)

    note = actions.add_note(actor=cast.actor("teammate"), ticket=ticket, body="Router again?")

    now = fresh(ticket)
    assert (note.kind, now.status, now.first_replied_at, now.last_message_by_requester) == (
        "note", "new", None, True,
    )  # fmt: skip


def test_automatic_replies_are_kept_and_move_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="?", status="waiting_requester")

    actions.add_system_message(
        actor=cast.actor("requester"), ticket=ticket, body="I am on holiday.", channel="mail"
    )

    assert fresh(ticket).status == "waiting_requester"


def test_repeated_key_returns_the_message(cast: Cast) -> None:
    ticket = make_ticket(cast)
    send = {"actor": cast.actor("technician"), "ticket": ticket, "body": "Hi.", "external_key": "api:9:k"}

    assert actions.reply(**send) == actions.reply(**send)
    assert Message.objects.count() == 2


def test_participants_in_copy_may_answer(cast: Cast) -> None:
    ticket = make_ticket(cast, cc=[cast.colleague.email])
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="?", status="waiting_requester")

    message = actions.reply(actor=cast.actor("colleague"), ticket=ticket, body="Same here.")

    assert (message.by_requester, fresh(ticket).status) == (True, "open")


@pytest.mark.parametrize(
    ("who", "verb", "error"),
    [
        ("technician", "reply", None), ("teammate", "reply", None), ("manager", "reply", None),
        ("requester", "reply", None), ("colleague", "reply", NotFound), ("stranger", "reply", NotFound),
        ("outsider", "reply", NotFound),
        ("technician", "add_note", None), ("manager", "add_note", None),
        ("requester", "add_note", NotAllowed),
        ("colleague", "add_note", NotFound), ("stranger", "add_note", NotFound),
        ("outsider", "add_note", NotFound),
    ],
)  # fmt: skip
def test_who_may_write(cast: Cast, who: str, verb: str, error: type[Exception] | None) -> None:
    ticket = make_ticket(cast)

    if error is None:
        assert getattr(actions, verb)(actor=cast.actor(who), ticket=ticket, body="Hello.").pk
    else:
        with pytest.raises(error):
            getattr(actions, verb)(actor=cast.actor(who), ticket=ticket, body="Hello.")


def test_old_version_and_empty_text_are_refused(cast: Cast) -> None:
    ticket = make_ticket(cast)
    technician = cast.actor("technician")

    with pytest.raises(Conflict) as caught:
        actions.reply(actor=technician, ticket=ticket, body="x", expected_version=7)
    assert caught.value.code == "ticket_changed_meanwhile"
    with pytest.raises(InvalidInput):
        actions.reply(actor=technician, ticket=ticket, body="  ")
    with pytest.raises(InvalidInput):
        actions.reply(actor=technician, ticket=ticket, body="x", status="nonsense")
    assert fresh(ticket).version == 1
