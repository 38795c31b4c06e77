"""The reply box over HTTP: keeping words, stopping for news, sharing, previewing, files on their own."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.kit import clock
from firstline.knowledge.actions import ArticleContent, create_article, publish_article
from firstline.search.testing import settle
from firstline.tickets import actions
from firstline.tickets.models import Attachment, Message, ReplyDraft, Ticket
from firstline.tickets.queries import last_message_id
from firstline.tickets.testing import Cast
from firstline.writing.models import TextModule

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
HTML = "<script>alert(1)</script>"


@pytest.fixture
def base(ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.number}/"


def test_what_is_typed_is_there_after_a_reload(tina: Client, base: str) -> None:
    sent = {"body": "Half a thought", "mode": "note", "cc": "b@contoso.com", "revision": "0"}
    answer = tina.post(f"{base}draft/", sent, headers=JSON)

    page = tina.get(base).content.decode()
    assert (answer.status_code, answer.json()["revision"]) == (200, 1)
    assert "Half a thought</textarea>" in page
    assert 'id="mode-note" checked' in page
    assert 'name="revision" value="1"' in page


def test_without_scripts_a_draft_is_kept_by_a_button(tina: Client, base: str) -> None:
    tina.post(f"{base}draft/", {"body": "First", "revision": "0"})
    answer = tina.post(f"{base}draft/", {"body": "Second", "revision": "0"})

    assert (answer.status_code, answer["Location"]) == (303, f"{base}#composer")
    assert ReplyDraft.objects.get().body == "Second"


def test_another_window_is_told_and_may_insist(tina: Client, base: str) -> None:
    tina.post(f"{base}draft/", {"body": "Here", "revision": "0"}, headers=JSON)

    beaten = tina.post(f"{base}draft/", {"body": "There", "revision": "0"}, headers=JSON)
    forced = tina.post(f"{base}draft/", {"body": "There", "revision": "0", "force": "1"}, headers=JSON)

    assert beaten.status_code == 409
    assert (beaten.json()["code"], beaten.json()["revision"]) == ("draft_moved_on", 1)
    assert forced.status_code == 200
    assert ReplyDraft.objects.get().body == "There"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_news_stops_the_reply_once_and_shows_itself(
    tina: Client, cast: Cast, ticket: Ticket, base: str, headers: dict[str, str]
) -> None:
    seen = str(last_message_id(ticket.pk))
    actions.reply(actor=cast.actor("requester"), ticket=ticket, body=f"Solved by itself {HTML}")

    sent = {"mode": "reply", "body": "Try the cable.", "seen": seen}
    stopped = tina.post(f"{base}answers/", sent, headers=headers)
    page = stopped.content.decode()
    again = tina.post(f"{base}answers/", {**sent, "seen": str(last_message_id(ticket.pk))}, headers=headers)

    assert stopped.status_code == 409
    assert "Rita Requester wrote while you were writing" in page
    assert "Send anyway" in page
    assert "Try the cable.</textarea>" in page
    assert f'name="seen" value="{Message.objects.filter(by_requester=True).latest("id").pk}"' in page
    assert HTML not in page
    assert again.status_code in {200, 303}
    assert Message.objects.filter(body_text="Try the cable.").count() == 1


def test_sending_empties_the_draft(tina: Client, base: str) -> None:
    tina.post(f"{base}draft/", {"body": "Try the cable.", "revision": "0"}, headers=JSON)

    page = tina.post(f"{base}answers/", {"mode": "reply", "body": "Try the cable."}, headers=HTMX)

    assert 'name="revision" value="2"' in page.content.decode()
    assert ReplyDraft.objects.get().is_empty


def test_a_colleague_sees_and_goes_on(tina: Client, cast: Cast, ticket: Ticket, base: str) -> None:
    begun = actions.save_draft(actor=cast.actor("teammate"), ticket=ticket, body=f"As I said {HTML}")
    tina.post(f"{base}draft/", {"body": "Mine", "revision": "0"}, headers=JSON)

    shown = tina.get(f"{base}drafts/").content.decode()
    answer = tina.post(f"{base}drafts/{begun.pk}/taking/", headers=HTMX)
    page = answer.content.decode()

    assert "Tom Teammate is writing a reply" in shown
    assert HTML not in shown + page
    assert "data-back" in page
    assert "You go on with what Tom Teammate began" in page
    own = ReplyDraft.objects.get(author=cast.technician)
    assert own.body == f"As I said {HTML}\n\nMine"
    assert tina.post(f"{base}drafts/{begun.pk}/taking/").status_code == 404


def test_the_preview_reads_as_the_mail_will(tina: Client, cast: Cast, ticket: Ticket, base: str) -> None:
    body = f"**Now** {HTML}"

    preview = tina.post(f"{base}preview/", {"body": body}).content.decode()
    tina.post(f"{base}answers/", {"mode": "reply", "body": body})

    assert Message.objects.latest("id").body_html.strip() in preview
    assert "<strong>Now</strong>" in preview
    assert HTML not in preview
    assert "Nothing written yet." in tina.post(f"{base}preview/", {"body": " "}).content.decode()


def test_a_file_is_stored_at_once_and_named_by_the_reply(tina: Client, ticket: Ticket, base: str) -> None:
    stored = tina.post(f"{base}files/", {"file": SimpleUploadedFile("日志.txt", b"boot")}, headers=JSON)
    sent = {"mode": "reply", "body": "See the log.", "kept": stored.json()["id"]}
    tina.post(f"{base}draft/", {**sent, "revision": "0"}, headers=JSON)

    page = tina.get(base).content.decode()
    tina.post(f"{base}answers/", sent)

    assert stored.status_code == 201
    assert "日志.txt" in page
    assert [each.file.name for each in Attachment.objects.all()] == ["日志.txt"]


@pytest.mark.parametrize("sent", [{}, {"file": SimpleUploadedFile("a.txt", b"")}, {"file": "words"}])
def test_a_file_that_cannot_be_kept_says_why(tina: Client, base: str, sent: dict[str, object]) -> None:
    answer = tina.post(f"{base}files/", sent, headers=JSON)

    assert answer.status_code == 422
    assert json.loads(answer.content)["error"]


def test_texts_articles_and_colleagues_are_offered(
    tina: Client, cast: Cast, ticket: Ticket, base: str
) -> None:
    TextModule.objects.create(
        name="Restart",
        keyword="re",
        body_en=f"Hi {{{{ requester.first_name }}}} {HTML}",
        updated_at=clock.now(),
    )
    writer = actor_for(make_person("Sue Specialist", "system_administrator"))
    for_all = ArticleContent("Restart ] VPN", "Click.", "en")
    inner = ArticleContent("Restart the core switch", "x", "en", audience="team", team=cast.desk)
    made = [create_article(actor=writer, content=content) for content in (for_all, inner)]
    for article in made:
        publish_article(actor=writer, article=article)
    settle()

    slash = tina.get(f"{base}inserts/?kind=slash&q=restart").content.decode()
    named = tina.get(f"{base}inserts/?kind=at&q=tom").content.decode()

    assert 'data-text="Hi Rita &lt;script&gt;alert(1)&lt;/script&gt;"' in slash
    assert f"[Restart ) VPN](http://localhost:8000/portal/articles/{made[0].pk}/)" in slash
    assert "core switch" not in slash
    assert 'data-text="@Tom Teammate "' in named
    assert "Nothing fits" in tina.get(f"{base}inserts/?kind=at&q=rita").content.decode()
