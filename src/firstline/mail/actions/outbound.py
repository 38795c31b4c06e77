"""Messages of ours: queued with the change that caused them, delivered by a job, accounted for once."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db import connection

from firstline.audit.actions import record
from firstline.kit import clock, ids, rows
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.prepared import Prepared
from firstline.kit.refs import Ref
from firstline.kit.text import clean, clean_line
from firstline.mail import queries, storage
from firstline.mail.enums import OutboundState
from firstline.mail.events import DeliveryFailed
from firstline.mail.models import OutboundMessage, SinkMessage
from firstline.mail.parsing import ParsedMail
from firstline.mail.permissions import SETTINGS_MANAGE
from firstline.outbox.actions import enqueue, publish, transaction

RECIPIENTS_MAX = 100
# About two days in all: a server that is down over a weekend's night is not the end of a message.
ATTEMPTS_MAX = 14
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f]{1,253}")
_MESSAGE_ID = re.compile(r"<[^\s<>]{1,246}>")


def send(
    *,
    actor: Actor,
    to: Sequence[str],
    subject: str,
    text: str,
    cc: Sequence[str] = (),
    html: str = "",
    in_reply_to: str = "",
    references: Iterable[str] = (),
    message_id: str = "",
    ref: Ref | None = None,
    language: str = "",
    is_automatic: bool = False,
    is_private: bool = False,
    file_ids: Iterable[uuid.UUID | str] = (),
    from_address: str = "",
    from_name: str = "",
    reply_to: str = "",
) -> OutboundMessage:
    """Queue a message in the caller's transaction (asserted); a job delivers it after the commit.

    `in_reply_to`, `references` and `message_id` are Message-IDs with their angle brackets; one is made
    when none is given, and a `message_id` used before returns that row: queueing twice sends once.
    `is_automatic` marks what no person wrote (RFC 3834), `is_private` what nobody
    else should read in the list of sent mail (a link that signs in). `file_ids` are stored files to attach.
    Header values cannot carry line breaks. Raises InvalidInput `mail_address_invalid`,
    `mail_no_recipient`, `mail_too_many_recipients`.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("mail is queued inside the transaction of the change")
    if message_id and (known := _known.first(message_id)):
        return known
    own_address, own_name = queries.support_address()
    sender = checked_address(from_address or own_address, "from")
    everyone = _addresses(to, "to")
    copies = [address for address in _addresses(cc, "cc") if address not in everyone]
    if not everyone:
        raise InvalidInput("mail_no_recipient", field="to")
    if len(everyone) + len(copies) > RECIPIENTS_MAX:
        raise InvalidInput("mail_too_many_recipients", field="cc", limit=RECIPIENTS_MAX)
    row = OutboundMessage(
        message_id=_message_id(message_id) or f"<{ids.uuid7().hex}@{sender.rpartition('@')[2]}>",
        from_address=sender,
        from_name=clean_line(from_name or own_name, 120),
        reply_to=checked_address(reply_to, "reply_to") if reply_to else "",
        to=everyone,
        cc=copies,
        subject=clean_line(subject, 500),
        text=clean(text),
        html=html,
        file_ids=[str(file_id) for file_id in file_ids],
        in_reply_to=_message_id(in_reply_to),
        references=[found for value in references if (found := _message_id(value))][-20:],
        is_automatic=is_automatic,
        is_private=is_private,
        language=language,
        ref_kind=ref.kind if ref else "",
        ref_id=ref.id if ref else None,
        ref_label=ref.label[:60] if ref else "",
        created_at=clock.now(),
        next_attempt_at=clock.now(),
    )
    rows.insert([row])
    _enqueue(row, actor)
    return row


_known = Prepared(lambda message_id: OutboundMessage.objects.filter(message_id=message_id))
_locked = Prepared(lambda pk: OutboundMessage.objects.select_for_update().filter(pk=pk))


def send_again(*, actor: Actor, outbound_id: int) -> None:
    """Try once more to reach those that a failed message did not reach."""
    actor.check(SETTINGS_MANAGE)
    row = queries.get_outbound(outbound_id)
    with transaction():
        changed = OutboundMessage.objects.filter(pk=outbound_id, state=OutboundState.FAILED).update(
            state=OutboundState.QUEUED, attempts=0, refused={}, error="", next_attempt_at=clock.now()
        )
        if not changed:
            raise Conflict("mail_not_failed")
        record(actor=actor, verb="mail.outbound_retried", ref=Ref("outbound_mail", row.pk, f"#{row.pk}"))
        _enqueue(row, actor)


