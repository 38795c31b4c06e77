"""Messages that came in: kept first, understood later, settled once."""

import hashlib
from datetime import timedelta

from django.db import IntegrityError, connection
from django.db.models import F

from firstline.audit.actions import record
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict
from firstline.kit.refs import Ref
from firstline.kit.text import clean_line
from firstline.mail import queries, storage
from firstline.mail.actions.outbound import fail_bounced
from firstline.mail.enums import InboundState, MailClass, Source
from firstline.mail.events import MessageReceived
from firstline.mail.models import InboundMessage, Mailbox, OutboundMessage
from firstline.mail.parsing import ParsedMail, parse, peek_message_id
from firstline.mail.permissions import SETTINGS_MANAGE
from firstline.outbox.actions import enqueue, failpoint, publish, transaction

# The same bytes without a Message-ID are one message when they come again this soon (a sender that
# lost our answer), and two when later (a script that says the same every night).
SAME_WITHIN = timedelta(minutes=15)
# Longer than all retries of a handler take together.
SETTLED_WITHIN = timedelta(minutes=30)


def receive(
    *,
    raw: bytes,
    source: Source,
    envelope_from: str = "",
    envelope_to: tuple[str, ...] = (),
    mailbox: Mailbox | None = None,
    fault: str = "",
) -> InboundMessage:
    """Keep a raw message durably and have it processed; when this returns, the sender may be told so.

    The same message through the same door again returns the first row and changes nothing. `fault`
    sends it straight to quarantine (a header of something too large).
    """
    kept = storage.store(raw)
    channel = f"imap:{mailbox.pk}" if mailbox else str(source)
    message_id = peek_message_id(raw)
    known = _known(channel, message_id, kept.sha256)
    if known is not None:
        return known
    now = clock.now()
    salt = message_id or now.isoformat()
    row = InboundMessage(
        source=source,
        mailbox=mailbox,
        channel=channel,
        identity=hashlib.sha256(f"{kept.sha256}\n{salt}".encode()).hexdigest(),
        sha256=kept.sha256,
        path=kept.path,
        size_bytes=kept.size_bytes,
        envelope_from=clean_line(envelope_from, 320),
        envelope_to=[clean_line(address, 320) for address in envelope_to[:100]],
        received_at=now,
        state=InboundState.QUARANTINED if fault else InboundState.RECEIVED,
        reason=fault,
        message_id=message_id,
    )
    try:
        with transaction():
            row.save(force_insert=True)
            if not fault:
                enqueue("mail.process", {"inbound_id": row.pk}, dedupe=f"mail.process:{row.pk}")
    except IntegrityError:
        # The same message came through two connections at once; the other one kept it.
        return InboundMessage.objects.get(channel=channel, identity=row.identity)
    failpoint("mail_stored")
    return row


def process(*, inbound_id: int, actor: Actor) -> None:
    """Understand a kept message: announce it, set it aside or quarantine it; a second run changes nothing.

    Announces `mail.message_received` for what deserves a ticket or a reply.
    """
    row = queries.get_inbound(inbound_id)
    if row.state != InboundState.RECEIVED or row.announced_at is not None:
        return
    try:
        raw = storage.load(row.path)
    except OSError as error:
        quarantine(inbound_id=inbound_id, reason="file_missing", detail=str(error))
        return
    mail = parse(raw, envelope_from=row.envelope_from, own_addresses=queries.own_addresses())
    state, reason = _verdict(mail)
    with transaction():
        fresh = InboundMessage.objects.filter(
            pk=inbound_id, state=InboundState.RECEIVED, announced_at=None
        ).update(
            state=state,
            reason=reason,
            attempts=F("attempts") + 1,
            announced_at=clock.now() if state == InboundState.RECEIVED else None,
            settled_at=None if state == InboundState.RECEIVED else clock.now(),
            message_id=mail.message_id[:998],
            from_address=mail.from_.address[:320],
            from_name=mail.from_.name[:200],
            subject=mail.subject[:500],
            mail_class=mail.mail_class,
        )
        if not fresh:
            return
        if state == InboundState.RECEIVED:
            publish(MessageReceived(inbound_id), actor=actor)
        elif mail.mail_class == MailClass.BOUNCE:
            fail_bounced(actor=actor, mail=mail)


