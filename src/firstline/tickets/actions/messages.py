"""Rows of the conversation: messages with their files, and who follows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from firstline.accounts.models import Person
from firstline.files import actions as files
from firstline.files.models import StoredFile
from firstline.kit import rows
from firstline.kit.actor import Actor
from firstline.kit.refs import Ref
from firstline.tickets.actions import intake
from firstline.tickets.actions.drafts import file_ref
from firstline.tickets.models import Attachment, Message, Ticket, Watcher
from firstline.tickets.rendering import html_from_html, html_from_text, html_of_message


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message to be added; `body` is clean already."""

    kind: str
    body: str
    channel: str
    by_requester: bool = False
    to: Iterable[str] = ()
    cc: Iterable[str] = ()
    files: Iterable[StoredFile] = ()
    body_html: str | None = None
    message_id: str = ""
    external_key: str | None = None
    is_solution: bool = False
    minutes: int | None = None
    hold_seconds: int = 0
    is_markdown: bool = False
    came_from: int | None = None


def insert_message(
    ticket: Ticket, actor: Actor, draft: MessageDraft, *, at: datetime, author: Person | None = None
) -> Message:
    """Write a message with its files, in the caller's transaction; `author` when not the actor wrote it."""
    kept = intake.own_files(actor, draft.files)
    message = Message(
        ticket=ticket,
        kind=draft.kind,
        author_id=author.pk if author else actor.id if actor.kind == "person" else None,
        author_label=(author.name if author else actor.label)[:200],
        by_requester=draft.by_requester,
        channel=draft.channel,
        body_text=draft.body,
        body_html=_html(draft),
        to=intake.clean_addresses(draft.to),
        cc=intake.clean_addresses(draft.cc),
        message_id=draft.message_id[:250],
        external_key=draft.external_key,
        is_solution=draft.is_solution,
        minutes=draft.minutes,
        created_at=at,
        came_from_id=draft.came_from,
        held_until=at + timedelta(seconds=draft.hold_seconds) if draft.hold_seconds else None,
    )
    rows.insert([message])
    if kept:
        Attachment.objects.bulk_create([Attachment(message=message, file=file) for file in kept])
        ref = Ref("ticket_message", message.pk, ticket.display_id)
        files.attach(kept, ref=ref, organization_id=ticket.organization_id, out_of=file_ref(ticket))
    return message


def _html(draft: MessageDraft) -> str:
    if draft.body_html:
        return html_from_html(draft.body_html)
    return str(html_of_message(draft.body)) if draft.is_markdown else html_from_text(draft.body)


def add_watchers(ticket: Ticket, addresses: Iterable[str]) -> list[int]:
    """Let people of the ticket's organisation who are in copy follow it; returns their ids.

    Other addresses get the mail but never a way into the ticket.
    """
    wanted = list(addresses)
    if not wanted:
        return []
    people = list(
        Person.objects.filter(
            email__in=wanted, organization_id=ticket.organization_id, is_active=True
        ).values_list("pk", flat=True)
    )
    made = [Watcher(ticket=ticket, person_id=person) for person in people if person != ticket.requester_id]
    Watcher.objects.bulk_create(made, ignore_conflicts=True)
    return [row.person_id for row in made]
