"""Fetching from a scripted IMAP server over a real socket, and the connection test."""

import pytest

from firstline.accounts.testing import make_actor
from firstline.kit.errors import InvalidInput
from firstline.mail import actions, checking, imap
from firstline.mail.actions import MailboxSettings
from firstline.mail.models import InboundMessage, Mailbox
from firstline.mail.smtpd import SmtpServer
from firstline.mail.tests.imap_server import ScriptedImap, self_signed
from firstline.outbox.testing import drain, run_periodic

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = b"From: a@b.example\r\nSubject: one\r\nMessage-ID: <1@b.example>\r\n\r\nhello\r\n"


@pytest.fixture
def administrator():
    return make_actor("Ada Admin", "administrator")


def settings_for(server: ScriptedImap, **changes) -> MailboxSettings:
    fields = {
        "address": "help@support.example",
        "imap_host": "127.0.0.1",
        "imap_port": server.port,
        "imap_security": "none",
        "imap_user": "help",
        "imap_password": "secret",
    }
    return MailboxSettings(**(fields | changes))


def test_unseen_messages_are_stored_then_marked(administrator):
    with ScriptedImap({4: MAIL, 9: MAIL.replace(b"one", b"two").replace(b"<1@", b"<2@")}) as server:
        row = actions.save_mailbox(actor=administrator, settings=settings_for(server))
        assert "secret" not in row.imap_password_sealed

        run_periodic("mail.fetch")
        run_periodic("mail.fetch")

        assert server.seen == {4, 9}
        assert all("PEEK" in line for line in server.log if "FETCH" in line.upper() and "BODY" in line)
    subjects = InboundMessage.objects.order_by("id").values_list("subject", "channel")
    assert list(subjects) == [("one", f"imap:{row.pk}"), ("two", f"imap:{row.pk}")]
    row.refresh_from_db()
    assert (row.fetch_error, row.fetched_at is None) == ("", False)


def test_a_connection_lost_before_marking_makes_no_second_message(administrator):
    with ScriptedImap({4: MAIL}) as server:
        row = actions.save_mailbox(actor=administrator, settings=settings_for(server))
        server.drop_after_fetch = True
        with pytest.raises(imap.FAULTS):
            imap.fetch(row)
        server.drop_after_fetch = False

        assert imap.fetch(row) == 1
        assert server.seen == {4}
    drain()
    assert InboundMessage.objects.count() == 1


def test_something_too_large_leaves_its_header_in_quarantine(administrator, monkeypatch):
    monkeypatch.setattr(imap, "SIZE_BYTES_MAX", 50)
    with ScriptedImap({4: MAIL}) as server:
        imap.fetch(actions.save_mailbox(actor=administrator, settings=settings_for(server)))

    row = InboundMessage.objects.get()
    assert (row.state, row.reason, row.size_bytes) == ("quarantined", "too_large", len(MAIL) - 7)


def test_a_mailbox_that_fails_says_so_and_holds_nobody_up(administrator):
    with ScriptedImap({4: MAIL}) as server:
        wrong = actions.save_mailbox(
            actor=administrator, settings=settings_for(server, address="a@b.example", imap_password="no")
        )
        actions.save_mailbox(actor=administrator, settings=settings_for(server))

        run_periodic("mail.fetch")

    wrong.refresh_from_db()
    assert "wrong password" in wrong.fetch_error
    assert InboundMessage.objects.count() == 1


def test_the_connection_test_says_what_is_wrong(administrator):
    def tried(server, **changes):
        draft = actions.apply_settings(Mailbox(), settings_for(server, **changes))
        return checking.check_imap(draft)

    with ScriptedImap({}) as server:
        port = server.port
        assert tried(server).sentence == "Works."
        assert tried(server, imap_password="wrong").code == "login"
        assert tried(server, imap_folder="Nowhere").code == "folder"
        assert tried(server, imap_security="tls").code == "tls"
        assert tried(server, imap_security="starttls").code == "starttls"
        assert tried(server, imap_host="", smtp_host="x").code == "not_configured"
        assert tried(server, imap_host="nowhere.invalid").code == "name_not_found"
    finding = tried(server, imap_port=port)
    assert finding.sentence == (
        f"127.0.0.1 answers, but nothing listens on port {port}. Check port and firewall."
    )


def test_an_untrusted_certificate_is_named_as_such(administrator, tmp_path):
    with ScriptedImap({}, tls=self_signed(tmp_path)) as server:
        draft = actions.apply_settings(Mailbox(), settings_for(server, imap_security="starttls"))

        assert checking.check_imap(draft).code == "certificate"


def test_the_smtp_half_is_tried_too():
    class Picky:
        async def handle_MAIL(self, server, session, envelope, address, mail_options):
            if address.startswith("bad@"):
                return "550 5.7.1 not yours"
            envelope.mail_from = address
            return "250 OK"

    server = SmtpServer(Picky(), host="127.0.0.1", port=0)
    server.start()
    try:

        def tried(**changes):
            fields = {"address": "ok@b.example", "smtp_host": "127.0.0.1", "smtp_port": server.port}
            draft = actions.apply_settings(
                Mailbox(), MailboxSettings(**(fields | {"smtp_security": "none"} | changes))
            )
            return checking.check_smtp(draft)

        assert tried().code == "ok"
        assert tried(address="bad@b.example").code == "sender"
        assert tried(smtp_security="starttls").code == "starttls"
        assert tried(smtp_security="tls").code == "tls"
        assert tried(smtp_user="u", smtp_password="p").code == "login_unsupported"
        assert tried(imap_host="x", smtp_host="").code == "not_configured"
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"address": "nobody"}, "mail_address_invalid"),
        ({"imap_host": "", "smtp_host": ""}, "mailbox_nothing_configured"),
        ({"imap_host": "mail example"}, "mailbox_host_invalid"),
        ({"smtp_port": 0}, "mailbox_port_invalid"),
        ({"address": "TAKEN@b.example"}, "mailbox_address_taken"),
    ],
)
def test_bad_settings_have_a_name(administrator, changes, code):
    fields = {"address": "taken@b.example", "smtp_host": "mail.example"}
    actions.save_mailbox(actor=administrator, settings=MailboxSettings(**fields))

    with pytest.raises(InvalidInput, match=code):
        actions.save_mailbox(
            actor=administrator,
            settings=MailboxSettings(**(fields | {"address": "new@b.example"} | changes)),
        )


def test_stored_password_stays_with_its_server(administrator):
    fields = {"address": "help@example.com", "smtp_host": "mail.example.com", "smtp_user": "help"}
    row = actions.save_mailbox(
        actor=administrator,
        settings=MailboxSettings(**fields, smtp_password="geheim123"),
    )

    for change in ({"smtp_host": "mail.evil.example"}, {"smtp_security": "none"}):
        with pytest.raises(InvalidInput) as refused:
            actions.apply_settings(row, MailboxSettings(**(fields | change)))
        assert (refused.value.code, refused.value.field) == ("mailbox_password_again", "smtp_password")
    assert row.smtp_host == "mail.example.com"
    moved = MailboxSettings(**(fields | {"smtp_host": "mx.example.com"}), smtp_password="neu12345")
    assert (
        actions.save_mailbox(actor=administrator, settings=moved, mailbox=row).smtp_host == "mx.example.com"
    )
