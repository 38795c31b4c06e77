"""Erasing a person from mail as it came and as it went; that there was a message stays, and its numbers."""

import hashlib
from collections.abc import Iterable

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from firstline.kit.rows import rewrite
from firstline.kit.traces import Redactor, Traces
from firstline.mail import storage
from firstline.mail.enums import InboundState, OutboundState
from firstline.mail.mentions import names
from firstline.mail.models import InboundMessage, OutboundMessage, SinkMessage
from firstline.outbox.actions import transaction

ERASED_TEXT = "—"
_ERASED_DOMAIN = "@erased.invalid>"
_BATCH = 200
_OUT_TEXTS = [
    "subject",
    "text",
    "html",
    "from_name",
    "reply_to",
    "error",
    "message_id",
    "in_reply_to",
    "references",
]


def forget_person(traces: Traces) -> dict[str, int]:
    """Mail from them and to them loses its words, its addresses and its bytes on disk; what others wrote
    loses their name, and its raw copy where that named them. Run again it goes on where it was stopped."""
    received = _forget_received(received_from(traces))
    sent = 0
    for row in sent_to(traces).iterator(chunk_size=_BATCH):
        sent += _forget_sent(row, traces)
    mentions = len(rewrite(OutboundMessage.objects.all(), traces.wide, _OUT_TEXTS))
    mentions += _forget_copies(traces.wide)
    return {"received": received, "sent": sent, "mentions": mentions}


def forget_about(*, kind: str, ref_ids: Iterable[int], traces: Traces) -> dict[str, int]:
    """Empty every message about these records: what became them, and what we sent about them; how many.

    For whoever erases the records' words. What waits to be sent goes, without the name. Opens its own
    transactions.
    """
    ids = list(ref_ids)
    received = _forget_received(InboundMessage.objects.filter(result_kind=kind, result_id__in=ids))
    sent = 0
    about = OutboundMessage.objects.filter(ref_kind=kind, ref_id__in=ids)
    done = about.exclude(state=OutboundState.QUEUED).exclude(text=ERASED_TEXT)
    for row in done.iterator(chunk_size=_BATCH):
        with transaction():
            _empty(row)
            row.save()
        sent += 1
    rewrite(about, traces.near, _OUT_TEXTS)
    return {"received": received, "sent": sent}


def forget_signatures(*, kind: str, ref_ids: Iterable[int], traces: Traces) -> int:
    """Take the name, in all its forms, out of what was sent about these records, and the raw copies of
    what was sent or answered where they hold it; for records on which the person worked. How many."""
    ids = list(ref_ids)
    about = OutboundMessage.objects.filter(ref_kind=kind, ref_id__in=ids)
    named = rewrite(about, traces.near, _OUT_TEXTS)
    answers = InboundMessage.objects.filter(result_kind=kind, result_id__in=ids)
    _forget_raws(answers, SinkMessage.objects.filter(outbound__in=about), traces.near)
    return len(named)


def received_from(traces: Traces) -> QuerySet[InboundMessage]:
    """What a person wrote."""
    if not traces.email:
        return InboundMessage.objects.none()
    return InboundMessage.objects.filter(
        Q(from_address__iexact=traces.email) | Q(envelope_from__iexact=traces.email)
    ).order_by("id")


def sent_to(traces: Traces) -> QuerySet[OutboundMessage]:
    """What we wrote to a person, alone or beside others."""
    rows = OutboundMessage.objects.none()
    if traces.email:
        rows = OutboundMessage.objects.alias(
            _to=Cast("to", TextField()), _cc=Cast("cc", TextField()),
            _taken=Cast("accepted", TextField()), _refused=Cast("refused", TextField()),
        ).filter(
            *[
                Q(_to__icontains=f'"{traces.email}"')
                | Q(_cc__icontains=f'"{traces.email}"')
                | Q(_taken__icontains=f'"{traces.email}"')
                | Q(_refused__icontains=f'"{traces.email}"')
            ]
        )  # fmt: skip
    return rows.order_by("id")


