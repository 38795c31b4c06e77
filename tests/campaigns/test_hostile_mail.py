"""Hostile mail: settled, ignored with a reason, or kept in quarantine where the administrator finds it."""

import smtplib
import socket
from collections import Counter

import pytest
from tests.campaigns.hostile import Desk, speaks
from tests.campaigns.mails import MAILS, mail

pytestmark = [pytest.mark.campaign, pytest.mark.usefixtures("unharmed")]
SETTLED = {"processed", "quarantined", "ignored"}


def send(desk: Desk, raw: bytes, sender: str = "client01@works.example") -> int:
    with smtplib.SMTP("127.0.0.1", desk.service.smtp_port, timeout=240) as smtp:
        smtp.ehlo()
        smtp.mail(sender)
        smtp.rcpt("support@localhost")
        code = smtp.data(raw)[0]
    desk.note("mails", code)
    return code


def test_malformed_mails_are_settled_or_wait_in_quarantine(desk: Desk) -> None:
    before = desk.books.count("SELECT coalesce(max(id), 0) FROM mail_inboundmessage")
    foreign = "SELECT count(*) FROM tickets_message WHERE ticket_id IN (1, 2, 3)"
    of_others = desk.books.count(foreign)
    answers = {name: send(desk, raw) for name, raw in MAILS.items()}
    desk.memory_bytes()
    desk.settle()

    # Only what no mail may be is turned away at the door.
    assert {name for name, code in answers.items() if code != 250} == {"a line of megabytes"}
    rows = desk.books.rows("SELECT id, state, reason FROM mail_inboundmessage WHERE id > ?", before)
    states = Counter(state for _, state, _ in rows)
    assert states.total() == len(MAILS) - 1
    assert set(states) <= SETTLED
    assert [row for row in rows if row[1] != "processed" and not row[2]] == []
    assert desk.books.count(foreign) == of_others, "a stranger wrote into another customer's ticket"
    for language in ("en", "zh-CN"):
        client = desk.client("administrator", language)
        for state in ("", *SETTLED):
            assert client.get(f"/admin/mail/?state={state}")[0] == 200
        for number, _state, _reason in rows:
            status, page = client.get(f"/admin/mail/inbound/{number}/")
            assert status == 200
            assert speaks(page, language) or language == "en"
    helper = desk.client("specialist")
    for number in desk.books.column("SELECT number FROM tickets_ticket"):
        assert helper.get(f"/desk/tickets/{number}/")[0] in {200, 404}


def test_a_message_delivered_twice_counts_once_and_another_one_under_its_identity_is_kept(desk: Desk) -> None:
    one = mail(b"Message-ID: <twice@works.example>", b"Subject: twice", body=b"the same\r\n")
    other = mail(b"Message-ID: <twice@works.example>", b"Subject: not the same", body=b"another\r\n")

    assert send(desk, one) == 250
    desk.settle()  # Which of two that come at once is the first, is not said.
    assert [send(desk, raw) for raw in (one, other, one)] == [250] * 3
    desk.settle()

    tickets = desk.books.column("SELECT subject FROM tickets_ticket WHERE subject LIKE '%twice%'")
    assert tickets == ["twice"]
    states = "SELECT state FROM mail_inboundmessage WHERE message_id LIKE '%twice@works.example%'"
    assert set(desk.books.column(states)) <= SETTLED


def test_what_passes_the_limit_is_refused_in_words_and_leaves_nothing(desk: Desk) -> None:
    with desk.untouched(), smtplib.SMTP("127.0.0.1", desk.service.smtp_port, timeout=240) as smtp:
        smtp.ehlo()
        assert smtp.mail("client01@works.example", ["SIZE=99999999"])[0] == 552
        smtp.rset()
        assert smtp.mail("client01@works.example")[0] == 250
        assert smtp.rcpt("somebody@elsewhere.invalid")[0] == 550
        smtp.rcpt("support@localhost")
        code, words = smtp.data(mail(body=(b"a" * 998 + b"\r\n") * 31_500))  # 31 MB
        assert (code, b"Too much" in words) == (552, True)
        desk.note("mails", code)
    desk.memory_bytes()

    assert not list((desk.data / "mail").rglob("*.part"))


@pytest.mark.parametrize(
    "said",
    [
        b"\x00" * 2000 + b"\r\n",
        b"MAIL FROM:<a@b>\r\nMAIL FROM:<c@d>\r\nRCPT TO:<x>\r\n",
        b"EHLO x\r\nDATA\r\n.\r\n",
        b"EHLO " + b"x" * 100_000 + b"\r\n",
        b"EHLO x\r\nMAIL FROM:<" + b"a" * 5000 + b"@b>\r\n",
        "EHLO x\r\nMAIL FROM:<用户@例子.公司> SMTPUTF8\r\nRCPT TO:<支持@localhost>\r\n".encode(),
        b"EHLO x\r\nMAIL FROM:<a@b> SIZE=-1\r\nMAIL FROM:<a@b> SIZE=x BODY=9BIT\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"EHLO x\r\nMAIL FROM:<a@works.example>\r\nRCPT TO:<support@localhost>\r\nDATA\r\nSubject: cut",
        b"EHLO x\r\nSTARTTLS\r\n\x16\x03\x01\x02\x00",
        b"EHLO x\r\nAUTH PLAIN AGEAYg==\r\nAUTH LOGIN\r\n",
    ],
)
def test_nonsense_at_the_door_leaves_nothing(desk: Desk, said: bytes) -> None:
    before = desk.books.count("SELECT count(*) FROM mail_inboundmessage")
    with socket.create_connection(("127.0.0.1", desk.service.smtp_port), timeout=240) as line:
        line.recv(1000)
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        heard = b""
        while piece := line.recv(4096):
            heard += piece
    desk.sent["lines"] += said.count(b"\n")

    # A 354 is heard or not: the line may be cut while it is on its way.
    assert all(answer[:1] in b"2345" for answer in heard.split(b"\r\n") if answer), heard
    assert desk.books.count("SELECT count(*) FROM mail_inboundmessage") == before
