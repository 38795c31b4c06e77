"""Mail that goes out for a ticket: the receipt, replies that thread, and notices."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from firstline.accounts.models import Person
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.prepared import Prepared
from firstline.mail import actions as mail
from firstline.notifications.actions import apply_mailed
from firstline.notifications.queries import mail_content
from firstline.outbox import actions as outbox
from firstline.tickets.actions.intake import mail_host
from firstline.tickets.enums import Channel, MessageKind
from firstline.tickets.models import Attachment, Message, Operation, Ticket
from firstline.ui.pages import render_text

RECEIPTS_PER_HOUR_MAX = 10
_FILES_BYTES_MAX = 15 * 2**20
_NOTICE = "<notice-"


Signing = Callable[[Ticket, int | None, str], str]
_signing: list[Signing] = []


def register_signature(sign: Signing) -> None:
    """Ask `sign` (ticket, author's id, language) what stands below a reply's mail; "" for the names alone."""
    _signing[:] = [sign]


def send_receipt(*, actor: Actor, ticket_id: int) -> bool:
    """Tell the requester by mail that the ticket exists, in their language; False where none is due.

    Never for alerts, never twice for one ticket, and for no more than ten requests of one person
    within an hour (two machines that answer each other). What came later does not count, so a
    receipt that waited for its turn is still sent.
    """
    ticket = _loaded(ticket_id)
    requester = ticket.requester
    if ticket.channel == Channel.ALERT or not requester.email or not requester.is_active:
        return False
    before = _moments_before(requester.pk, ticket.pk)
    if len(before) == RECEIPTS_PER_HOUR_MAX and min(before) > ticket.created_at - timedelta(hours=1):
        return False
    context = _context(ticket, requester)
    came_as = _first_message_id(ticket)
    with outbox.transaction():
        mail.send(
            actor=actor,
            to=[requester.email],
            subject=_subject(ticket),
            text=_rendered("tickets/mail_receipt.txt", context, requester),
            html=_rendered("tickets/mail_receipt.html", context, requester),
            in_reply_to=came_as,
            references=[came_as],
            message_id=receipt_id(ticket),
            ref=ticket.ref,
            language=requester.language,
            is_automatic=True,
            from_address=_from_address(ticket),
        )
    return True


def send_message(*, actor: Actor, message_id: int) -> bool:
    """Send a technician's reply to requester and copies, in the ticket's thread; False where none is due.

    Once per message, however often it is called.
    """
    message = _messages.get(message_id)
    if message.kind != MessageKind.REPLY or message.by_requester:
        return False
    ticket = _loaded(message.ticket_id)
    to = [address for address in message.to if address not in message.cc]
    if not to and not message.cc:
        return False
    requester = ticket.requester
    signature = _signing[0](ticket, message.author_id, requester.language) if _signing else ""
    context = _context(ticket, requester) | {"message": message, "signature": signature}
    thread = _thread_before(ticket, message)
    with outbox.transaction():
        mail.send(
            actor=actor,
            to=to or message.cc,
            cc=message.cc if to else [],
            subject=_subject(ticket),
            text=_rendered("tickets/mail_reply.txt", context, requester),
            html=_rendered("tickets/mail_reply.html", context, requester),
            in_reply_to=thread[-1],
            references=thread,
            message_id=message.message_id,
            ref=ticket.ref,
            language=requester.language,
            file_ids=_small_files(message),
            from_address=_from_address(ticket),
            from_name=message.author_label,
        )
    return True


def send_notice(*, actor: Actor, notification_id: int) -> bool:
    """Send the mail of a notice; False where it went out already or nobody can be reached."""
    with outbox.transaction():
        content = mail_content(notification_id)
        if content is None:
            return False
        mail.send(
            actor=actor,
            to=[content.to],
            subject=content.subject,
            text=content.text,
            html=content.html,
            # References, not its own thread: an answer joins the ticket as a note.
            message_id=f"{_NOTICE}{notification_id}@{mail_host()}>",
            references=_ticket_references(content.ref.kind, content.ref.id),
            ref=content.ref,
            language=content.language,
            is_automatic=True,
        )
        apply_mailed(notification_id)
    return True


def send_word_of_merge(*, actor: Actor, operation_id: int) -> bool:
    """Tell whoever asked, each person once, that two of the tickets are one now; False where the merge was
    taken back before, or told of already."""
    merge = Operation.objects.filter(pk=operation_id, undone_at=None).first()
    if merge is None or merge.data.get("mailed_at"):
        return False
    source = Ticket.objects.select_related("requester", "team", "merged_into__requester").get(
        steps__operation=merge, merged_into__isnull=False
    )
    target = source.merged_into
    assert target is not None
    people = {person.pk: person for person in (source.requester, target.requester)}
    with outbox.transaction():
        for person in people.values():
            if person.email and person.is_active:
                _send_word_of_merge(actor, merge, source, target, person)
        merge.data = {**merge.data, "mailed_at": clock.now().isoformat()}
        merge.save(update_fields=["data"])
    return True


def _send_word_of_merge(
    actor: Actor, merge: Operation, source: Ticket, target: Ticket, person: Person
) -> None:
    context = _context(target, person) | {"source": source, "is_other": person.pk != source.requester_id}
    mail.send(
        actor=actor,
        to=[person.email or ""],
        subject=_subject(target),
        text=_rendered("tickets/mail_merged.txt", context, person),
        html=_rendered("tickets/mail_merged.html", context, person),
        references=[receipt_id(target)],
        message_id=f"<merge-{merge.pk}.{person.pk}@{mail_host()}>",
        ref=target.ref,
        language=person.language,
        is_automatic=True,
        from_address=_from_address(target),
    )


def receipt_id(ticket: Ticket) -> str:
    """The Message-ID of the ticket's receipt, the root of its thread."""
    return f"<ticket-{ticket.number}.receipt@{mail_host()}>"


def is_notice(message_id: str) -> bool:
    """Whether a mail of ours was a notice to one person, not part of the conversation."""
    return message_id.startswith(_NOTICE)


_messages = Prepared(lambda pk: Message.objects.filter(pk=pk))
_tickets = Prepared(
    lambda pk: Ticket.objects.select_related("requester", "team", "organization").filter(pk=pk)
)


def _loaded(ticket_id: int) -> Ticket:
    return _tickets.get(ticket_id)


def _subject(ticket: Ticket) -> str:
    return f"[{ticket.display_id}] {ticket.subject}"


def _context(ticket: Ticket, requester: Person) -> dict[str, object]:
    return {
        "ticket": ticket,
        "requester": requester,
        "address": f"{settings.FIRSTLINE_PUBLIC_URL}{ticket.portal_path}",
    }


def _rendered(template: str, context: Mapping[str, object], reader: Person) -> str:
    with timezone.override(ZoneInfo(reader.time_zone)):
        return render_text(template, context, language=reader.language)


def _from_address(ticket: Ticket) -> str:
    return (ticket.team.email_address or "") if ticket.team is not None else ""


def _first_message_id(ticket: Ticket) -> str:
    return _first_ids.first(ticket.pk) or ""


_moments_before = Prepared(
    lambda requester_id, ticket_id: (
        Ticket.objects.filter(requester_id=requester_id, pk__lt=ticket_id)
        .order_by("-pk")
        .values_list("created_at", flat=True)[:RECEIPTS_PER_HOUR_MAX]
    )
)
_first_ids = Prepared(
    lambda ticket_id: (
        Message.objects.filter(ticket_id=ticket_id)
        .order_by("created_at", "id")
        .values_list("message_id", flat=True)[:1]
    )
)
_earlier_ids = Prepared(
    lambda ticket_id, before: (
        Message.objects.filter(ticket_id=ticket_id, pk__lt=before)
        .exclude(message_id="")
        .exclude(kind=MessageKind.NOTE)
        .order_by("-created_at", "-id")
        .values_list("message_id", flat=True)[:10]
    )
)
_attachments = Prepared(
    lambda message_id: Attachment.objects.filter(message_id=message_id).select_related("file").order_by("id")
)


def _thread_before(ticket: Ticket, message: Message) -> list[str]:
    """Message-IDs of the thread so far, the receipt among them, oldest first."""
    ids = _earlier_ids(ticket.pk, message.pk)[::-1]
    return [*ids[:1], receipt_id(ticket), *ids[1:]] if ids else [receipt_id(ticket)]


def _ticket_references(kind: str, pk: int) -> list[str]:
    ticket = Ticket.objects.filter(pk=pk).first() if kind == "ticket" else None
    return [receipt_id(ticket)] if ticket is not None else []


def _small_files(message: Message) -> list[str]:
    """The files that travel along; what is too large is read in the portal."""
    kept, total = [], 0
    for attachment in _attachments(message.pk):
        total += attachment.file.size_bytes
        if total <= _FILES_BYTES_MAX:
            kept.append(str(attachment.file.pk))
    return kept
