"""Real SMTP: into our door, and out into the built-in outbox."""

import smtplib
import socket
from datetime import timedelta

import pytest
from django.core.mail import send_mail
from django.db import transaction

from firstline.accounts.testing import make_actor
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.kit.errors import InvalidInput
from firstline.kit.refs import Ref
from firstline.mail import actions, listener, queries, sink
from firstline.mail.enums import Source
from firstline.mail.events import MessageReceived
from firstline.mail.models import InboundMessage, Mailbox, OutboundMessage, SinkMessage
from firstline.mail.parsing import parse
from firstline.mail.storage import load
from firstline.organizations.testing import make_team
from firstline.outbox.models import Event
from firstline.outbox.testing import drain, run_periodic

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = (
    "From: Anna Zhang <anna@contoso.com>\r\nTo: support@localhost\r\nSubject: VPN\r\n"
    "Message-ID: <one@contoso.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n打不开 VPN\r\n"
).encode()


@pytest.fixture
def door():
    port = listener.start(0)
    yield port
    listener.stop()


@pytest.fixture
def basin():
    yield
    sink.stop()


def connect(port: int) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", port, timeout=120)


def test_a_message_is_on_disk_before_the_answer_and_announced_once(door):
    with connect(door) as client:
        client.sendmail("anna@contoso.com", ["support@localhost"], MAIL)
        client.sendmail("anna@contoso.com", ["support@localhost"], MAIL)

        row = InboundMessage.objects.get()
        assert load(row.path) == MAIL
        assert (row.state, row.envelope_from, row.envelope_to) == (
            "received",
            "anna@contoso.com",
            ["support@localhost"],
        )
    drain()
    actions.process(inbound_id=row.pk, actor=SYSTEM)
    drain()
    seen = [event.payload["inbound_id"] for event in Event.objects.filter(name="mail.message_received")]
    assert seen == [row.pk]
    mail = queries.parsed(row.pk)
    assert (mail.from_.address, mail.from_.name, mail.subject, mail.reply, mail.language) == (
        "anna@contoso.com",
        "Anna Zhang",
        "VPN",
        "打不开 VPN",
        "zh-hans",
    )
    assert MessageReceived(row.pk).inbound_id == row.pk


def test_only_our_addresses_are_taken_before_data(door):
    make_team("Network", email_address="net@support.example")
    Mailbox.objects.create(address="Help@support.example", smtp_host="mail.example")
    with connect(door) as client:
        client.ehlo()
        client.mail("a@b.example")

        assert client.rcpt("support@localhost")[0] == 250
        assert client.rcpt("SUPPORT+tok3n@localhost")[0] == 250
        assert client.rcpt("help@support.example")[0] == 250
        assert client.rcpt("net@support.example")[0] == 250
        assert client.rcpt("someone@elsewhere.example")[0] == 550


def test_a_message_too_large_or_too_frequent_is_refused():
    port = listener.start(0, per_minute=2)
    try:
        with connect(port) as client:
            client.ehlo()
            assert int(client.esmtp_features["size"]) == 25 * 2**20
            assert client.mail("a@b.example", ["size=99000000"])[0] == 552
            client.rset()
            assert [client.mail("c@b.example")[0], client.rset()[0]] == [250, 250]
            assert [client.mail("c@b.example")[0], client.rset()[0]] == [250, 250]
            assert client.mail("c@b.example")[0] == 451
            assert client.mail("d@b.example")[0] == 250
    finally:
        listener.stop()


def test_eight_bit_and_unicode_addresses_come_through(door):
    raw = "From: 张三 <张三@例子.example>\r\nSubject: 打印机 坏了\r\n\r\n你好\r\n".encode()
    with connect(door) as client:
        client.ehlo()
        client.sendmail("张三@例子.example", ["support@localhost"], raw, ["SMTPUTF8", "BODY=8BITMIME"])
    drain()

    row = InboundMessage.objects.get()
    assert (row.from_address, row.from_name, row.subject) == ("张三@例子.example", "张三", "打印机 坏了")


def test_a_taken_port_gives_a_free_one():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        try:
            port = listener.start(taken.getsockname()[1])
            assert port not in {0, taken.getsockname()[1]}
            assert listener.start(1) == port
        finally:
            listener.stop()


def test_what_cannot_be_understood_waits_in_quarantine_until_someone_decides(door):
    with connect(door) as client:
        client.sendmail("", ["support@localhost"], b"Subject: no sender\r\n\r\nhello\r\n")
    drain()
    row = InboundMessage.objects.get()
    assert (row.state, row.reason, row.attempts) == ("quarantined", "no_sender", 1)
    administrator = make_actor("Ada Admin", "administrator")

    actions.retry(actor=administrator, inbound_id=row.pk)
    drain()
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempts) == ("quarantined", "no_sender", 2)

    actions.drop(actor=administrator, inbound_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.reason, row.detail) == ("ignored", "dropped", "no_sender")


def test_what_nobody_settles_becomes_visible(door):
    with connect(door) as client:
        client.sendmail("anna@contoso.com", ["support@localhost"], MAIL)
    drain()
    row = InboundMessage.objects.get()
    run_periodic("mail.sweep")
    row.refresh_from_db()
    assert row.state == "received"

    with clock.frozen(clock.now() + timedelta(hours=1)):
        actions.quarantine_forgotten()
    row.refresh_from_db()
    assert (row.state, row.reason) == ("quarantined", "processing_failed")

    with transaction.atomic():
        actions.settle(inbound_id=row.pk, ref=Ref("ticket", 7, "INC-7"))
    row.refresh_from_db()
    assert (row.state, row.reason, row.result_label) == ("processed", "", "INC-7")


