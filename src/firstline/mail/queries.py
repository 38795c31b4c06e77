"""Reads of mail: what a message says, which thread it belongs to, lists for Administration."""

from django.db.models import Count, QuerySet

from firstline.kit.errors import NotFound
from firstline.kit.prepared import Prepared
from firstline.kit.refs import Ref
from firstline.mail import storage
from firstline.mail.enums import InboundState
from firstline.mail.models import InboundMessage, Mailbox, OutboundMessage
from firstline.mail.parsing import ParsedMail as ParsedMail  # noqa: PLC0414 -- what `parsed` returns
from firstline.mail.parsing import parse
from firstline.organizations.models import Team

FALLBACK_ADDRESS = "support@localhost"


def parsed(inbound_id: int) -> ParsedMail:
    """The message as understood, read anew from the stored bytes.

    Raises NotFound when there is no such message, OSError when the disk lost it.
    """
    return parse(storage.load(get_inbound(inbound_id).path), own_addresses=own_addresses())


def thread_ref(mail: ParsedMail) -> Ref | None:
    """What `mail` answers: the reference of the nearest message we sent or settled in its thread."""
    for message_id in mail.thread_ids[:50]:
        sent = OutboundMessage.objects.filter(message_id=message_id, ref_id__isnull=False).first()
        if sent is not None and sent.ref_id is not None:
            return Ref(sent.ref_kind, sent.ref_id, sent.ref_label)
        came = (
            InboundMessage.objects.filter(message_id=message_id, result_id__isnull=False)
            .order_by("-id")
            .first()
        )
        if came is not None and came.result_id is not None:
            return Ref(came.result_kind, came.result_id, came.result_label)
    return None


def get_inbound(inbound_id: int) -> InboundMessage:
    """The row of one message that came in; raises NotFound."""
    row = InboundMessage.objects.filter(pk=inbound_id).first()
    if row is None:
        raise NotFound("mail_unknown")
    return row


def get_outbound(outbound_id: int) -> OutboundMessage:
    """The row of one message of ours; raises NotFound."""
    row = _outbound.first(outbound_id)
    if row is None:
        raise NotFound("mail_unknown")
    return row


_outbound = Prepared(lambda pk: OutboundMessage.objects.filter(pk=pk))
_enabled = Prepared(lambda: Mailbox.objects.filter(is_enabled=True).order_by("id"))


def get_mailbox(mailbox_id: int) -> Mailbox:
    """One mailbox; raises NotFound."""
    row = Mailbox.objects.filter(pk=mailbox_id).first()
    if row is None:
        raise NotFound("mailbox_unknown")
    return row


def inbound_list(state: str = "") -> QuerySet[InboundMessage]:
    """What came in, newest first, all or of one state."""
    rows = InboundMessage.objects.order_by("-received_at", "-id")
    return rows.filter(state=state) if state in InboundState.values else rows


def inbound_counts() -> dict[str, int]:
    """How many messages came in, by state."""
    return dict(InboundMessage.objects.values_list("state").annotate(count=Count("pk")).order_by())


def outbound_list() -> QuerySet[OutboundMessage]:
    """What we sent or mean to send, newest first."""
    return OutboundMessage.objects.order_by("-created_at", "-id")


def messages_about(ref: Ref) -> QuerySet[OutboundMessage]:
    """Our messages about one record, oldest first."""
    return OutboundMessage.objects.filter(ref_kind=ref.kind, ref_id=ref.id).order_by("id")


def sending_mailbox(address: str = "") -> Mailbox | None:
    """The enabled mailbox that sends as `address`, else the first that sends; None where none is set up."""
    able = [mailbox for mailbox in _enabled() if mailbox.smtp_host]
    named = (mailbox for mailbox in able if mailbox.address.lower() == address.lower())
    return next(named, able[0] if able else None)


def support_address() -> tuple[str, str]:
    """The installation's address and display name: the first enabled mailbox, else support@localhost."""
    mailbox = _enabled.first()
    return (mailbox.address, mailbox.display_name) if mailbox else (FALLBACK_ADDRESS, "")


def own_addresses() -> frozenset[str]:
    """Every address at which we take mail, in lower case."""
    mailboxes = Mailbox.objects.values_list("address", flat=True)
    teams = Team.objects.exclude(email_address=None).values_list("email_address", flat=True)
    return frozenset(address.lower() for address in (FALLBACK_ADDRESS, *mailboxes, *teams) if address)


def accepts(address: str) -> bool:
    """Whether mail to `address` is ours to take; `support+anything@…` counts as `support@…`."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" in own_addresses()
