"""Words that were typed and not sent: kept, shared, never sent twice, never lost."""

import io
from datetime import timedelta

import pytest

from firstline.accounts.queries import traces_of
from firstline.files import actions as files
from firstline.files.models import StoredFile
from firstline.files.permissions import can_open
from firstline.kit import clock
from firstline.kit.errors import Conflict, InvalidInput, NotFound
from firstline.outbox.testing import drain
from firstline.tickets import actions, queries
from firstline.tickets.models import Attachment, Message, ReplyDraft
from firstline.tickets.rendering import html_of_message
from firstline.tickets.testing import Cast, make_ticket

WORDS = {"cc": "boss@contoso.example", "after": "waiting_requester"}


def test_words_are_kept_with_what_stands_around_them(cast: Cast) -> None:
    ticket, tina = make_ticket(cast), cast.actor("technician")

    first = actions.save_draft(actor=tina, ticket=ticket, body="I look", fields=WORDS)
    second = actions.save_draft(actor=tina, ticket=ticket, body="I look into it", revision=first.revision)

    own = queries.drafts_of(ticket, tina).own
    assert own is not None
    assert (own.body, own.revision, second.revision) == ("I look into it", 2, 2)
    assert queries.drafts_of(ticket, cast.actor("teammate")).others == [own]


@pytest.mark.parametrize("revision", [0, 1, 3])
def test_a_window_that_is_behind_changes_nothing(cast: Cast, revision: int) -> None:
    ticket, tina = make_ticket(cast), cast.actor("technician")
    kept = actions.save_draft(actor=tina, ticket=ticket, body="One")
    actions.save_draft(actor=tina, ticket=ticket, body="Two", revision=kept.revision)

    with pytest.raises(Conflict, match="draft_moved_on"):
        actions.save_draft(actor=tina, ticket=ticket, body="Old", revision=revision)

    assert ReplyDraft.objects.get().body == "Two"


def test_a_save_that_arrives_after_the_reply_has_left_brings_nothing_back(cast: Cast) -> None:
    ticket, tina = make_ticket(cast), cast.actor("technician")
    kept = actions.save_draft(actor=tina, ticket=ticket, body="Try the cable.")

    actions.reply(actor=tina, ticket=ticket, body="Try the cable.", from_box=True)

    with pytest.raises(Conflict, match="draft_moved_on"):
        actions.save_draft(actor=tina, ticket=ticket, body="Try the", revision=kept.revision)
    assert queries.drafts_of(ticket, cast.actor("teammate")).others == []


def test_the_very_first_save_may_be_late_too(cast: Cast) -> None:
    ticket, tina = make_ticket(cast), cast.actor("technician")
    actions.add_note(actor=tina, ticket=ticket, body="Third time.", from_box=True)

    with pytest.raises(Conflict, match="draft_moved_on"):
        actions.save_draft(actor=tina, ticket=ticket, body="Third time.")


def test_a_colleague_goes_on_with_the_words_and_the_files(cast: Cast) -> None:
    ticket, tina, tom = make_ticket(cast), cast.actor("technician"), cast.actor("teammate")
    file = files.store(actor=tina, stream=io.BytesIO(b"log"), name="vpn.log")
    begun = actions.save_draft(actor=tina, ticket=ticket, body="As I said", kept=[file], fields=WORDS)
    actions.save_draft(actor=tom, ticket=ticket, body="My own")

    actions.take_draft(actor=tom, ticket=ticket, draft_id=begun.pk)

    own = queries.drafts_of(ticket, tom).own
    assert own is not None
    assert (own.body, own.fields["cc"]) == ("As I said\n\nMy own", WORDS["cc"])
    assert queries.drafts_of(ticket, tom).others == []
    with pytest.raises(Conflict):
        actions.save_draft(actor=tina, ticket=ticket, body="As I said!", revision=begun.revision)
    kept = StoredFile.objects.get()
    actions.reply(actor=tom, ticket=ticket, body=own.body, files=[kept], from_box=True)
    assert Attachment.objects.get().file == kept


def test_a_draft_is_for_the_technicians_of_the_ticket(cast: Cast) -> None:
    ticket = make_ticket(cast, team=cast.desk)
    file = files.store(actor=cast.actor("technician"), stream=io.BytesIO(b"log"), name="vpn.log")
    begun = actions.save_draft(actor=cast.actor("technician"), ticket=ticket, body="Secret", kept=[file])
    kept = StoredFile.objects.get()

    for name in ("requester", "outsider", "stranger"):
        actor = cast.actor(name)
        with pytest.raises(NotFound):
            actions.save_draft(actor=actor, ticket=ticket, body="x")
        with pytest.raises(NotFound):
            actions.take_draft(actor=actor, ticket=ticket, draft_id=begun.pk)
        assert queries.drafts_of(ticket, actor) == queries.Drafts(None, [])
        assert not can_open(actor, kept)
    assert can_open(cast.actor("teammate"), kept)


