"""What the parser makes of a message: plain frozen values."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a header; `address` is lower-case in its domain and holds exactly one @."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One part that is a file; `inline` when the HTML shows it (then `content_id` names it there)."""

    filename: str
    content_type: str
    data: bytes
    content_id: str = ""
    inline: bool = False

    @property
    def size_bytes(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What a delivery report says about one recipient."""

    recipient: str
    status: str = ""
    permanent: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A message as understood.

    `fault` is a code of `enums.REASONS` when it must not be processed ("" otherwise); all other fields
    hold what could be read even then. `reply` is `text` without quotation and signature and never empty
    where `text` is not. `is_automatic`: a machine wrote it, never acknowledge it.
    """

    fault: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    from_: Address = Address("")
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None
    text: str = ""
    html: str = ""
    reply: str = ""
    quoted: str = ""
    signature: str = ""
    attachments: tuple[Attachment, ...] = ()
    language: str = "en"
    mail_class: str = "person"
    is_automatic: bool = False
    bounces: tuple[BounceReport, ...] = ()
    bounced_message_id: str = ""
    defects: tuple[str, ...] = field(default=())

    @property
    def thread_ids(self) -> tuple[str, ...]:
        """Message-IDs this one answers, the nearest first."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))