def test_the_same_bytes_without_an_id_are_new_after_a_while():
    raw = b"From: cron@contoso.com\r\nSubject: disk full\r\n\r\nfull\r\n"
    first = actions.receive(raw=raw, source=Source.COMMAND)

    assert actions.receive(raw=raw, source=Source.COMMAND).pk == first.pk
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert actions.receive(raw=raw, source=Source.COMMAND).pk != first.pk


def test_a_message_of_ours_goes_out_by_smtp_once(basin):
    with transaction.atomic():
        row = actions.send(
            actor=SYSTEM,
            to=["anna@contoso.com"],
            cc=["bob@contoso.com", "anna@contoso.com"],
            subject="Re: 打印机\r\nBcc: evil@example.com",
            text="你好\n.\nzweite Zeile",
            html="<p>你好</p>",
            in_reply_to="<one@contoso.com>",
            references=["<zero@contoso.com>", "<one@contoso.com>", "bad\r\nX-Evil: 1"],
            ref=Ref("ticket", 7, "INC-7"),
            language="zh-hans",
            is_automatic=True,
            from_name='Support "Desk", 支持',
        )
    drain()

    row.refresh_from_db()
    assert (row.state, row.attempts, row.accepted, row.error) == (
        "sent",
        1,
        ["anna@contoso.com", "bob@contoso.com"],
        "",
    )
    sunk = SinkMessage.objects.get()
    assert (sunk.outbound_id, sunk.envelope_to) == (row.pk, ["anna@contoso.com", "bob@contoso.com"])
    raw = load(sunk.path)
    assert raw.isascii()
    mail = parse(raw)
    assert (mail.from_.name, mail.from_.address) == ('Support "Desk", 支持', "support@localhost")
    assert mail.subject == "Re: 打印机 Bcc: evil@example.com"
    assert mail.text == "你好\n.\nzweite Zeile"
    assert mail.html == "<p>你好</p>"
    assert mail.references == ("<zero@contoso.com>", "<one@contoso.com>")
    assert b"\nBcc:" not in raw
    assert b"\nX-Evil" not in raw
    assert b"\nAuto-Submitted: auto-replied" in raw


def test_an_address_in_chinese_is_reached(basin):
    with transaction.atomic():
        row = actions.send(actor=SYSTEM, to=["张三@例子.example"], subject="你好", text="x")
    drain()

    row.refresh_from_db()
    assert (row.state, row.to) == ("sent", ["张三@xn--fsqu00a.example"])
    assert parse(load(SinkMessage.objects.get().path)).to[0].address == "张三@xn--fsqu00a.example"


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.example", "a b@c.example", "a@b@c", "a@b\r\nBcc: x@y", "a<b>@c", "a@" + "b" * 300],
)
def test_what_is_no_address_is_not_queued(address):
    with transaction.atomic(), pytest.raises(InvalidInput, match="mail_address_invalid"):
        actions.send(actor=SYSTEM, to=[address], subject="Hi", text="x")


def test_the_outbox_takes_nothing_else(basin):
    port = sink.start()
    with connect(port) as client, pytest.raises(smtplib.SMTPDataError):
        client.sendmail("a@b.example", ["c@d.example"], MAIL)
    assert not SinkMessage.objects.exists()


def test_a_reply_finds_its_thread_and_our_own_mail_is_a_loop(basin, door):
    with transaction.atomic():
        row = actions.send(
            actor=SYSTEM, to=["anna@contoso.com"], subject="Hi", text="x", ref=Ref("ticket", 7, "INC-7")
        )
    drain()
    answer = MAIL.replace(b"Subject: VPN", f"Subject: Re\r\nIn-Reply-To: {row.message_id}".encode())
    with connect(door) as client:
        client.sendmail("anna@contoso.com", ["support@localhost"], answer)
        client.sendmail("anna@contoso.com", ["support@localhost"], load(SinkMessage.objects.get().path))
    drain()

    first, second = InboundMessage.objects.order_by("id")
    assert queries.thread_ref(queries.parsed(first.pk)) == Ref("ticket", 7, "INC-7")
    assert (second.state, second.reason) == ("ignored", "loop")


def test_a_bounce_marks_what_it_is_about(basin, door):
    with transaction.atomic():
        row = actions.send(actor=SYSTEM, to=["gone@contoso.com"], subject="Hi", text="x")
    drain()
    bounce = (
        "From: MAILER-DAEMON@mx.example\r\nTo: support@localhost\r\nSubject: Undelivered Mail\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; gone@contoso.com\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {row.message_id}\r\n\r\n--b--\r\n"
    )
    with connect(door) as client:
        client.sendmail("", ["support@localhost"], bounce)
    drain()

    row.refresh_from_db()
    assert (row.state, row.refused) == ("failed", {"gone@contoso.com": "5.1.1 550 no such user"})
    assert InboundMessage.objects.get().reason == "bounce"


def test_django_mail_is_queued_like_ours(basin, settings):
    settings.EMAIL_BACKEND = "firstline.mail.backend.OutboxEmailBackend"
    send_mail("Reset", "Follow https://x.example/", None, ["anna@contoso.com"], html_message="<b>x</b>")
    drain()

    row = OutboundMessage.objects.get()
    assert (row.state, row.to, row.html, row.is_automatic) == ("sent", ["anna@contoso.com"], "<b>x</b>", True)
