"""From raw bytes to what a person would read; pure, bounded, and without an exception for any input."""

import mimetypes
import re
from dataclasses import dataclass, field, replace

from firstline.kit.text import clean, clean_line, guess_language
from firstline.mail.parsing.classify import LOOP_HEADER, bounce_reports, classify, is_automatic
from firstline.mail.parsing.headers import (
    Headers,
    parse_addresses,
    parse_date,
    parse_message_ids,
)
from firstline.mail.parsing.html import html_to_text, sanitise, text_to_html
from firstline.mail.parsing.mime import HEADER_BYTES_MAX, Part, read_tree
from firstline.mail.parsing.quotation import cut
from firstline.mail.parsing.types import Address, Attachment, BounceReport, ParsedMail

__all__ = [
    "LOOP_HEADER",
    "Address",
    "Attachment",
    "BounceReport",
    "ParsedMail",
    "parse",
    "peek_message_id",
]

TEXT_CHARS_MAX = 1_000_000
ATTACHMENTS_MAX = 200
_UNSAFE_NAME = re.compile(r"[\x00-\x1f<>:\"/\\|?*]+")
_REPORT_PARTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "text/rfc822-headers",
        "message/rfc822-headers",
    }
)


@dataclass(slots=True)
class _Segment:
    """A stretch of the body: its plain form, its HTML form, or both."""

    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class _Body:
    segments: list[_Segment] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


def parse(
    raw: bytes, *, envelope_from: str | None = None, own_addresses: frozenset[str] = frozenset()
) -> ParsedMail:
    """Understand a raw message; see `ParsedMail`. Never raises; time grows with the length of `raw`."""
    tree = read_tree(raw)
    headers = tree.root.headers
    sender = _sender(headers, envelope_from)
    mail_class = classify(headers, sender, envelope_from, own_addresses)
    mail = ParsedMail(
        message_id=next(iter(parse_message_ids(headers.raw("message-id"))), ""),
        in_reply_to=parse_message_ids(headers.raw("in-reply-to")),
        references=parse_message_ids(headers.raw("references")),
        from_=sender,
        reply_to=parse_addresses(headers.raw("reply-to")),
        to=parse_addresses(headers.all_raw("to")),
        cc=parse_addresses(headers.all_raw("cc")),
        subject=headers.text("subject", 500),
        date=parse_date(headers.raw("date")),
        mail_class=str(mail_class),
        is_automatic=is_automatic(headers, sender, envelope_from, mail_class),
        defects=("header_lines",) if headers.has_faults else (),
    )
    if tree.fault:
        return replace(mail, fault=tree.fault)
    mail = _with_body(mail, tree.root)
    if mail.mail_class == "bounce":
        reports, bounced_id = bounce_reports(tree.root, mail.text)
        mail = replace(mail, bounces=reports, bounced_message_id=bounced_id)
    return replace(mail, fault=_fault(mail))


def peek_message_id(raw: bytes) -> str:
    """The Message-ID alone, cheaply, for telling a second delivery from a new message."""
    head = raw[:HEADER_BYTES_MAX]
    end = re.search(rb"\r?\n\r?\n", head)
    ids = parse_message_ids(Headers(head[: end.start()] if end else head).raw("message-id"))
    return ids[0][:998] if ids else ""


def _fault(mail: ParsedMail) -> str:
    if not mail.from_.address and mail.mail_class != "bounce":
        return "no_sender"
    if not (mail.text.strip() or mail.subject or mail.attachments):
        return "empty"
    return ""


def _sender(headers: Headers, envelope_from: str | None) -> Address:
    for name in ("from", "sender", "reply-to", "return-path"):
        found = parse_addresses(headers.raw(name))
        if found:
            return found[0]
    return next(iter(parse_addresses(envelope_from or "")), Address(""))


def _with_body(mail: ParsedMail, root: Part) -> ParsedMail:
    body = _Body()
    _collect(root, body, is_root=True)
    text = clean("\n".join(part.plain or html_to_text(part.html) for part in body.segments)).strip()
    text = text[:TEXT_CHARS_MAX].strip("\n")
    html = ""
    if any(part.html for part in body.segments):
        html = sanitise("\n".join(part.html or text_to_html(part.plain) for part in body.segments)).strip()
    pieces = cut(text)
    return replace(
        mail,
        text=text,
        html=html,
        reply=pieces.reply,
        quoted=pieces.quoted,
        signature=pieces.signature,
        attachments=tuple(_attachment(part, html) for part in body.files[:ATTACHMENTS_MAX]),
        language=guess_language(pieces.reply[:5000] or mail.subject),
    )


def _collect(part: Part, body: _Body, *, is_root: bool = False) -> None:
    """Sort the leaves below `part` into text to read and files to keep."""
    if part.is_multipart and part.content_type == "multipart/alternative":
        _collect_alternative(part, body)
    elif part.is_multipart:
        for child in part.children:
            _collect(child, body)
    elif part.content_type in _REPORT_PARTS:
        pass  # read by bounce_reports; the report's own words are in its text part
    elif _is_file(part, is_root=is_root):
        body.files.append(part)
    elif part.content_type == "text/html":
        body.segments.append(_Segment(html=part.text()))
    else:
        body.segments.append(_Segment(plain=part.text()))


def _collect_alternative(part: Part, body: _Body) -> None:
    """The same thing in several forms: one segment; the files of every form are kept."""
    merged = _Segment()
    for child in part.children:
        inner = _Body()
        _collect(child, inner)
        body.files += inner.files
        plain = "\n".join(segment.plain for segment in inner.segments if segment.plain.strip())
        html = "\n".join(segment.html for segment in inner.segments if segment.html.strip())
        merged.plain = merged.plain or plain
        merged.html = html or merged.html
    if merged.plain or merged.html:
        body.segments.append(merged)


def _is_file(part: Part, *, is_root: bool) -> bool:
    if part.disposition == "attachment":
        return True
    if part.content_type in {"text/plain", "text/html"}:
        return bool(part.filename) and not is_root
    # A multipart whose parts could not be found, and unknown text forms, are read as text.
    return not part.content_type.startswith(("multipart/", "text/")) or part.content_type == "text/calendar"


def _attachment(part: Part, html: str) -> Attachment:
    content_id = clean_line(part.headers.raw("content-id").strip("<> "), 200)
    is_shown = bool(content_id) and f"cid:{content_id}" in html
    return Attachment(_file_name(part), part.content_type, part.data(), content_id, is_shown)


def _file_name(part: Part) -> str:
    """A name that is safe on every system: no folders, no controls, no leading dot, of bearable length."""
    given = clean_line(part.filename, 1000).replace("\\", "/").rpartition("/")[2]
    name = _UNSAFE_NAME.sub("_", given).strip(" .")
    if not name:
        stem = {"message/rfc822": "message.eml", "text/calendar": "invite.ics"}.get(part.content_type)
        return stem or f"attachment{mimetypes.guess_extension(part.content_type) or '.bin'}"
    stem, dot, extension = name.rpartition(".")
    return name if len(name) <= 150 else f"{stem[: 140 - len(extension[:9])]}{dot}{extension[:9]}"
