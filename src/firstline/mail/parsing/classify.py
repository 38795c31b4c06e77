"""Who wrote this: a person, a list, an absent person's program, a mail server, or we ourselves."""

import re

from firstline.mail.enums import MailClass
from firstline.mail.parsing.headers import Headers, parse_message_ids, parse_parameters
from firstline.mail.parsing.mime import Part
from firstline.mail.parsing.types import Address, BounceReport

RECEIVED_MAX = 50
LOOP_HEADER = "x-firstline-loop"
_DAEMONS = re.compile(r"(mailer-daemon|postmaster|mail-daemon)(@|\+|$)", re.IGNORECASE)
_BOUNCE_SUBJECT = re.compile(
    r"(undeliver|mail delivery (failed|system|subsystem)|delivery (status notification|failure|has failed)|"
    r"returned mail|failure notice|系统退信|退信|无法投递|未送达|无法送达)",
    re.IGNORECASE,
)
_AWAY_SUBJECT = re.compile(
    r"\s*(automatic reply|auto[- ]?reply|autoreply|auto[- ]response|out of (the )?office|"
    r"\[?自动(回复|答复)\]?|自動回覆|automatische antwort|abwesenheit|réponse automatique|"
    r"respuesta automática|自動応答)",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(r"(no-?reply|do-?not-?reply|notifications?)[@+]", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_SMTP_CODE = re.compile(r"\b([45]\d\d)[ -]")
_ANY_ADDRESS = re.compile(r"[\w.+=-]{1,64}@[\w.-]{1,255}")
_QUOTED_MESSAGE_ID = re.compile(r"(?im)^[>\s]{0,10}message-id:\s*(<[^\s<>]{1,900}>)")


def classify(headers: Headers, sender: Address, envelope_from: str | None, own: frozenset[str]) -> MailClass:
    """The class of a message; `envelope_from` is "" or "<>" for the null sender, None when unknown."""
    received = sum(1 for name, _ in headers.fields if name == "received")
    if headers.has(LOOP_HEADER) or sender.address.lower() in own or received > RECEIVED_MAX:
        return MailClass.LOOP
    content_type, parameters = parse_parameters(headers.raw("content-type"))
    subject = headers.text("subject")
    if _is_bounce(headers, sender, subject, content_type, parameters):
        return MailClass.BOUNCE
    automatic = headers.text("auto-submitted").lower()
    if (
        automatic.startswith("auto-replied")
        or headers.has("x-autoreply")
        or headers.has("x-autorespond")
        or headers.text("precedence").lower() == "auto_reply"
        or _AWAY_SUBJECT.match(subject)
    ):
        return MailClass.AUTO_REPLY
    if headers.has("list-id") or headers.has("mailing-list") or headers.text("precedence").lower() == "list":
        return MailClass.LIST
    return MailClass.PERSON


def is_automatic(headers: Headers, sender: Address, envelope_from: str | None, mail_class: MailClass) -> bool:
    """Whether an acknowledgement would go to a machine."""
    automatic = headers.text("auto-submitted").lower()
    return bool(
        mail_class != MailClass.PERSON
        or (automatic and not automatic.startswith("no"))
        or headers.text("precedence").lower() in {"bulk", "junk", "list"}
        or headers.has("list-unsubscribe")
        or headers.has("x-auto-response-suppress")
        or envelope_from in {"", "<>"}
        or _NO_REPLY.match(sender.address)
        or _DAEMONS.match(sender.address)
    )


def bounce_reports(root: Part, text: str) -> tuple[tuple[BounceReport, ...], str]:
    """Per recipient what a delivery report says, and the Message-ID of the mail it is about."""
    reports: list[BounceReport] = []
    message_id = ""
    for leaf in root.leaves()[:50]:
        if leaf.content_type in {"message/delivery-status", "message/global-delivery-status"}:
            reports += _status_reports(leaf.text()[:200_000])
        elif leaf.content_type in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            found = parse_message_ids(Headers(leaf.data()[:65536]).raw("message-id"))
            message_id = message_id or (found[0] if found else "")
    quoted = _QUOTED_MESSAGE_ID.search(text[:200_000])
    if not message_id and quoted:
        message_id = quoted.group(1)
    if not reports:
        reports = _reports_from_words(root.headers, text[:20_000])
    return tuple(reports), message_id


def _is_bounce(
    headers: Headers, sender: Address, subject: str, content_type: str, parameters: dict[str, str]
) -> bool:
    if content_type == "multipart/report":
        return parameters.get("report-type", "delivery-status").lower() == "delivery-status"
    if headers.has("x-failed-recipients"):
        return True
    return bool(_DAEMONS.match(sender.address) and _BOUNCE_SUBJECT.search(subject))


def _status_reports(text: str) -> list[BounceReport]:
    reports = []
    for block in re.split(r"\n[ \t]*\n", text)[:500]:
        fields = Headers(block.encode("utf-8", "replace"))
        recipient = (fields.text("final-recipient") or fields.text("original-recipient")).rpartition(";")[2]
        if not recipient.strip():
            continue
        status = fields.text("status", 20).partition(" ")[0]
        action = fields.text("action", 20).lower()
        reason = fields.text("diagnostic-code", 500).partition(";")[2].strip()
        is_permanent = action == "failed" and not status.startswith("4")
        reports.append(BounceReport(recipient.strip(), status, is_permanent, reason))
    return reports


def _reports_from_words(headers: Headers, text: str) -> list[BounceReport]:
    status = _STATUS.search(text)
    code = _SMTP_CODE.search(text)
    is_permanent = status.group(1) == "5" if status else code is None or code.group(1).startswith("5")
    named = headers.text("x-failed-recipients") or text
    recipients = list(dict.fromkeys(match.group().strip(".") for match in _ANY_ADDRESS.finditer(named)))
    line = next(
        (one.strip() for one in text.split("\n") if _STATUS.search(one) or _SMTP_CODE.search(one)), ""
    )
    return [
        BounceReport(recipient, status.group() if status else "", is_permanent, line[:500])
        for recipient in recipients[:1]
    ]