def _forget_received(rows: QuerySet[InboundMessage]) -> int:
    count = 0
    for row in rows.exclude(path="", from_address="").order_by("id").iterator(chunk_size=_BATCH):
        with transaction():
            InboundMessage.objects.filter(pk=row.pk).update(
                envelope_from="", from_address="", from_name="", subject=ERASED_TEXT, detail="",
                message_id=_hashed(row.message_id),
            )  # fmt: skip
            # What was not used yet never will be.
            InboundMessage.objects.filter(pk=row.pk, state=InboundState.RECEIVED).update(
                state=InboundState.IGNORED, reason="erased"
            )
            _forget_raw(row.path)
        count += 1
    return count


def _forget_sent(row: OutboundMessage, traces: Traces) -> int:
    """Without others on the envelope nothing is left of it; otherwise it stays, without the name."""
    with transaction():
        row = OutboundMessage.objects.select_for_update().get(pk=row.pk)
        row.to, row.cc, row.accepted = (
            _without(lines, traces.email) for lines in (row.to, row.cc, row.accepted)
        )
        row.refused = {who: why for who, why in row.refused.items() if who.lower() != traces.email.lower()}
        if not (row.to or row.cc):
            _empty(row)
        row.text, row.html = traces.near.text(row.text), traces.near.text(row.html)
        row.subject, row.error = traces.near.text(row.subject), traces.near.text(row.error)
        row.save()
        _forget_sunk(row.pk)
    return 1


def _empty(row: OutboundMessage) -> None:
    row.subject = row.text = ERASED_TEXT
    row.html = row.error = ""
    # These are often of the person's making: <…@their-computer>.
    row.in_reply_to, row.references = "", []
    row.file_ids = []
    if row.state == OutboundState.QUEUED:
        row.state, row.next_attempt_at = OutboundState.FAILED, None
    _forget_sunk(row.pk)


def _forget_sunk(outbound_id: int) -> None:
    for sunk in SinkMessage.objects.filter(outbound_id=outbound_id):
        path = sunk.path
        sunk.delete()
        _forget_raw(path)


def _forget_copies(redactor: Redactor) -> int:
    """Raw messages of others that name the person; what they became holds their words without the name."""
    if not redactor.needles:
        return 0
    count = _forget_raws(InboundMessage.objects.all(), SinkMessage.objects.all(), redactor)
    fields = ["envelope_from", "from_address", "from_name", "subject", "detail", "envelope_to"]
    count += len(rewrite(InboundMessage.objects.all(), redactor, fields))
    rewrite(SinkMessage.objects.all(), redactor, ["envelope_from", "envelope_to"])
    for row in InboundMessage.objects.exclude(message_id="").filter(_any_of("message_id", redactor)):
        if redactor.finds(row.message_id):
            with transaction():
                InboundMessage.objects.filter(pk=row.pk).update(message_id=_hashed(row.message_id))
    return count


def _forget_raws(inbound: QuerySet[InboundMessage], sunk: QuerySet[SinkMessage], redactor: Redactor) -> int:
    """Remove those raw copies that name the person; how many."""
    count = 0
    for path in inbound.exclude(path="").order_by("id").values_list("path", flat=True).iterator():
        if _is_named(path, redactor):
            with transaction():
                _forget_raw(path)
            count += 1
    for path in sunk.order_by("id").values_list("path", flat=True).iterator():
        if _is_named(path, redactor):
            with transaction():
                _forget_raw(path)
            count += 1
    return count


def _hashed(message_id: str) -> str:
    """Another name for a message, still one of a kind."""
    if not message_id or message_id.endswith(_ERASED_DOMAIN):
        return message_id
    return f"<{hashlib.sha256(message_id.encode()).hexdigest()[:40]}{_ERASED_DOMAIN}"


def _is_named(path: str, redactor: Redactor) -> bool:
    try:
        return names(storage.load(path), redactor)
    except OSError:
        return False


def _forget_raw(path: str) -> None:
    """In the caller's transaction. The bytes go first: killed in between, the erasure runs again and
    finds the row; the other way round it would never find the bytes."""
    if not path:
        return
    storage.remove(path)
    InboundMessage.objects.filter(path=path).update(path="")
    SinkMessage.objects.filter(path=path).delete()


def _any_of(field: str, redactor: Redactor) -> Q:
    wanted = Q()
    for needle in redactor.needles:
        wanted |= Q(**{f"{field}__icontains": needle})
    return wanted


def _without(addresses: list[str], gone: str) -> list[str]:
    return [address for address in addresses if address.lower() != gone.lower()]
