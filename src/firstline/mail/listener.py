"""The built-in SMTP door: mail to our addresses is on disk before its sender hears "250"."""

import ssl
import threading
import time
from collections import OrderedDict
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from firstline.kit.text import clean_line
from firstline.mail import actions, queries
from firstline.mail.enums import Source
from firstline.mail.smtpd import SmtpServer
from firstline.outbox.actions import failpoint

log = structlog.get_logger(__name__)

RECIPIENTS_MAX = 100
PER_SENDER_MINUTE_MAX = 120
_SENDERS_KEPT = 5000

_lock = threading.Lock()
_server: SmtpServer | None = None


def start(
    port: int,
    host: str = "127.0.0.1",
    *,
    tls: ssl.SSLContext | None = None,
    per_minute: int = PER_SENDER_MINUTE_MAX,
) -> int:
    """Listen; returns the port, a free one where `port` is taken. A second start returns the first's port."""
    global _server
    with _lock:
        if _server is None:
            server = SmtpServer(Door(per_minute), host=host, port=port, tls=tls)
            server.start()
            _server = server
        return int(_server.port)


def stop() -> None:
    """Stop listening; nothing happens when nothing listens."""
    global _server
    with _lock:
        server, _server = _server, None
    if server is not None:
        server.stop()


class Rate:
    """At most so many messages per sender in any minute (a bucket that fills up steadily)."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, sender: str, now: float) -> bool:
        """Whether `sender` may send one more at `now` (seconds of any steady clock)."""
        level, at = self._levels.pop(sender, (0.0, now))
        level = max(0.0, level - (now - at) * self.per_minute / 60)
        is_allowed = level + 1 <= self.per_minute
        self._levels[sender] = (level + 1 if is_allowed else level, now)
        if len(self._levels) > _SENDERS_KEPT:
            self._levels.popitem(last=False)
        return is_allowed


class Door:
    """The answers to a sender's commands (methods named as aiosmtpd calls them)."""

    def __init__(self, per_minute: int) -> None:
        self.rate = Rate(per_minute)
        self.in_database: Any = None  # set by the server

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        peer = str(session.peer[0]) if session.peer else ""
        if not self.rate.take(address.lower() or f"<> {peer}", time.monotonic()):
            return "451 4.7.1 Too many messages from this sender; try again in a minute"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return "452 4.5.3 Too many recipients"
        if not await self.in_database(lambda: queries.accepts(address)):
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        row = await self.in_database(
            lambda: actions.receive(
                raw=content,
                source=Source.SMTP,
                envelope_from=envelope.mail_from or "<>",
                envelope_to=tuple(envelope.rcpt_tos),
            )
        )
        failpoint("mail_before_ack")
        return f"250 2.0.0 Stored as {row.pk}"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever went wrong here, the sender keeps the message and tries again."""
        log.warning("smtp_fault", error=clean_line(repr(error), 300))
        return "451 4.3.0 Not stored; try again later"
