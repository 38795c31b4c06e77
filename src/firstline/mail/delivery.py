"""One attempt to hand a message to a mail server, and what came of it for each recipient."""

import contextlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

from firstline.mail import queries, sealing, sink
from firstline.mail.enums import Security
from firstline.mail.models import Mailbox, OutboundMessage

CONNECT_SECONDS_MAX = 20


@dataclass(slots=True)
class Attempt:
    """Who was taken, who was refused for good (with the server's words), and what went wrong otherwise."""

    route: str
    accepted: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    error: str = ""


def deliver(row: OutboundMessage, raw: bytes, recipients: Sequence[str]) -> Attempt:
    """Send by the configured mailbox, or into the built-in outbox where there is none.

    Failures of network and servers are in the answer, not raised.
    """
    mailbox = queries.sending_mailbox(row.from_address)
    attempt = Attempt(f"{mailbox.smtp_host}:{mailbox.smtp_port}" if mailbox else sink.ROUTE)
    try:
        server = (
            connect(mailbox)
            if mailbox
            else smtplib.SMTP(sink.HOST, sink.start(), timeout=CONNECT_SECONDS_MAX)
        )
    except (OSError, smtplib.SMTPException) as error:
        attempt.error = describe(error)
        return attempt
    try:
        _converse(server, row.from_address, raw, recipients, attempt)
    except (OSError, smtplib.SMTPException) as error:
        attempt.error = describe(error)
    finally:
        # The answer to QUIT changes nothing any more.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()
    return attempt


def connect(mailbox: Mailbox) -> smtplib.SMTP:
    """A signed-in connection to the mailbox's SMTP server; raises OSError or SMTPException."""
    host, port = mailbox.smtp_host, mailbox.smtp_port
    if mailbox.smtp_security == Security.TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, timeout=CONNECT_SECONDS_MAX, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, port, timeout=CONNECT_SECONDS_MAX)
    try:
        if mailbox.smtp_security == Security.STARTTLS:
            server.starttls(context=ssl.create_default_context())
        if mailbox.smtp_user:
            server.login(mailbox.smtp_user, sealing.unseal(mailbox.smtp_password_sealed))
    except BaseException:
        server.close()
        raise
    return server


def describe(error: Exception) -> str:
    """What a failed attempt says, for the outbox page."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_words(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _converse(
    server: smtplib.SMTP, sender: str, raw: bytes, recipients: Sequence[str], attempt: Attempt
) -> None:
    server.ehlo_or_helo_if_needed()
    options = [f"size={len(raw)}"] if server.has_extn("size") else []
    abroad = [one for one in recipients if not one.isascii()]
    if abroad and not server.has_extn("smtputf8"):
        attempt.refused.update(dict.fromkeys(abroad, "the server does not support SMTPUTF8"))
        recipients = [one for one in recipients if one.isascii()]
    elif abroad:
        options.append("SMTPUTF8")
    code, words = server.mail(sender, options)
    if code != 250:
        _note(attempt, code, words, recipients)
        return
    taken = []
    for recipient in recipients:
        code, words = server.rcpt(recipient)
        if code in {250, 251, 252}:
            taken.append(recipient)
        else:
            _note(attempt, code, words, [recipient])
    if not taken:
        return
    code, words = server.data(raw)
    if code == 250:
        attempt.accepted = taken
    else:
        _note(attempt, code, words, taken)


def _note(attempt: Attempt, code: int, words: bytes, recipients: Sequence[str]) -> None:
    """5xx is for good; anything else may pass."""
    said = f"{code} {_words(words)}"
    if 500 <= code < 600:
        attempt.refused.update(dict.fromkeys(recipients, said))
    else:
        attempt.error = said


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