def test_bad_input_is_refused(cast: Cast) -> None:
    ticket, tina = make_ticket(cast), cast.actor("technician")
    strange = files.store(actor=cast.actor("teammate"), stream=io.BytesIO(b"log"), name="vpn.log")

    with pytest.raises(InvalidInput, match="choice_unknown"):
        actions.save_draft(actor=tina, ticket=ticket, body="x", mode="shout")
    with pytest.raises(InvalidInput, match="message_too_long"):
        actions.save_draft(actor=tina, ticket=ticket, body="x" * 200_001)
    with pytest.raises(InvalidInput, match="file_unknown"):
        actions.save_draft(actor=tina, ticket=ticket, body="x", kept=[strange])
    with pytest.raises(NotFound, match="draft_unknown"):
        actions.take_draft(actor=tina, ticket=ticket, draft_id=4711)
    assert not ReplyDraft.objects.exists()


def test_what_came_meanwhile_stops_the_reply_once(cast: Cast) -> None:
    ticket, tina = make_ticket(cast), cast.actor("technician")
    seen = queries.last_message_id(ticket.pk)
    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="It works again!")
    kept = actions.save_draft(actor=tina, ticket=ticket, body="Try the cable.")

    with pytest.raises(Conflict, match="message_arrived") as stopped:
        actions.reply(
            actor=tina, ticket=ticket, body="Try the cable.", hold_seconds=10, seen_message_id=seen,
            from_box=True,
        )  # fmt: skip

    assert stopped.value.params["who"] == "Rita Requester"
    assert [each.body_text for each in queries.arrived_since(ticket.pk, tina, seen)] == ["It works again!"]
    kept.refresh_from_db()
    assert kept.body == "Try the cable."
    newest = queries.last_message_id(ticket.pk)
    actions.reply(actor=tina, ticket=ticket, body="Try the cable.", seen_message_id=newest)
    assert Message.objects.filter(body_text="Try the cable.").count() == 1


def test_ones_own_words_and_machines_stop_nothing(cast: Cast) -> None:
    ticket, tina = make_ticket(cast), cast.actor("technician")
    seen = queries.last_message_id(ticket.pk)
    actions.add_note(actor=tina, ticket=ticket, body="Third time.")
    actions.add_system_message(actor=tina, ticket=ticket, body="Out of office")

    actions.reply(actor=tina, ticket=ticket, body="Try the cable.", seen_message_id=seen)

    assert Message.objects.filter(body_text="Try the cable.").exists()


def test_old_drafts_go_and_their_files_belong_to_nobody(cast: Cast) -> None:
    ticket, tina = make_ticket(cast), cast.actor("technician")
    file = files.store(actor=tina, stream=io.BytesIO(b"log"), name="vpn.log")
    kept = actions.save_draft(actor=tina, ticket=ticket, body="Half", kept=[file])
    actions.save_draft(actor=tina, ticket=ticket, body="Half a", revision=kept.revision)

    assert actions.forget_drafts() == 0
    assert StoredFile.objects.get().kind == ""
    with clock.frozen(clock.now() + timedelta(days=91)):
        assert actions.forget_drafts() == 1


def test_words_of_a_draft_are_forgotten_with_the_requester(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.save_draft(actor=cast.actor("technician"), ticket=ticket, body="Dear Rita")
    drain()

    actions.forgetting.forget_person(actor=cast.actor("manager"), traces=traces_of(cast.requester))

    assert not ReplyDraft.objects.exists()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**now**", "<p><strong>now</strong></p>"),
        (r"\\server\share", r"<p>\\server\share</p>"),
        ("see https://x.example/a?b=1&c.", '<p>see <a href="https://x.example/a?b=1&amp;c" rel="noopener '
         'noreferrer nofollow">https://x.example/a?b=1&amp;c</a>.</p>'),
        ("Ping\n-----", "<p>Ping</p>\n<hr>"),
        ("> yours\nmine", "<blockquote>\n<p>yours</p>\n</blockquote>\n<p>mine</p>"),
        ("```\n> a\nb\n```", "<pre><code>&gt; a\nb\n</code></pre>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("![x](https://spy.example/p.png)", '<p><img alt="x"></p>'),
    ],
)  # fmt: skip
def test_markdown_is_rendered_and_harmless(text: str, html: str) -> None:
    assert html_of_message(text).strip() == html
