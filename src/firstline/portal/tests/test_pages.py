"""What an employee can do in the portal, and what the portal never shows."""

import re
import uuid

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.devices.testing import make_device
from firstline.organizations.testing import make_organization, make_team
from firstline.tickets import actions
from firstline.tickets.models import Message, Rating, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\0" * 20


@pytest.fixture
def employee() -> Person:
    make_team(default=True)
    return make_person("Alice Adams", "requester")


@pytest.fixture
def browser(client: Client, employee: Person) -> Client:
    client.force_login(employee, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def question(**changes: object) -> dict[str, object]:
    fields = {"subject": "VPN fails", "body": "Error 809 since this morning", "can_work": "no", "device": ""}
    return {**fields, "draft_key": str(uuid.uuid4()), **changes}


def test_asking_makes_one_ticket_with_device_and_screenshot(browser: Client, employee: Person) -> None:
    device = make_device(employee.organization, owner=employee)
    sent = question(device=str(device.pk))

    for _ in range(2):  # The button was pressed twice.
        answer = browser.post(
            "/portal/ask/", {**sent, "files": SimpleUploadedFile("错误 809.png", PNG, "image/png")}
        )

    ticket = Ticket.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/portal/requests/{ticket.number}/"
    assert (ticket.requester_id, ticket.device_id, ticket.can_work) == (employee.pk, device.pk, "no")
    page = browser.get(answer["Location"]).content.decode()
    assert "错误 809.png" in page


def test_asking_without_words_keeps_what_was_typed(browser: Client) -> None:
    answer = browser.post("/portal/ask/", question(subject="", body="kept <b>words</b>"))

    assert answer.status_code == 422
    assert "kept &lt;b&gt;words&lt;/b&gt;" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_somebody_elses_device_is_no_choice(browser: Client) -> None:
    foreign = make_device(make_organization("Fabrikam"), hostname="other")

    answer = browser.post("/portal/ask/", question(device=str(foreign.pk)))

    assert answer.status_code == 422
    assert not Ticket.objects.exists()


def test_conversation_shows_replies_and_never_notes(browser: Client, employee: Person) -> None:
    team = make_team(default=True)
    technician = actor_for(make_person("Tess Turner", "technician", teams=[team]))
    ticket = ask(employee)
    actions.reply(actor=technician, ticket=ticket, body="Please restart it.")
    actions.add_note(actor=technician, ticket=ticket, body="Third time this week, user error?")
    assert Message.objects.filter(kind="note").exists()

    page = browser.get(f"/portal/requests/{ticket.number}/").content.decode()

    assert "Please restart it." in page
    assert "Third time" not in page


def test_confirming_rating_and_reopening(browser: Client, employee: Person) -> None:
    team = make_team(default=True)
    technician = actor_for(make_person("Tess Turner", "technician", teams=[team]))
    ticket = ask(employee)
    actions.resolve_ticket(actor=technician, ticket=ticket, solution="Restarted the gateway.")
    url = f"/portal/requests/{ticket.number}/"

    assert "Does it work now?" in browser.get(url).content.decode()
    browser.post(f"{url}reopen/", {"reason": "No."})
    ticket.refresh_from_db()
    assert ticket.status == "open"
    actions.resolve_ticket(actor=technician, ticket=ticket, solution="Really now.")
    browser.post(f"{url}confirm/")
    browser.post(f"{url}rating/", {"stars": "5", "comment": "Quick."})

    ticket.refresh_from_db()
    assert (ticket.status, Rating.objects.get().stars) == ("closed", 5)


def test_other_peoples_requests_do_not_exist(client: Client, employee: Person) -> None:
    ticket = ask(employee)
    stranger = make_person("Charlie", "requester", organization=make_organization("Fabrikam"))
    client.force_login(stranger, backend=settings.AUTHENTICATION_BACKENDS[-1])
    url = f"/portal/requests/{ticket.number}/"

    answers = [client.get(url), client.get(f"{url}conversation/"), client.post(f"{url}reply/", {"body": "x"})]
    answers += [client.post(f"{url}{verb}/") for verb in ("confirm", "reopen", "rating")]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert ticket.display_id not in client.get("/portal/").content.decode()


@pytest.mark.parametrize(
    "path", ["/portal/", "/portal/requests/", "/portal/requests/?show=done", "/portal/devices/"]
)
def test_pages_render_in_both_languages(browser: Client, employee: Person, path: str) -> None:
    make_device(employee.organization, owner=employee)
    ask(employee)

    english = browser.get(path)
    Person.objects.filter(pk=employee.pk).update(language="zh-hans")
    chinese = browser.get(path)

    assert (english.status_code, chinese.status_code) == (200, 200)
    assert re.search(r'<html lang="zh-CN"', chinese.content.decode())
    assert "我的设备" in chinese.content.decode()


def ask(employee: Person) -> Ticket:
    return actions.create_ticket(
        actor=actor_for(employee), requester=employee, subject="VPN fails", body="Error 809", channel="portal"
    )
