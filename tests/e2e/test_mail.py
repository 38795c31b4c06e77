"""Mail through real SMTP: in, out, and back into its ticket; a forgotten password."""

import re
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import make_msgid

from playwright.sync_api import Page, expect
from tests.e2e.conftest import People
from tests.e2e.service import Service, wait_until
from tests.e2e.steps import PIXEL, SLOW_MS, Outbox

TECHNICIAN, ADMINISTRATOR = "mei.zhao@alder.example", "ravi.menon@alder.example"


def test_mail_becomes_a_ticket_and_an_answer_joins_it(
    service: Service, people: Callable[..., People]
) -> None:
    sender, subject = "sabine.vogel@alder.example", "Label printer prints half a label"
    group = people("en-GB")
    desk = group.signed_in(TECHNICIAN)
    desk.goto("/desk/tickets/?view=open")

    first = _mail(sender, subject, "Since the new roll, only the upper half comes out.")
    first.add_attachment(PIXEL, maintype="image", subtype="png", filename="half-label.png")
    _send(service, first)

    row = desk.locator("a.trow", has_text=subject)
    expect(row).to_be_visible(timeout=SLOW_MS)
    row.click()
    expect(desk.locator("#timeline .attach", has_text="half-label.png")).to_be_visible()

    outbox = Outbox(group.signed_in(ADMINISTRATOR))
    outbox.open(sender, subject)
    answer = _mail(sender, f"Re: {subject}", "It is the one at gate 4.")
    answer["In-Reply-To"] = answer["References"] = outbox.message_id()
    _send(service, answer)
    expect(desk.locator("#timeline .msg", has_text="It is the one at gate 4.")).to_be_visible(timeout=SLOW_MS)
    expect(desk.locator("#timeline .msg")).to_have_count(2)


def test_mail_of_a_machine_is_not_answered(service: Service, people: Callable[..., People]) -> None:
    sender, subject = "birgit.claussen@alder.example", "Out of office until Thursday"
    automatic = _mail(sender, subject, "I am back on Thursday.")
    automatic["Auto-Submitted"] = "auto-replied"
    plain = _mail("katharina.wulf@alder.example", "Toner is empty", "The printer in the canteen.")
    page = people("en-GB").signed_in(ADMINISTRATOR)

    _send(service, automatic)
    wait_until(lambda: _is_settled(page, subject), "settled mail of the machine")
    _send(service, plain)

    outbox = Outbox(page)
    outbox.find("katharina.wulf@alder.example", "Toner is empty")
    assert outbox.count(sender) == 0


def test_forgotten_password_is_set_by_mail(service: Service, people: Callable[..., People]) -> None:
    email, fresh = "uwe.matthiesen@alder.example", "kettle-orbit-meadow-81"
    group = people("en-GB")
    person = group.stranger()
    person.goto("/accounts/password/reset/")
    person.fill("input[name=email]", email)
    person.press("input[name=email]", "Enter")
    person.wait_for_url(re.compile(r"/password/reset/done/"))

    outbox = Outbox(group.signed_in(ADMINISTRATOR))
    letter = outbox.open(email, links_to="/password/reset/key/")
    link = letter.locator('a[href*="/password/reset/key/"]').get_attribute("href")
    assert link
    person.goto(link)
    person.fill("input[name=password]", fresh)
    person.press("input[name=password]", "Enter")
    person.wait_for_url(re.compile(r"/key/done/"))

    assert "/portal/" in group.signed_in(email, password=fresh).url
    person.goto(link)
    expect(person.locator("input[name=password]")).to_have_count(0)


def _mail(sender: str, subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "support@localhost"
    message["Subject"] = subject
    message["Message-ID"] = make_msgid(domain="alder.example")
    message.set_content(body)
    return message


def _send(service: Service, message: EmailMessage) -> None:
    with smtplib.SMTP(*service.smtp, timeout=120) as server:
        assert server.send_message(message) == {}


def _is_settled(page: Page, subject: str) -> bool:
    """Whether the log of what came in has it, and no longer as waiting."""
    page.goto("/admin/mail/")
    row = page.locator("table.data tbody tr", has_text=subject)
    return row.count() == 1 and row.locator(".tag-blue").count() == 0
