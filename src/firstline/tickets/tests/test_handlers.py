"""After the commit: receipts, replies that thread, notices with their cause."""

from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest

from firstline.files.actions import store
from firstline.files.permissions import can_open
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.mail.models import OutboundMessage
from firstline.notifications.models import Notification
from firstline.outbox.testing import drain
from firstline.search.testing import settle
from firstline.servicelevels.events import ClocksRecomputed
from firstline.tickets import actions, handlers, queries
from firstline.tickets.actions.mails import send_message, send_receipt
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_delivery")]


def sent() -> list[OutboundMessage]:
    return list(OutboundMessage.objects.order_by("id"))


def told() -> list[tuple[str, str, str]]:
    rows = Notification.objects.select_related("person").order_by("id")
    return [(row.person.name.split()[0], row.kind, row.cause) for row in rows]


def test_receipt_in_the_requesters_language_once(cast: Cast) -> None:
    cast.requester.language = "zh-hans"
    cast.requester.save()
    ticket = make_ticket(cast, "VPN 断线", message_id="<their@mail>", channel="mail")
    drain()

    [receipt] = sent()
    assert receipt.subject == "[INC-1] VPN 断线"
    assert receipt.to == [cast.requester.email]
    assert (receipt.in_reply_to, receipt.is_automatic) == ("<their@mail>", True)
    assert receipt.message_id == "<ticket-1.receipt@localhost>"
    assert "您好" in receipt.text
    assert send_receipt(actor=SYSTEM, ticket_id=ticket.pk)
    assert len(sent()) == 1


def test_no_receipt_where_none_is_due(cast: Cast) -> None:
    make_ticket(cast, acknowledge=False)
    make_ticket(cast, channel="alert", actor=SYSTEM)
    drain()
    assert sent() == []


def test_receipts_end_at_ten_an_hour_however_late_they_are_sent(cast: Cast) -> None:
    start = clock.now()
    with clock.frozen(start):
        for number in range(12):
            make_ticket(cast, f"loop {number}")
        make_ticket(cast, "somebody else", requester=cast.colleague)
        drain()
    with clock.frozen(start + timedelta(minutes=59)):
        make_ticket(cast, "within the hour")
        drain()
    with clock.frozen(start + timedelta(minutes=61)):
        make_ticket(cast, "an hour later")
        drain()

    receivers = Counter(message.to[0] for message in sent())
    assert receivers == {cast.requester.email: 11, cast.colleague.email: 1}
    assert [message.subject for message in sent()][:10] == [f"[INC-{n + 1}] loop {n}" for n in range(10)]
    assert sent()[-1].subject == "[INC-15] an hour later"


def test_reply_goes_out_in_the_thread_with_copies_and_files(cast: Cast) -> None:
    ticket = make_ticket(cast, message_id="<their@mail>", channel="mail")
    drain()
    file = store(actor=cast.actor("technician"), stream=BytesIO(b"log"), name="log.txt")
    message = actions.reply(
        actor=cast.actor("technician"), ticket=ticket, body="See https://x.example",
        cc=["boss@contoso.example"], files=[file],
    )  # fmt: skip
    drain()

    receipt, mail = sent()
    assert (mail.to, mail.cc) == ([cast.requester.email], ["boss@contoso.example"])
    assert mail.references == ["<their@mail>", receipt.message_id]
    assert (mail.in_reply_to, mail.message_id) == (receipt.message_id, message.message_id)
    assert mail.from_name == "Tina Technician"
    assert mail.file_ids == [str(file.pk)]
    assert 'href="https://x.example"' in mail.html
    assert not mail.is_automatic
    assert send_message(actor=SYSTEM, message_id=message.pk)
    assert len(sent()) == 2


def test_notes_and_requesters_words_are_not_mailed(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False)
    actions.add_note(actor=cast.actor("technician"), ticket=ticket, body="hm")
    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="still broken")
    drain()

    assert sent() == []


def test_solution_asks_for_confirmation(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False)
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Restarted.")
    drain()

    [mail] = sent()
    assert "Does it work again?" in mail.text
    assert "/portal/requests/1/" in mail.text
    assert told() == [("Rita", "ticket_solved", "ticket_requester")]


def test_who_is_told_and_why(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False, cc=[cast.colleague.email])
    actions.assign_ticket(actor=cast.actor("teammate"), ticket=ticket, assignee=cast.technician)
    drain()
    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="?")
    drain()
    actions.add_note(actor=cast.actor("teammate"), ticket=ticket, body="hm")
    drain()
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="!")
    drain()

    assert told() == [
        ("Tina", "ticket_assigned", "ticket_given"),
        ("Tina", "ticket_answered", "ticket_assignee"),
        ("Tina", "ticket_noted", "ticket_assignee"),
        ("Rita", "ticket_replied", "ticket_requester"),
        ("Carl", "ticket_replied", "ticket_watcher"),
    ]
    notices = [mail for mail in sent() if mail.message_id.startswith("<notice-")]
    assert [(mail.to[0].split(".")[0], mail.references) for mail in notices] == [
        ("tina", ["<ticket-1.receipt@localhost>"]),
        ("tina", ["<ticket-1.receipt@localhost>"]),
    ]


