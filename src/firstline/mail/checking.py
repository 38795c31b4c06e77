"""The connection test: really connects, signs in and asks, and says what failed in plain words."""

import imaplib
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from imap_tools import ImapToolsError

from firstline.mail import delivery, imap
from firstline.mail.enums import CHECKS, Security
from firstline.mail.models import Mailbox

_DETAIL_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test found: a code of `enums.CHECKS` and what fills its sentence."""

    code: str
    params: dict[str, object] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        return self.code == "ok"

    @property
    def sentence(self) -> str:
        """The finding in the active language."""
        return str(CHECKS[self.code]) % self.params


def check_imap(mailbox: Mailbox) -> Finding:
    """Connect, sign in and open the folder; changes nothing there."""
    host, port = mailbox.imap_host, mailbox.imap_port
    if not host:
        return Finding("not_configured")
    refused = (imaplib.IMAP4.error, ImapToolsError)

    def talk() -> Finding:
        try:
            box = imap.open_connection(mailbox)
        except refused as error:
            code = "starttls" if mailbox.imap_security == Security.STARTTLS else "protocol"
            return _finding(code, host, port, error)
        try:
            imap.sign_in(box, mailbox)
        except refused as error:
            return _finding("login", host, port, error)
        try:
            with imap.closing(box):
                box.folder.set(mailbox.imap_folder, readonly=True)
        except refused as error:
            finding = _finding("folder", host, port, error)
            return Finding("folder", finding.params | {"folder": mailbox.imap_folder})
        return Finding("ok")

    return _reached(talk, host, port)


def check_smtp(mailbox: Mailbox) -> Finding:
    """Connect, sign in and ask whether we may send as the mailbox's address; sends nothing."""
    host, port = mailbox.smtp_host, mailbox.smtp_port
    if not host:
        return Finding("not_configured")

    def talk() -> Finding:
        try:
            server = delivery.connect(mailbox)
        except smtplib.SMTPAuthenticationError as error:
            return _finding("login", host, port, error)
        except smtplib.SMTPNotSupportedError as error:
            is_tls = "STARTTLS" in str(error).upper()
            return _finding("starttls" if is_tls else "login_unsupported", host, port, error)
        except smtplib.SMTPException as error:
            return _finding("protocol", host, port, error)
        with server:
            server.ehlo_or_helo_if_needed()
            code, words = server.mail(mailbox.address)
            if code != 250:
                finding = _finding("sender", host, port, smtplib.SMTPResponseException(code, words))
                return Finding("sender", finding.params | {"address": mailbox.address})
            server.rset()
        return Finding("ok")

    return _reached(talk, host, port)


def _reached(talk: Callable[[], Finding], host: str, port: int) -> Finding:
    """The finding of `talk`, or why the server could not be talked to at all."""
    try:
        return talk()
    except socket.gaierror as error:
        return _finding("name_not_found", host, port, error)
    except ssl.SSLCertVerificationError as error:
        return _finding("certificate", host, port, error.verify_message or error)
    except ssl.SSLError as error:
        return _finding("tls", host, port, error)
    except ConnectionRefusedError as error:
        return _finding("refused", host, port, error)
    except TimeoutError as error:
        return _finding("timeout", host, port, error)
    except smtplib.SMTPException as error:
        return _finding("protocol", host, port, error)
    except OSError as error:
        return _finding("unreachable", host, port, error)


def _finding(code: str, host: str, port: int, error: object) -> Finding:
    detail = delivery.describe(error) if isinstance(error, Exception) else str(error)
    return Finding(
        code,
        {
            "host": host,
            "port": port,
            "detail": detail[:_DETAIL_CHARS_MAX],
            "seconds": delivery.CONNECT_SECONDS_MAX,
        },
    )
