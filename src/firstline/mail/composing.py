"""A queued message as the bytes that go over the wire: ASCII, every header folded, none injectable."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import charset, encoders, policy
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime

from firstline.kit.text import clean_line
from firstline.mail.models import OutboundMessage
from firstline.mail.parsing import LOOP_HEADER

_UTF8 = charset.Charset("utf-8")
_UTF8.body_encoding = charset.QP
_UTF8_BASE64 = charset.Charset("utf-8")
_UTF8_BASE64.body_encoding = charset.BASE64


@dataclass(frozen=True, slots=True)
class FileToSend:
    """One attachment."""

    name: str
    content_type: str
    data: bytes


def compose(row: OutboundMessage, files: Sequence[FileToSend] = ()) -> bytes:
    """The message of `row` in wire form; the same row gives the same bytes but for MIME boundaries."""
    message: MIMEBase = _text(row.text, "plain")
    if row.html:
        alternative = MIMEMultipart("alternative")
        alternative.attach(message)
        alternative.attach(_text(row.html, "html"))
        message = alternative
    if files:
        mixed = MIMEMultipart("mixed")
        mixed.attach(message)
        for file in files:
            mixed.attach(_attachment(file))
        message = mixed
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(row))
    # UTF-8 only where an address itself needs it (SMTPUTF8); everything else is encoded by now.
    return head.encode() + message.as_bytes(policy=policy.compat32.clone(linesep="\r\n", max_line_length=78))


def _headers(row: OutboundMessage) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = [
        ("From", _mailbox(row.from_name, row.from_address)),
        ("To", ",\r\n ".join(row.to)),
        ("Subject", _words(row.subject, "Subject")),
        ("Date", format_datetime(row.created_at)),
        ("Message-ID", row.message_id),
    ]
    if row.cc:
        headers.append(("Cc", ",\r\n ".join(row.cc)))
    if row.reply_to:
        headers.append(("Reply-To", row.reply_to))
    if row.in_reply_to:
        headers.append(("In-Reply-To", row.in_reply_to))
    if row.references:
        headers.append(("References", "\r\n ".join(row.references)))
    if row.language:
        headers.append(("Content-Language", {"zh-hans": "zh-Hans"}.get(row.language, row.language)))
    if row.is_automatic:
        headers.append(("Auto-Submitted", "auto-replied" if row.in_reply_to else "auto-generated"))
        headers.append(("X-Auto-Response-Suppress", "All"))
    headers.append((LOOP_HEADER.title(), row.from_address))
    return headers


def _text(text: str, subtype: str) -> MIMEText:
    """Quoted-printable where most of it is ASCII, base64 for Chinese; never 8-bit."""
    is_mostly_ascii = sum(1 for character in text if ord(character) < 128) * 4 >= len(text) * 3
    return MIMEText(text, subtype, _UTF8 if is_mostly_ascii else _UTF8_BASE64)  # type: ignore[arg-type]


def _attachment(file: FileToSend) -> MIMEBase:
    main, _, sub = file.content_type.partition("/")
    part = MIMEBase(main, sub or "octet-stream")
    part.set_payload(file.data)
    encoders.encode_base64(part)
    name = clean_line(file.name, 150)
    # RFC 2231 for those who can, and Python writes the plain form when the name is ASCII.
    part.add_header(
        "Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name)
    )
    return part


def _mailbox(name: str, address: str) -> str:
    if not name:
        return address
    if not name.isascii():
        return f"{_words(name, 'From')}\r\n <{address}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'


def _words(text: str, header_name: str) -> str:
    header = Header(clean_line(text, 500), "us-ascii" if text.isascii() else "utf-8", header_name=header_name)
    return header.encode(linesep="\r\n")
