"""Keeping what is typed, so that neither a crash nor a colleague costs a word."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F

from firstline.audit import actions as audit
from firstline.files import actions as files
from firstline.files.models import StoredFile
from firstline.files.permissions import can_open
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed, NotFound
from firstline.kit.refs import Ref
from firstline.kit.text import clean, clean_line
from firstline.outbox import actions as outbox
from firstline.tickets.access import DRAFT_FILE_KIND
from firstline.tickets.actions import intake
from firstline.tickets.enums import DraftMode
from firstline.tickets.limits import BODY_CHARACTERS_MAX, DRAFTS_KEPT_DAYS
from firstline.tickets.models import ReplyDraft, Ticket
from firstline.tickets.permissions import check_can_view, is_staff_for
from firstline.tickets.queries.drafts import draft_of_colleague

_FIELDS = ("cc", "bcc", "after")
_FIELD_CHARACTERS_MAX = 4000
_FILES_MAX = 20


def save_draft(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    mode: str = DraftMode.REPLY,
    fields: Mapping[str, str] | None = None,
    kept: Iterable[StoredFile] = (),
    revision: int = 0,
) -> ReplyDraft:
    """Keep the words that the actor has typed for a ticket; returns them with their new revision.

    `revision` is the one that the window saw, 0 where there was none. Empty words throw the draft away.
    No audit record: nothing happened yet. Raises `draft_moved_on` where another window, a colleague or
    the sending was faster, `message_too_long`, and what `check_can_view` raises.
    """
    author_id = _author(actor, ticket)
    if len(body) > BODY_CHARACTERS_MAX:
        raise InvalidInput("message_too_long", field="body", most=BODY_CHARACTERS_MAX)
    stored = list(kept)[:_FILES_MAX]
    values: dict[str, Any] = {
        "mode": intake.clean_choice(mode, DraftMode.values, "mode"),
        "body": clean(body),
        "fields": _cleaned(fields or {}) | {"files": [str(file.pk) for file in stored]},
        "updated_at": clock.now(),
    }
    try:
        with outbox.transaction():
            row = _stored(ticket, author_id, values, revision)
            hold_files(ticket, actor, stored)
            outbox.push(topic_of(ticket.pk))
    except IntegrityError as error:
        raise Conflict("draft_moved_on") from error
    return row


def take_draft(*, actor: Actor, ticket: Ticket, draft_id: int) -> ReplyDraft:
    """Go on with what a colleague has begun: their words come before the actor's own, and leave theirs.

    Returns the words that were taken. A colleague who still types is told, and keeps what stands in
    their window. Raises `draft_unknown`.
    """
    author_id = _author(actor, ticket)
    with outbox.transaction():
        rows = {
            row.pk: row
            for row in ReplyDraft.objects.select_for_update().filter(ticket_id=ticket.pk).order_by("id")
        }
        taken = draft_of_colleague(ticket, actor, draft_id)
        own = next((row for row in rows.values() if row.author_id == author_id), None)
        values = _joined(taken, own)
        if own is None:
            ReplyDraft.objects.create(ticket=ticket, author_id=author_id, **values)
        else:
            ReplyDraft.objects.filter(pk=own.pk).update(**values, revision=F("revision") + 1)
        _emptied(ReplyDraft.objects.filter(pk=taken.pk))
        audit.record(
            actor=actor,
            verb="tickets.draft_taken",
            ref=ticket.ref,
            organization_id=ticket.organization_id,
            new={"author_id": taken.author_id},
        )
        outbox.push(topic_of(ticket.pk))
    return taken


def settle_draft(actor: Actor, ticket: Ticket) -> None:
    """The words went out: empty the actor's draft, in the caller's transaction (asserted).

    A save that is still under way finds a newer revision and changes nothing.
    """
    assert connection.in_atomic_block
    if actor.kind != "person" or actor.id is None:
        return
    if not _emptied(ReplyDraft.objects.filter(ticket_id=ticket.pk, author_id=actor.id)):
        ReplyDraft.objects.create(ticket=ticket, author_id=actor.id, updated_at=clock.now())
    outbox.push(topic_of(ticket.pk))


def hold_files(ticket: Ticket, actor: Actor, wanted: Iterable[StoredFile]) -> None:
    """Keep files of a draft from being swept, in the caller's transaction (asserted).

    Raises `file_unknown` for one that the actor may not hand on.
    """
    kept = list(wanted)
    if not all(can_open(actor, file) for file in kept):
        raise InvalidInput("file_unknown", field="files")
    free = [file for file in kept if not file.kind]
    files.attach(free, ref=file_ref(ticket), organization_id=ticket.organization_id)


def forget_drafts() -> int:
    """Remove emptied drafts of yesterday and those nobody has touched for long; how many rows."""
    now = clock.now()
    with outbox.transaction():
        old = ReplyDraft.objects.filter(updated_at__lt=now - timedelta(days=DRAFTS_KEPT_DAYS))
        count = old.delete()[0]
        rested = ReplyDraft.objects.filter(body="", updated_at__lt=now - timedelta(days=1))
        emptied = [row.pk for row in rested if row.is_empty]
        count += ReplyDraft.objects.filter(pk__in=emptied).delete()[0]
        _release_files()
    return count


def topic_of(ticket_id: int) -> str:
    """What open pages of a ticket listen to for drafts."""
    return f"draft:{ticket_id}"


def file_ref(ticket: Ticket) -> Ref:
    """To what files of the ticket's drafts belong."""
    return Ref(DRAFT_FILE_KIND, ticket.pk, ticket.display_id)


