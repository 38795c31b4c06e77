"""The pages of Administration."""

import pytest
from django.db import transaction

from firstline.accounts.models import Role
from firstline.accounts.testing import make_person
from firstline.kit.actor import SYSTEM
from firstline.mail import actions, sink
from firstline.mail.enums import Source
from firstline.mail.models import InboundMessage, Mailbox, OutboundMessage
from firstline.outbox.testing import drain

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = b"From: Anna <anna@contoso.com>\r\nSubject: VPN is down\r\n\r\nPlease help <script>x</script>\r\n"


@pytest.fixture
def admin_client(client):
    client.force_login(make_person("Ada Admin", "administrator"))
    return client


@pytest.fixture(autouse=True)
def basin():
    yield
    sink.stop()


def page(client, path, **options):
    response = client.get(path, **options)
    assert response.status_code == 200
    return response.content.decode()


def sent(**fields) -> OutboundMessage:
    with transaction.atomic():
        row = actions.send(
            actor=SYSTEM,
            **({"to": ["anna@contoso.com"], "subject": "Hi", "text": "See https://x.example/1"} | fields),
        )
    drain()
    return row


def test_everything_that_came_in_is_listed_and_can_be_opened(admin_client):
    actions.receive(raw=MAIL, source=Source.COMMAND)
    actions.receive(raw=b"Subject: nobody\r\n\r\nx", source=Source.COMMAND)
    drain()
    lost = InboundMessage.objects.get(state="quarantined")

    html = page(admin_client, "/admin/mail/")
    assert "VPN is down" in html
    assert "names no sender" in html
    assert "VPN is down" not in page(admin_client, "/admin/mail/?state=quarantined")
    opened = page(admin_client, f"/admin/mail/inbound/{InboundMessage.objects.get(state='received').pk}/")
    assert "&lt;script&gt;" in opened
    assert admin_client.get(f"/admin/mail/inbound/{lost.pk}/raw/").content == b"Subject: nobody\r\n\r\nx"
    assert admin_client.post(f"/admin/mail/inbound/{lost.pk}/drop/").status_code == 303
    lost.refresh_from_db()
    assert lost.state == "ignored"
    assert admin_client.post(f"/admin/mail/inbound/{lost.pk}/drop/").status_code == 409


def test_a_mailbox_is_tried_saved_and_keeps_its_password(admin_client):
    form = {
        "address": "help@b.example",
        "is_enabled": "on",
        "imap_port": "993",
        "imap_security": "tls",
        "smtp_host": "127.0.0.1",
        "smtp_port": "1",
        "smtp_security": "none",
        "smtp_user": "help",
        "smtp_password": " s3cret ",
    }
    tried = admin_client.post("/admin/mail/mailbox/new/", form | {"test": "1"}).content.decode()
    assert "nothing listens on port 1" in tried
    assert not Mailbox.objects.exists()

    assert admin_client.post("/admin/mail/mailbox/new/", form | {"address": "x"}).status_code == 422
    assert admin_client.post("/admin/mail/mailbox/new/", form).status_code == 303
    row = Mailbox.objects.get()
    sealed = row.smtp_password_sealed
    path = f"/admin/mail/mailbox/{row.pk}/"
    assert "s3cret" not in page(admin_client, path)
    assert admin_client.post(path, form | {"smtp_password": "", "smtp_port": "25"}).status_code == 303
    row.refresh_from_db()
    assert (row.smtp_port, row.smtp_password_sealed) == (25, sealed)
    assert "help@b.example" in page(admin_client, "/admin/mail/")


def test_the_outbox_shows_what_left_and_its_links(admin_client):
    row = sent()

    html = page(admin_client, f"/admin/outbox-mail/{row.pk}/")
    assert '<a href="https://x.example/1"' in html
    assert "Built-in outbox" in html
    admin_client.force_login(make_person("张管理", "administrator", email="z@b.example", language="zh-hans"))
    assert "内置发件箱" in page(admin_client, "/admin/outbox-mail/")


def test_a_personal_link_is_shown_by_the_built_in_outbox_only(admin_client):
    Mailbox.objects.create(
        address="a@b.example", smtp_host="127.0.0.1", smtp_port=1, smtp_security="none", is_enabled=True
    )
    with transaction.atomic():
        row = actions.send(
            actor=SYSTEM,
            to=["a@c.example"],
            subject="Reset",
            text="https://x.example/secret",
            is_private=True,
        )
    drain(allow_failures=True)

    row.refresh_from_db()
    assert (row.state, row.attempts, row.route) == ("queued", 1, "127.0.0.1:1")
    assert "ConnectionRefused" in row.error
    html = page(admin_client, f"/admin/outbox-mail/{row.pk}/")
    assert "x.example/secret" not in html
    assert "only its recipient may read it" in html


def test_a_personal_link_is_hidden_from_those_who_only_watch_the_work(client):
    role = Role.objects.create(code="watcher", permissions=["admin:outbox:view"])
    watcher = make_person("Wanda Watcher", "technician")
    watcher.role_grants.create(role=role)
    with transaction.atomic():
        row = actions.send(
            actor=SYSTEM,
            to=["a@c.example"],
            subject="Reset",
            text="https://x.example/secret",
            is_private=True,
        )
    actions.keep_sunk(
        raw=b"Subject: Reset\r\n\r\nhttps://x.example/secret",
        envelope_from="support@localhost",
        envelope_to=["a@c.example"],
        message_id=row.message_id,
    )

    client.force_login(watcher)
    assert "x.example/secret" not in page(client, f"/admin/outbox-mail/{row.pk}/")
    client.force_login(make_person("Ada Admin", "administrator"))
    assert "x.example/secret" in page(client, f"/admin/outbox-mail/{row.pk}/")


def test_only_administrators_come_in(client):
    client.force_login(make_person("Tess", "technician"))

    for path in ("/admin/mail/", "/admin/outbox-mail/", "/admin/mail/mailbox/new/"):
        assert client.get(path).status_code == 403
    client.logout()
    assert client.get("/admin/mail/").status_code == 302
