"""The way back in the message after a step."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstline.files.models import StoredFile
from firstline.kit.actor import SYSTEM
from firstline.tickets.actions import change_status, release_message
from firstline.tickets.models import Message, Step, Ticket
from firstline.tickets.testing import Cast

HTMX = {"HX-Request": "true"}


@pytest.fixture
def base(ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.number}/"


def undo_url(page: str) -> str:
    found = re.search(r'<undo-toast.*?action="(/desk/steps/\d+/undo/)".*?</undo-toast>', page, re.DOTALL)
    assert found, "no way back"
    return found[1]


def test_a_status_is_taken_back_from_the_page(tina: Client, ticket: Ticket, base: str) -> None:
    tina.post(f"{base}status/", {"status": "scheduled"})
    url = undo_url(tina.get(base).content.decode())

    answer = tina.post(url)

    ticket.refresh_from_db()
    assert (answer.status_code, answer["Location"], ticket.status) == (303, base, "new")
    assert "Taken back" in tina.get(base).content.decode()


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("taking/", {}),
        ("status/", {"status": "waiting_supplier"}),
        ("priority/", {"priority": "1", "reason": "The boss"}),
        ("answers/", {"mode": "reply", "body": "New cable.", "after": "resolved"}),
    ],
)
def test_each_step_says_how_to_take_it_back(
    tina: Client, ticket: Ticket, base: str, path: str, sent: dict[str, str]
) -> None:
    page = tina.post(f"{base}{path}", sent, headers=HTMX).content.decode()

    answer = tina.post(undo_url(page), headers=HTMX)

    ticket.refresh_from_db()
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith('<main id="main"')
    assert (ticket.status, ticket.assignee_id, ticket.priority) == ("new", None, 3)


def test_a_reply_comes_back_into_the_box(tina: Client, ticket: Ticket, base: str) -> None:
    file = SimpleUploadedFile("notes.txt", b"cables", content_type="text/plain")
    sent = {
        "mode": "reply",
        "body": "New cable.",
        "cc": "boss@contoso.com",
        "after": "resolved",
        "files": file,
    }
    page = tina.post(f"{base}answers/", sent, headers=HTMX).content.decode()

    answer = tina.post(undo_url(page))

    assert answer.status_code == 303
    back = tina.get(answer["Location"].partition("#")[0]).content.decode()
    assert "New cable.</textarea>" in back
    assert 'value="boss@contoso.com"' in back
    kept = StoredFile.objects.get(name="notes.txt")
    assert f'name="kept" value="{kept.pk}" checked' in back
    assert not Message.objects.filter(body_text="New cable.").exists()

    again = {"mode": "reply", "body": "Newer cable.", "kept": [str(kept.pk), "nonsense"]}
    tina.post(f"{base}answers/", again)
    assert Message.objects.get(body_text="Newer cable.").attachments.get().file == kept


def test_words_stay_with_who_wrote_them(
    cast: Cast, enter: object, tina: Client, ticket: Ticket, base: str
) -> None:
    page = tina.post(f"{base}answers/", {"mode": "reply", "body": "Zirkonium"}, headers=HTMX).content.decode()
    tina.post(undo_url(page))
    tom = enter(cast.teammate)  # type: ignore[operator]

    assert tom.get(f"{base}?back={Step.objects.get(kind='reply').pk}").status_code == 404
    assert b"Zirkonium" not in tom.get(base).content


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_it_says_why_it_is_too_late(
    cast: Cast, tina: Client, ticket: Ticket, base: str, headers: dict[str, str]
) -> None:
    page = tina.post(f"{base}status/", {"status": "scheduled"}, headers=HTMX).content.decode()
    change_status(actor=cast.actor("teammate"), ticket=ticket, status="waiting_supplier")

    answer = tina.post(undo_url(page), headers=headers)

    said = answer.content.decode() if headers else tina.get(base).content.decode()
    assert "Not taken back: Tom Teammate has changed the status since." in said
    ticket.refresh_from_db()
    assert ticket.status == "waiting_supplier"


def test_what_left_has_left(tina: Client, ticket: Ticket, base: str) -> None:
    page = tina.post(
        f"{base}answers/", {"mode": "reply", "body": "New cable."}, headers=HTMX
    ).content.decode()
    assert "not sent yet" in page
    release_message(actor=SYSTEM, message_id=Message.objects.get(body_text="New cable.").pk)

    answer = tina.post(undo_url(page), headers=HTMX).content.decode()

    assert "The reply has left already." in answer
    assert "not sent yet" not in answer


def test_from_elsewhere_one_is_led_to_the_ticket(tina: Client, ticket: Ticket, base: str) -> None:
    page = tina.post(f"{base}taking/", headers=HTMX).content.decode()

    answer = tina.post(undo_url(page), headers={**HTMX, "HX-Current-URL": "http://testserver/desk/"})

    assert answer["HX-Redirect"] == base