def _author(actor: Actor, ticket: Ticket) -> int:
    check_can_view(actor, ticket)
    if actor.kind != "person" or actor.id is None:
        raise NotAllowed("permission_missing", permission="person")
    if not is_staff_for(actor, ticket):
        raise NotFound("ticket_unknown")
    return actor.id


def _cleaned(fields: Mapping[str, str]) -> dict[str, Any]:
    return {name: clean_line(fields.get(name, ""), _FIELD_CHARACTERS_MAX) for name in _FIELDS}


def _stored(ticket: Ticket, author_id: int, values: Mapping[str, Any], revision: int) -> ReplyDraft:
    mine = ReplyDraft.objects.filter(ticket_id=ticket.pk, author_id=author_id)
    if not revision:
        return ReplyDraft.objects.create(ticket=ticket, author_id=author_id, **values)
    if not mine.filter(revision=revision).update(**values, revision=F("revision") + 1):
        raise Conflict("draft_moved_on")
    return mine.get()


def _joined(taken: ReplyDraft, own: ReplyDraft | None) -> dict[str, Any]:
    """The colleague's words before one's own, and the files of both."""
    bodies = [taken.body, own.body if own is not None else ""]
    kept = [file for row in (taken, own) if row is not None for file in row.fields.get("files", [])]
    return {
        "mode": taken.mode,
        "body": "\n\n".join(body for body in bodies if body.strip()),
        "fields": taken.fields | {"files": list(dict.fromkeys(kept))},
        "updated_at": clock.now(),
    }


def _release_files() -> None:
    """Files that were left out of a draft, or whose draft is gone, belong to nobody and are swept."""
    held = StoredFile.objects.filter(kind=DRAFT_FILE_KIND).values_list("ref_id", "pk")
    by_ticket: dict[int, list[Any]] = {}
    for ticket_id, pk in held:
        by_ticket.setdefault(ticket_id or 0, []).append(pk)
    named: set[str] = set()
    for fields in ReplyDraft.objects.filter(ticket_id__in=by_ticket).values_list("fields", flat=True):
        named.update(fields.get("files", []))
    for ticket_id, keys in by_ticket.items():
        files.detach(ref=Ref(DRAFT_FILE_KIND, ticket_id), only=[pk for pk in keys if str(pk) not in named])


def _emptied(rows: Any) -> int:
    return int(rows.update(body="", fields={"files": []}, revision=F("revision") + 1, updated_at=clock.now()))