def record_attempt(
    *,
    actor: Actor,
    outbound_id: int,
    accepted: Sequence[str] = (),
    refused: Mapping[str, str] | None = None,
    error: str = "",
    route: str = "",
) -> float | None:
    """Note one delivery attempt; the answer is the seconds until the next, or None when there is none.

    `accepted` were taken by the server, `refused` are refused for good; who is in neither is tried
    again. Announces `mail.delivery_failed` when somebody will not get the message.
    """
    with transaction():
        row = _locked.get(outbound_id)
        if row.state != OutboundState.QUEUED:
            return None
        row.attempts += 1
        row.accepted = list(dict.fromkeys([*row.accepted, *accepted]))
        row.refused = {**row.refused, **{key: value[:300] for key, value in (refused or {}).items()}}
        row.error = clean_line(error, 500)
        row.route = route[:260]
        left = [one for one in recipients(row) if one not in row.accepted and one not in row.refused]
        wait = _wait_seconds(row.attempts) if left and row.attempts < ATTEMPTS_MAX else None
        if wait is None:
            failed = bool(left or row.refused)
            row.state = OutboundState.FAILED if failed else OutboundState.SENT
            row.sent_at = clock.now() if row.accepted else None
            if failed and not row.error:
                row.error = clean_line("; ".join(f"{who}: {why}" for who, why in row.refused.items()), 500)
        row.next_attempt_at = clock.now() + timedelta(seconds=wait) if wait is not None else None
        rows.store(row)
        if row.state == OutboundState.FAILED:
            publish(DeliveryFailed(row.pk), actor=actor)
    return wait


def fail_bounced(*, actor: Actor, mail: ParsedMail) -> None:
    """Note that a sent message came back, in the caller's transaction; announces `mail.delivery_failed`."""
    row = OutboundMessage.objects.filter(message_id=mail.bounced_message_id or "<>").first()
    permanent = [report for report in mail.bounces if report.permanent]
    if row is None or not permanent:
        return
    reasons = {report.recipient: clean_line(f"{report.status} {report.reason}", 300) for report in permanent}
    row.refused = {**row.refused, **reasons}
    row.error = clean_line("; ".join(f"{who}: {why}" for who, why in reasons.items()), 500)
    row.state = OutboundState.FAILED
    rows.store(row)
    publish(DeliveryFailed(row.pk), actor=actor)


def keep_sunk(*, raw: bytes, envelope_from: str, envelope_to: Sequence[str], message_id: str) -> bool:
    """Keep what the built-in outbox received; once per message of ours, False for any other."""
    outbound = _known.first(message_id or "<>")
    if outbound is None:
        return False
    kept = storage.store(raw)
    with transaction():
        SinkMessage.objects.get_or_create(
            outbound=outbound,
            defaults={
                "path": kept.path,
                "sha256": kept.sha256,
                "size_bytes": kept.size_bytes,
                "envelope_from": envelope_from,
                "envelope_to": list(envelope_to),
                "received_at": clock.now(),
            },
        )
    return True


def recipients(row: OutboundMessage) -> list[str]:
    """Everyone on the envelope."""
    return [*row.to, *row.cc]


def _enqueue(row: OutboundMessage, actor: Actor) -> None:
    enqueue("mail.deliver", {"outbound_id": row.pk}, dedupe=f"mail.deliver:{row.pk}", actor=actor)


def _wait_seconds(attempts: int) -> float:
    """30 s, 1 min, 2 min … up to 6 hours."""
    return float(min(30 * 2 ** (attempts - 1), 6 * 3600))


def _addresses(values: Sequence[str], field: str) -> list[str]:
    return list(dict.fromkeys(checked_address(value, field) for value in values))


def checked_address(value: str, field: str) -> str:
    """One bare address, its domain in the form that DNS knows; raises `mail_address_invalid`."""
    given = value.strip()
    local, _, domain = given.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        ascii_domain = ""
    address = f"{local}@{ascii_domain.lower()}"
    if not _ADDRESS.fullmatch(address) or len(address) > 254:
        raise InvalidInput("mail_address_invalid", field=field, address=clean_line(given, 100))
    return address


def _message_id(value: str) -> str:
    """A Message-ID with brackets, or nothing where it is not one."""
    given = value.strip()
    return given if _MESSAGE_ID.fullmatch(given) and given.isascii() else ""