def test_taking_tells_nobody(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False)
    actions.take_ticket(actor=cast.actor("technician"), ticket=ticket)
    actions.add_note(actor=cast.actor("technician"), ticket=ticket, body="mine")
    drain()

    assert told() == []


def test_clocks_tell_the_assignee(cast: Cast) -> None:
    from firstline.servicelevels.actions import announce_due

    ticket = make_ticket(cast, acknowledge=False)
    actions.take_ticket(actor=cast.actor("technician"), ticket=ticket)
    drain()

    with clock.frozen(clock.now() + timedelta(days=60)):
        announce_due()
        drain()

    assert {kind for _name, kind, _cause in told()} == {"ticket_breached"}


def test_new_rules_move_the_due_dates(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False)
    Ticket.objects.update(next_due_at=clock.now(), response_due_at=None)
    drain()

    from firstline.outbox.events import Context

    context = Context(actor=SYSTEM, event_id="e", job_id=1, attempt=1)
    handlers.copy_dues(ClocksRecomputed("ticket", [ticket.pk]), context)
    handlers.copy_dues(ClocksRecomputed("project", [ticket.pk]), context)

    assert Ticket.objects.get().response_due_at == ticket.response_due_at


def test_undelivered_mail_is_in_the_timeline(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False)
    actions.take_ticket(actor=cast.actor("technician"), ticket=ticket)
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="Hello")
    drain()
    from firstline.mail.actions import record_attempt

    record_attempt(actor=SYSTEM, outbound_id=sent()[0].pk, refused={cast.requester.email: "550 no such user"})
    drain()

    event = ticket.events.get(kind="delivery")
    assert event.data["addresses"] == [cast.requester.email]
    assert ("Tina", "ticket_undelivered", "ticket_assignee") in told()


def test_undelivered_notices_cause_no_further_ones(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False)
    actions.assign_ticket(actor=cast.actor("teammate"), ticket=ticket, assignee=cast.technician)
    drain()
    from firstline.mail.actions import record_attempt

    record_attempt(
        actor=SYSTEM, outbound_id=sent()[0].pk, refused={cast.technician.email: "550 no such user"}
    )
    drain()

    assert told() == [("Tina", "ticket_assigned", "ticket_given")]
    assert not ticket.events.filter(kind="delivery").exists()


def test_files_follow_their_message(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False)
    open_file = store(actor=cast.actor("technician"), stream=BytesIO(b"a"), name="a.txt")
    note_file = store(actor=cast.actor("technician"), stream=BytesIO(b"b"), name="b.txt")
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="x", files=[open_file])
    actions.add_note(actor=cast.actor("technician"), ticket=ticket, body="x", files=[note_file])
    for file in (open_file, note_file):
        file.refresh_from_db()

    seen = {
        name: (can_open(cast.actor(name), open_file), can_open(cast.actor(name), note_file))
        for name in ("requester", "colleague", "stranger", "teammate", "outsider")
    }

    assert seen == {
        "requester": (True, False), "colleague": (False, False), "stranger": (False, False),
        "teammate": (True, True), "outsider": (False, False),
    }  # fmt: skip


def test_search_finds_within_what_one_may_see(cast: Cast) -> None:
    ticket = make_ticket(cast, "打印机卡纸", body="The fuser makes a grinding noise")
    make_ticket(cast, "Other", requester=cast.stranger, body="grinding too")
    actions.add_note(actor=cast.actor("technician"), ticket=ticket, body="probably the drum unit")
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="We order a pressure roller")

    def found(who: str, text: str) -> list[str]:
        settle()
        return [row.display_id for row in queries.search_tickets(cast.actor(who), text)]

    assert sorted(found("technician", "grinding")) == ["INC-1", "INC-2"]
    assert found("requester", "grinding") == ["INC-1"]
    assert found("requester", "pressure rol") == ["INC-1"]
    assert found("technician", "drum unit") == ["INC-1"]
    assert found("requester", "drum unit") == []
    assert found("colleague", "grinding") == found("outsider", "grinding") == []
    assert found("manager", "卡纸") == ["INC-1"]
    assert found("technician", "INC-2") == ["INC-2"]
    actions.escalate_ticket(actor=cast.actor("technician"), ticket=ticket, team=cast.network)
    assert found("outsider", "grinding") == ["INC-1"]
    assert found("technician", "drum unit") == []
