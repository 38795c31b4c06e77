"""Replies and notes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.db import IntegrityError, connection

from firstline.accounts.models import Person
from firstline.files.models import StoredFile
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, NotAllowed
from firstline.outbox import actions as outbox
from firstline.tickets.actions import clocks, drafts, indexing, intake, steps
from firstline.tickets.actions.core import RULES, Note, apply_change, locked, push_changed
from firstline.tickets.actions.messages import MessageDraft, add_watchers, insert_message
from firstline.tickets.actions.status import apply_status
from firstline.tickets.enums import Channel, EventKind, MessageKind, Status, StepKind
from firstline.tickets.events import MessageAdded, TicketResolved
from firstline.tickets.limits import REOPEN_DAYS
from firstline.tickets.models import Message, Ticket
from firstline.tickets.permissions import (
    PORTAL_USE,
    TICKET_NOTE,
    TICKET_REPLY,
    check_can_view,
    check_in_hand,
    check_staff,
    is_staff_for,
)
from firstline.tickets.queries.drafts import arrived_since
from firstline.tickets.thanks import says_only_thanks


class MoreFields(TypedDict, total=False):
    """Further arguments of `reply` and `add_note`."""

    channel: str
    to: Iterable[str]
    body_html: str | None
    message_id: str
    expected_version: int | None
    hold_seconds: int
    seen_message_id: int | None
    from_box: bool


class DraftFields(TypedDict, total=False):
    """What every kind of message may have besides its text."""

    cc: Iterable[str]
    files: Iterable[StoredFile]
    external_key: str | None
    minutes: int | None


def reply(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    cc: Iterable[str] = (),
    files: Iterable[StoredFile] = (),
    external_key: str | None = None,
    status: str | None = None,
    minutes: int | None = None,
    **more: Unpack[MoreFields],
) -> Message:
    """Add a reply that requester and technicians see, and return it.

    From a technician: the first one stops the response clock, a new ticket becomes open (or
    goes to `status`), and the text goes out by mail to the requester and `cc`. From the
    requester or a participant: a ticket that waits for them, or is resolved, becomes open
    again, unless a solved one hears nothing but thanks. A repeated `external_key` returns the
    message it made before. Raises `ticket_is_closed`, `ticket_reopen_too_late`, and what the
    status change raises. Announces `tickets.message_added`.

    With `hold_seconds` a technician's reply leaves only after so long: until then the requester does
    not see it, nobody is told, and `undo_step` brings the words back. What it does to status and clocks
    happens at once. With `seen_message_id`, what the author saw last, it stops where somebody else has
    written since: `message_arrived`. `from_box`: it is Markdown, and the author's draft is emptied in
    the same transaction.
    """
    draft = _draft(
        MessageKind.REPLY,
        body,
        {"cc": cc, "files": files, "external_key": external_key, "minutes": minutes},
        more,
    )
    if more.get("hold_seconds"):
        return _held(actor, ticket, draft, status, more)
    return _added(actor, ticket, draft, status, more)


def release_message(*, actor: Actor, message_id: int) -> bool:
    """Let a held reply leave; False where it has left, or was taken back. Announces `tickets.message_added`
    and, of a solution, `tickets.ticket_resolved`."""
    ticket_id = Message.objects.filter(pk=message_id).values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        return False
    with outbox.transaction():
        ticket = locked(ticket_id)
        message = Message.objects.filter(pk=message_id, held_until__isnull=False).first()
        if message is None:
            return False
        message.held_until = None
        message.save(update_fields=["held_until"])
        _let_go(actor, ticket, message)
        push_changed(ticket)
    return True


def add_note(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    files: Iterable[StoredFile] = (),
    external_key: str | None = None,
    minutes: int | None = None,
    **more: Unpack[MoreFields],
) -> Message:
    """Add a note that only technicians see; otherwise as `reply`, but no clock and no status moves."""
    draft = _draft(
        MessageKind.NOTE, body, {"files": files, "external_key": external_key, "minutes": minutes}, more
    )
    return _added(actor, ticket, draft, None, more)


def add_system_message(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    files: Iterable[StoredFile] = (),
    external_key: str | None = None,
    **more: Unpack[MoreFields],
) -> Message:
    """Add something a machine said about the ticket (an automatic reply, an alert's news): technicians
    see it, no clock and no status moves, nobody is answered."""
    draft = _draft(MessageKind.SYSTEM, body, {"files": files, "external_key": external_key}, more)
    return _added(actor, ticket, draft, None, {})


def apply_message(
    actor: Actor,
    ticket: Ticket,
    draft: MessageDraft,
    *,
    status: str | None = None,
    participant: Person | None = None,
) -> Message:
    """The inner step: add a message to a locked ticket, in the caller's transaction (asserted).

    `participant` wrote it by mail, and the caller made sure that they take part: they need no
    permission of their own.
    """
    assert connection.in_atomic_block
    at = clock.now()
    if draft.kind != MessageKind.SYSTEM:
        check_in_hand(ticket)
    if draft.kind in {MessageKind.NOTE, MessageKind.SYSTEM}:
        return _apply_internal(actor, ticket, draft, at)
    staff = participant is None and speaks_as_staff(actor, ticket)
    if participant is None:
        _check_may_reply(actor, ticket, staff=staff, at=at)
    draft = replace(draft, is_solution=staff and status == Status.RESOLVED)
    message = insert_message(ticket, actor, _addressed(ticket, draft, staff=staff), at=at, author=participant)
    fields: dict[str, object] = {"last_message_at": at, "last_message_by_requester": not staff}
    if staff and ticket.first_replied_at is None:
        fields["first_replied_at"] = at
        fields |= clocks.stop_response(ticket, at=at, actor=actor)
    apply_change(
        ticket, actor, verb="tickets.message_added", fields=fields, recorded=_recorded(message), at=at
    )
    _move_on(actor, ticket, message, status, staff=staff)
    if message.held_until is None:
        _let_go(actor, ticket, message)
    else:
        args = {"message_id": message.pk}
        outbox.enqueue("tickets.release_message", args, run_at=message.held_until, actor=actor)
    return message


def _let_go(actor: Actor, ticket: Ticket, message: Message) -> None:
    """From now on the requester and those in copy have it."""
    add_watchers(ticket, message.cc)
    indexing.index_soon([ticket.pk])
    outbox.publish(MessageAdded(ticket.pk, message.pk), actor=actor)
    if message.is_solution:
        outbox.publish(TicketResolved(ticket.pk, message.pk), actor=actor)


def speaks_as_staff(actor: Actor, ticket: Ticket) -> bool:
    """Whether a reply of `actor` is an answer to the requester, rather than the requester's own."""
    return is_staff_for(actor, ticket) and not (actor.kind == "person" and actor.id == ticket.requester_id)


def _draft(kind: str, body: str, fields: DraftFields, more: MoreFields) -> MessageDraft:
    return MessageDraft(
        kind=kind,
        body=intake.clean_body(body),
        channel=intake.clean_choice(more.get("channel", Channel.DESK), Channel.values, "channel"),
        to=more.get("to", ()),
        body_html=more.get("body_html"),
        message_id=more.get("message_id", ""),
        hold_seconds=more.get("hold_seconds", 0),
        is_markdown=more.get("from_box", False),
        **fields,
    )


def _held(actor: Actor, ticket: Ticket, draft: MessageDraft, status: str | None, more: MoreFields) -> Message:
    files = list(draft.files)
    with outbox.transaction():
        fresh = _ready(actor, ticket, more)
        if not speaks_as_staff(actor, fresh):
            return apply_message(actor, fresh, replace(draft, files=files, hold_seconds=0), status=status)
        before = steps.snapshot(fresh)
        message = apply_message(actor, fresh, replace(draft, files=files), status=status)
        words = {
            "body": draft.body,
            "cc": list(message.cc),
            "after": status or "",
            "files": [str(file.pk) for file in files],
        }
        steps.remember(actor, fresh, StepKind.REPLY, before, message=message, draft=words)
    return message


def _ready(actor: Actor, ticket: Ticket, more: MoreFields) -> Ticket:
    """The locked ticket, once nothing has come that the author does not know; their draft is settled."""
    fresh = locked(ticket, more.get("expected_version"))
    seen = more.get("seen_message_id")
    if seen is not None and (news := arrived_since(fresh.pk, actor, seen)):
        raise Conflict("message_arrived", who=news[-1].author_label)
    if more.get("from_box"):
        drafts.settle_draft(actor, fresh)
    return fresh


def _added(
    actor: Actor, ticket: Ticket, draft: MessageDraft, status: str | None, more: MoreFields
) -> Message:
    try:
        with outbox.transaction():
            if (found := _made_before(ticket, draft.external_key)) is not None:
                return found
            return apply_message(actor, _ready(actor, ticket, more), draft, status=status)
    except IntegrityError:
        found = _made_before(ticket, draft.external_key)
        if found is None:
            raise
        return found


def _made_before(ticket: Ticket, external_key: str | None) -> Message | None:
    if external_key is None:
        return None
    return (
        Message.objects.filter(external_key=external_key, ticket_id=ticket.pk)
        .select_related("ticket")
        .first()
    )


def _apply_internal(actor: Actor, ticket: Ticket, draft: MessageDraft, at: datetime) -> Message:
    if draft.kind == MessageKind.NOTE:
        check_staff(actor, ticket, TICKET_NOTE)
    elif not actor.is_trusted:
        check_can_view(actor, ticket)
    message = insert_message(ticket, actor, draft, at=at)
    apply_change(ticket, actor, verb="tickets.message_added", fields={}, recorded=_recorded(message), at=at)
    outbox.publish(MessageAdded(ticket.pk, message.pk), actor=actor)
    return message


def _check_may_reply(actor: Actor, ticket: Ticket, *, staff: bool, at: datetime) -> None:
    check_can_view(actor, ticket)
    if staff:
        actor.check(TICKET_REPLY)
        if ticket.status == Status.CLOSED:
            raise Conflict("ticket_is_closed")
        return
    if not actor.may(PORTAL_USE):
        raise NotAllowed("permission_missing", permission=PORTAL_USE)
    if ticket.status == Status.CLOSED and reopen_is_too_late(ticket, at):
        raise Conflict("ticket_reopen_too_late")


def reopen_is_too_late(ticket: Ticket, at: datetime) -> bool:
    """Whether a closed ticket has rested for so long that a new one is due."""
    return ticket.closed_at is not None and at - ticket.closed_at > timedelta(days=REOPEN_DAYS)


def _addressed(ticket: Ticket, draft: MessageDraft, *, staff: bool) -> MessageDraft:
    """A technician's reply is addressed to the requester and gets the Message-ID under which it goes out."""
    to = draft.to or ([ticket.requester.email] if staff and ticket.requester.email else [])
    message_id = draft.message_id or (intake.new_message_id(ticket.number) if staff else "")
    return replace(draft, by_requester=not staff, to=to, message_id=message_id)


def _move_on(actor: Actor, ticket: Ticket, message: Message, status: str | None, *, staff: bool) -> None:
    """The status that follows from who spoke."""
    if staff:
        wanted = status or (Status.OPEN if ticket.status == Status.NEW else None)
        if wanted and wanted != ticket.status:
            apply_status(actor, ticket, intake.clean_choice(wanted, Status.values, "status"))
    elif not ticket.is_open and _is_only_thanks(ticket, message):
        note = Note(EventKind.THANKED, {"status": str(ticket.status)}, by=RULES)
        apply_change(ticket, actor, verb="tickets.ticket_kept_solved", fields={}, notes=[note])
    elif ticket.status in {Status.WAITING_REQUESTER, Status.RESOLVED, Status.CLOSED}:
        apply_status(actor, ticket, Status.OPEN, by_participant=True)


def _is_only_thanks(ticket: Ticket, message: Message) -> bool:
    """Politeness does not reopen; anything attached, or a word more, does."""
    if message.attachments.exists():
        return False
    worker = ticket.assignee.name if ticket.assignee else ""
    return says_only_thanks(message.body_text, message.author_label, ticket.requester.name, worker)


def _recorded(message: Message) -> dict[str, object]:
    return {"message_id": message.pk, "kind": str(message.kind), "channel": str(message.channel)}
