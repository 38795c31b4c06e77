"""The built-in outbox: a second SMTP server on loopback that takes what would go out into the world."""

import threading
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from firstline.kit.text import clean_line
from firstline.mail import actions
from firstline.mail.parsing import peek_message_id
from firstline.mail.smtpd import SmtpServer

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
ROUTE = "built-in outbox"

_lock = threading.Lock()
_server: SmtpServer | None = None


def start() -> int:
    """Listen on a free loopback port and return it; every process that delivers has its own."""
    global _server
    with _lock:
        if _server is None:
            server = SmtpServer(Basin(), host=HOST, port=0, ident="Firstline outbox")
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


class Basin:
    """Takes mail that this installation queued, and nothing else that a program here might send."""

    def __init__(self) -> None:
        self.in_database: Any = None  # set by the server

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        kept = await self.in_database(
            lambda: actions.keep_sunk(
                raw=raw,
                envelope_from=envelope.mail_from or "",
                envelope_to=envelope.rcpt_tos,
                message_id=peek_message_id(raw),
            )
        )
        return "250 2.0.0 Kept" if kept else "550 5.7.1 Only mail of this installation is taken"

    async def handle_exception(self, error: Exception) -> str:
        """The delivery job tries again."""
        log.warning("sink_fault", error=clean_line(repr(error), 300))
        return "451 4.3.0 Not kept; try again later"
