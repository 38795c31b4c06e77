"""Mail that came in becomes a ticket, a reply or a note: once, and only where its sender may speak."""

import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from firstline.accounts.actions import ensure_requester
from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.files import actions as files
from firstline.files.models import StoredFile
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.mail import actions as mail
from firstline.mail import queries as mailbox
from firstline.mail.enums import InboundState, MailClass
from firstline.mail.queries import ParsedMail
from firstline.organizations.models import Team
from firstline.outbox import actions as outbox
from firstline.tickets.actions import intake
from firstline.tickets.actions.conversation import (
    apply_message,
    reopen_is_too_late,
    speaks_as_staff,
)
from firstline.tickets.actions.core import locked
from firstline.tickets.actions.creating import TicketDraft, apply_create
from firstline.tickets.actions.messages import MessageDraft
from firstline.tickets.enums import Channel, MessageKind
from firstline.tickets.limits import ADDRESSES_MAX, BODY_CHARACTERS_MAX
from firstline.tickets.models import Message, Ticket
from firstline.tickets.permissions import PORTAL_USE, can_view
from firstline.tickets.queries.scope import heir_of

_TAG = re.compile(r"\[(?:INC|REQ)-(\d{1,12})\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail with what was found out about it before the transaction."""

    inbound_id: int
    mail: ParsedMail
    sender: Person
    actor: Actor
    files: list[StoredFile]
    came_from: int | None = None

    @property
    def external_key(self) -> str:
        """The same for one message through however many doors it comes."""
        if not self.mail.message_id:
            return f"mail-inbound:{self.inbound_id}"
        named = f"{self.mail.from_.address.lower()}\n{self.mail.message_id}"
        return f"mail:{hashlib.sha256(named.encode()).hexdigest()}"


def receive_mail(*, actor: Actor, inbound_id: int) -> Ticket | None:
    """Turn a mail into a ticket or a message of one; None where it was dealt with before or set aside.

    It joins a ticket by Message-ID or by "[INC-42]" in the subject only where its sender takes
    part in that ticket; a stranger's becomes a ticket of its own, in the sender's organisation.
    Technicians who answer by mail leave a note, because a sender address can be forged.
    """
    if mailbox.get_inbound(inbound_id).state != InboundState.RECEIVED:
        return None
    parsed = mailbox.parsed(inbound_id)
    sender = _sender(actor, parsed)
    if sender is None or not sender.is_active:
        mail.quarantine(inbound_id=inbound_id, reason="unknown_sender", detail=parsed.from_.address)
        return None
    letter = _Letter(inbound_id, parsed, sender, _acting(actor, sender), [])
    known = Message.objects.filter(external_key=letter.external_key).select_related("ticket").first()
    if known is None:
        letter = replace(letter, files=_stored(letter))
    with outbox.transaction():
        ticket = known.ticket if known else _applied(letter)
        mail.settle(inbound_id=inbound_id, ref=ticket.ref)
    return ticket


def _sender(actor: Actor, parsed: ParsedMail) -> Person | None:
    try:
        return ensure_requester(
            actor=actor, email=parsed.from_.address, name=parsed.from_.name, language=parsed.language
        )
    except InvalidInput:
        return None


def _acting(actor: Actor, sender: Person) -> Actor:
    """The sender, within the chain of events that brought the mail; the automation where they may not ask."""
    person = actor_for(Person.objects.get(pk=sender.pk)).caused_by(actor.causal_id, actor.depth)
    return person if person.may(PORTAL_USE) else actor


def _stored(letter: _Letter) -> list[StoredFile]:
    """The attachments on disk; one that cannot be kept is left out, the rest of the mail still counts."""
    kept = []
    for attachment in letter.mail.attachments:
        try:
            kept.append(
                files.store(
                    actor=letter.actor,
                    stream=io.BytesIO(attachment.data),
                    name=attachment.filename,
                    organization_id=letter.sender.organization_id,
                )
            )
        except InvalidInput:
            continue
    return kept


def _applied(letter: _Letter) -> Ticket:
    for found in _candidates(letter.mail):
        if _takes_part(letter, found):
            ticket = locked(heir_of(found))
            letter = replace(letter, came_from=found.pk if found.pk != ticket.pk else None)
            if ticket.is_open or not reopen_is_too_late(ticket, clock.now()):
                _join(letter, ticket)
                return ticket
    return apply_create(letter.actor, _draft(letter))


def _candidates(parsed: ParsedMail) -> list[Ticket]:
    """Tickets that the mail claims to belong to, the surest first."""
    ids = parsed.thread_ids[:50]
    numbers = [number for given in ids if (number := intake.number_in_message_id(given)) is not None]
    found = [*Ticket.objects.filter(number__in=numbers)]
    found += [
        message.ticket for message in Message.objects.filter(message_id__in=ids).select_related("ticket")
    ]
    thread = mailbox.thread_ref(parsed)
    if thread is not None and thread.kind == "ticket":
        found += Ticket.objects.filter(pk=thread.id)
    if (tag := _TAG.search(parsed.subject)) is not None:
        found += Ticket.objects.filter(number=int(tag[1]))
    return list({ticket.pk: ticket for ticket in found if heir_of(ticket).deleted_at is None}.values())


def _takes_part(letter: _Letter, ticket: Ticket) -> bool:
    """Whether the sender may see the ticket, or was written to in it by a technician."""
    if letter.actor.kind == "person" and can_view(letter.actor, ticket):
        return True
    if letter.sender.pk == ticket.requester_id:
        return True
    address = letter.mail.from_.address.lower()
    written_to = ticket.messages.filter(kind=MessageKind.REPLY, by_requester=False)
    return any(address in (*to, *cc) for to, cc in written_to.values_list("to", "cc"))


def _join(letter: _Letter, ticket: Ticket) -> None:
    parsed = letter.mail
    staff = letter.actor.kind == "person" and speaks_as_staff(letter.actor, ticket)
    kind = MessageKind.NOTE if staff else MessageKind.REPLY
    if parsed.is_automatic:
        kind = MessageKind.SYSTEM
    draft = MessageDraft(
        kind=kind,
        body=_body(parsed.reply or parsed.text, parsed),
        channel=Channel.MAIL,
        by_requester=not staff,
        to=(),
        cc=[] if staff else _copies(parsed),
        files=letter.files,
        message_id=parsed.message_id,
        external_key=letter.external_key,
        came_from=letter.came_from,
    )
    apply_message(letter.actor, ticket, draft, participant=letter.sender)


def _draft(letter: _Letter) -> TicketDraft:
    parsed = letter.mail
    answered = not parsed.is_automatic and parsed.mail_class == MailClass.PERSON
    return TicketDraft(
        requester=letter.sender,
        subject=_TAG.sub("", parsed.subject),
        body=_body(parsed.text, parsed),
        channel=Channel.MAIL,
        team=_addressed_team(parsed),
        files=letter.files,
        cc=_copies(parsed),
        external_key=letter.external_key,
        language=parsed.language,
        body_html=parsed.html or None,
        message_id=parsed.message_id,
        acknowledge=answered,
    )


def _body(text: str, parsed: ParsedMail) -> str:
    """Never empty: a mail may hold nothing but a screenshot."""
    body = text.strip() or parsed.text.strip() or parsed.subject.strip() or parsed.from_.address
    return intake.clean_body(body[:BODY_CHARACTERS_MAX])


def _copies(parsed: ParsedMail) -> list[str]:
    """Everybody else on the mail, without ourselves; addresses that are none are left out."""
    ours = mailbox.own_addresses()
    given = [each.address.lower() for each in (*parsed.to, *parsed.cc)]
    others = [address for address in given if address not in ours and address != parsed.from_.address.lower()]
    return list(_valid(others))[:ADDRESSES_MAX]


def _valid(addresses: Iterable[str]) -> Iterable[str]:
    for address in dict.fromkeys(addresses):
        try:
            intake.clean_addresses([address])
        except InvalidInput:
            continue
        yield address


def _addressed_team(parsed: ParsedMail) -> Team | None:
    addresses = [each.address.lower() for each in (*parsed.to, *parsed.cc)]
    return Team.objects.filter(email_address__in=addresses, is_active=True).order_by("id").first()