def settle(*, inbound_id: int, ref: Ref) -> None:
    """Note what a message became ("INC-42"), in the caller's transaction (asserted)."""
    _assert_atomic()
    InboundMessage.objects.filter(pk=inbound_id).update(
        state=InboundState.PROCESSED,
        reason="",
        detail="",
        settled_at=clock.now(),
        result_kind=ref.kind,
        result_id=ref.id,
        result_label=ref.label[:60],
    )


def ignore(*, inbound_id: int, reason: str, detail: str = "") -> None:
    """Note that a message deserves nothing; `reason` is a code of `enums.REASONS`."""
    _close(inbound_id, InboundState.IGNORED, reason, detail)


def quarantine(*, inbound_id: int, reason: str, detail: str = "") -> None:
    """Put a message where an administrator sees it; `reason` is a code of `enums.REASONS`."""
    _close(inbound_id, InboundState.QUARANTINED, reason, detail)


def quarantine_forgotten() -> int:
    """Put into quarantine what was announced half an hour ago and nobody settled; returns how many.

    Whoever used it failed for good by then; settling later still counts.
    """
    return InboundMessage.objects.filter(
        state=InboundState.RECEIVED, announced_at__lt=clock.now() - SETTLED_WITHIN
    ).update(state=InboundState.QUARANTINED, reason="processing_failed", settled_at=clock.now())


def retry(*, actor: Actor, inbound_id: int) -> None:
    """Process a message from quarantine, or one that was set aside, once more from its stored bytes.

    What was set aside as an automatic reply is announced this time: a person said so.
    """
    actor.check(SETTINGS_MANAGE)
    row = queries.get_inbound(inbound_id)
    with transaction():
        changed = InboundMessage.objects.filter(
            pk=inbound_id, state__in=[InboundState.QUARANTINED, InboundState.IGNORED]
        ).update(
            state=InboundState.RECEIVED,
            detail="",
            settled_at=None,
            announced_at=clock.now() if row.state == InboundState.IGNORED else None,
        )
        if not changed:
            raise Conflict("mail_not_quarantined")
        _audit(actor, "mail.inbound_retried", row)
        if row.state == InboundState.IGNORED:
            publish(MessageReceived(inbound_id), actor=actor)
        else:
            enqueue("mail.process", {"inbound_id": row.pk}, dedupe=f"mail.process:{row.pk}", actor=actor)


def drop(*, actor: Actor, inbound_id: int) -> None:
    """Set a quarantined message aside for good; its bytes stay."""
    actor.check(SETTINGS_MANAGE)
    row = queries.get_inbound(inbound_id)
    with transaction():
        changed = InboundMessage.objects.filter(pk=inbound_id, state=InboundState.QUARANTINED).update(
            state=InboundState.IGNORED, reason="dropped", detail=row.reason, settled_at=clock.now()
        )
        if not changed:
            raise Conflict("mail_not_quarantined")
        _audit(actor, "mail.inbound_dropped", row)


def _known(channel: str, message_id: str, sha256: str) -> InboundMessage | None:
    same = InboundMessage.objects.filter(channel=channel, sha256=sha256, message_id=message_id)
    if not message_id:
        same = same.filter(received_at__gt=clock.now() - SAME_WITHIN)
    return same.order_by("id").first()


def _verdict(mail: ParsedMail) -> tuple[InboundState, str]:
    """What to do with an understood message: state and reason."""
    if mail.fault:
        return InboundState.QUARANTINED, mail.fault
    ours = mail.message_id and OutboundMessage.objects.filter(message_id=mail.message_id).exists()
    if ours or mail.mail_class == MailClass.LOOP:
        return InboundState.IGNORED, "loop"
    if mail.mail_class == MailClass.BOUNCE:
        return InboundState.IGNORED, "bounce"
    if mail.mail_class == MailClass.AUTO_REPLY:
        return InboundState.IGNORED, "auto_reply"
    return InboundState.RECEIVED, ""


def _close(inbound_id: int, state: InboundState, reason: str, detail: str) -> None:
    InboundMessage.objects.filter(pk=inbound_id).exclude(state=InboundState.PROCESSED).update(
        state=state, reason=reason, detail=clean_line(detail, 500), settled_at=clock.now()
    )


def _audit(actor: Actor, verb: str, row: InboundMessage) -> None:
    record(actor=actor, verb=verb, ref=Ref("inbound_mail", row.pk, f"#{row.pk}"), old=row.reason)


def _assert_atomic() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("mail is settled inside the transaction that used it")
