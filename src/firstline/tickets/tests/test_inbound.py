"""Mail in: a ticket, a reply or a note, exactly once, and never into somebody else's ticket."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from firstline.accounts.models import Person
from firstline.accounts.queries import traces_of
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.mail import actions as mail
from firstline.mail.enums import Source
from firstline.mail.models import InboundMessage, OutboundMessage
from firstline.organizations.testing import make_organization
from firstline.outbox.testing import drain
from firstline.search.testing import settle
from firstline.tickets import actions
from firstline.tickets.actions.inbound import receive_mail
from firstline.tickets.models import Message, Ticket, Watcher
from firstline.tickets.testing import Cast, make_ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_delivery")]


def arrive(
    sender: str = "Rita Requester <rita.requester@example.com>",
    subject: str = "VPN",
    text: str = "It drops.",
    to: str = "support@localhost",
    **headers: str,
) -> InboundMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Message-ID"] = headers.pop(
        "message_id", f"<{abs(hash((sender, subject, text)))}@contoso.example>"
    )
    attachment = headers.pop("attachment", "")
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    if attachment:
        letter.add_attachment(attachment.encode(), maintype="text", subtype="plain", filename="log.txt")
    row = mail.receive(raw=letter.as_bytes(), source=Source.SMTP, envelope_from="x@y.example")
    drain()
    row.refresh_from_db()
    return row


def test_mail_becomes_a_ticket_with_files_and_a_receipt(cast: Cast) -> None:
    row = arrive(subject="Drucker", attachment="error 42", Cc="carl.colleague@example.com, boss@far.example")

    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.channel, ticket.subject) == (cast.requester, "mail", "Drucker")
    assert (row.state, row.result_label) == ("processed", "INC-1")
    message = ticket.messages.get()
    assert [attachment.file.name for attachment in message.attachments.all()] == ["log.txt"]
    assert message.cc == ["carl.colleague@example.com", "boss@far.example"]
    assert [watcher.person for watcher in Watcher.objects.all()] == [cast.colleague]
    [receipt] = OutboundMessage.objects.all()
    assert receipt.in_reply_to == message.message_id


def test_unknown_senders_join_the_organisation_of_their_domain(cast: Cast) -> None:
    fabrikam = make_organization("Fabrikam")
    fabrikam.domains = ["fabrikam.example"]
    fabrikam.save()

    arrive(sender="New Hire <new@fabrikam.example>", subject="键盘坏了", text="请帮忙更换键盘，谢谢。")
    arrive(sender="x@nowhere.example", subject="hi")

    known, unknown = Ticket.objects.order_by("number")
    assert (known.organization, known.requester.name, known.language) == (fabrikam, "New Hire", "zh-hans")
    assert known.requester.language == "zh-hans"
    assert unknown.organization not in {fabrikam, cast.contoso}
    assert not unknown.organization.is_provider


def test_same_mail_through_two_doors_is_one_ticket(cast: Cast) -> None:
    arrive(message_id="<same@contoso.example>")
    letter = arrive(message_id="<same@contoso.example>", X_Door="two")

    assert Ticket.objects.count() == 1
    assert letter.state == "processed"
    assert receive_mail(actor=SYSTEM, inbound_id=letter.pk) is None


def test_answer_to_the_receipt_joins(cast: Cast) -> None:
    arrive()
    receipt = OutboundMessage.objects.get()

    arrive(subject="Re: something else", text="More.\n\n> old words", In_Reply_To=receipt.message_id)

    ticket = Ticket.objects.get()
    assert [message.kind for message in ticket.messages.order_by("id")] == ["request", "reply"]
    assert "old words" not in ticket.messages.latest("id").body_text


def test_answer_by_number_in_the_subject_joins_and_resumes(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False)
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="?", status="waiting_requester")
    drain()

    arrive(subject="Re: [INC-1] VPN drops", text="Version 3")

    ticket.refresh_from_db()
    assert (ticket.status, ticket.last_message_by_requester) == ("open", True)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("by_thread", [True, False])
def test_strangers_never_join(cast: Cast, by_thread: bool) -> None:
    ticket = make_ticket(cast)
    drain()
    receipt = OutboundMessage.objects.get()
    headers = {"In_Reply_To": receipt.message_id} if by_thread else {}

    arrive(
        sender=f"Sam <{cast.stranger.email}>",
        subject=f"Re: [{ticket.display_id}] VPN",
        text="Let me in",
        **headers,
    )

    assert ticket.messages.count() == 1
    theirs = Ticket.objects.exclude(pk=ticket.pk).get()
    assert (theirs.requester, theirs.organization) == (cast.stranger, cast.stranger.organization)
    assert "INC-1" not in theirs.subject


def test_somebody_a_technician_wrote_to_may_answer(cast: Cast) -> None:
    ticket = make_ticket(cast, acknowledge=False)
    actions.reply(
        actor=cast.actor("technician"), ticket=ticket, body="Dear supplier", cc=["help@supplier.example"],
        status="waiting_supplier",
    )  # fmt: skip
    drain()
    mail_out = OutboundMessage.objects.get()

    arrive(sender="help@supplier.example", subject="Re: it", text="Fixed.", References=mail_out.message_id)

    answer = ticket.messages.latest("id")
    assert (answer.body_text, answer.by_requester) == ("Fixed.", True)
    assert answer.author == Person.objects.get(email="help@supplier.example")
    assert not ticket.watchers.exists()


def test_technicians_by_mail_leave_a_note(cast: Cast) -> None:
    ticket = make_ticket(cast)
    drain()

    arrive(sender=f"Tina <{cast.technician.email}>", subject="Re: [INC-1] VPN", text="Probably DNS")

    assert ticket.messages.latest("id").kind == "note"
    assert Ticket.objects.get().first_replied_at is None


def test_late_answers_make_a_new_ticket(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Done")
    actions.confirm_ticket(actor=cast.actor("requester"), ticket=ticket)
    drain()

    with clock.frozen(clock.now() + timedelta(days=20)):
        arrive(subject="Re: [INC-1] VPN drops", text="Again!")

    assert Ticket.objects.count() == 2
    assert Ticket.objects.latest("id").subject == "Re: VPN drops"


def test_lists_get_no_receipt_and_automatic_replies_no_ticket(cast: Cast) -> None:
    arrive(subject="News", List_Id="<news.contoso.example>", Precedence="list")
    assert Ticket.objects.count() == 1
    arrive(subject="Out of office", text="Away", Auto_Submitted="auto-replied")

    assert Ticket.objects.count() == 1
    assert not OutboundMessage.objects.exists()


def test_inactive_senders_wait_in_quarantine(cast: Cast) -> None:
    Person.objects.filter(pk=cast.requester.pk).update(is_active=False)

    row = arrive()

    assert (row.state, row.reason) == ("quarantined", "unknown_sender")
    assert not Ticket.objects.exists()


def test_mail_to_a_team_reaches_that_team(cast: Cast) -> None:
    cast.network.email_address = "network@localhost"
    cast.network.save()

    arrive(to="network@localhost")

    assert Ticket.objects.get().team == cast.network


def test_screenshot_alone_is_enough(cast: Cast) -> None:
    arrive(subject="", text="", attachment="png")

    assert Ticket.objects.count() + InboundMessage.objects.filter(state="quarantined").count() == 1


def test_erased_people_leave_no_words(cast: Cast) -> None:
    from firstline.tickets.actions.forgetting import forget_person
    from firstline.tickets.queries import search_tickets

    ticket = make_ticket(cast, "Salary of Rita", body="my secret")
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="Dear user")
    traces = traces_of(cast.requester)
    Person.objects.filter(pk=cast.requester.pk).update(name="#1 (erased)")

    removed = forget_person(actor=SYSTEM, traces=traces)

    assert (removed["tickets"], removed["messages"]) == (1, 1)
    assert forget_person(actor=SYSTEM, traces=traces)["messages"] == 0

    texts = " ".join(f"{m.author_label} {m.body_text} {m.body_html} {m.to}" for m in Message.objects.all())
    assert "secret" not in texts
    assert "Rita" not in texts + Ticket.objects.get().subject
    settle()
    assert search_tickets(cast.actor("technician"), "secret") == []
    assert len(search_tickets(cast.actor("technician"), "dear")) == 1
