"""Fetching a real mailbox: each unseen message is stored first and marked seen second."""

import contextlib
import imaplib
import ssl
from collections.abc import Iterator

from imap_tools import (
    BaseMailBox,
    ImapToolsError,
    MailBox,
    MailBoxUnencrypted,
    MailMessageFlags,
)

from firstline.mail import actions, sealing
from firstline.mail.enums import Security, Source
from firstline.mail.models import Mailbox

SECONDS_MAX = 30
SIZE_BYTES_MAX = 26 * 2**20
MESSAGES_MAX = 500
FAULTS = (OSError, imaplib.IMAP4.error, ImapToolsError)


def fetch(mailbox: Mailbox) -> int:
    """Take over all unseen messages; returns how many were new. Raises one of `FAULTS`.

    A crash between storing and marking is harmless: the same bytes are recognised next time.
    """
    count = 0
    with connect(mailbox) as box:
        box.folder.set(mailbox.imap_folder)
        for uid in box.uids("UNSEEN")[:MESSAGES_MAX]:
            raw, fault = _read(box, uid)
            if raw is None:
                continue  # expunged by somebody else meanwhile
            actions.receive(raw=raw, source=Source.IMAP, mailbox=mailbox, fault=fault)
            box.flag(uid, MailMessageFlags.SEEN, value=True)
            count += 1
    return count


def connect(mailbox: Mailbox) -> contextlib.AbstractContextManager[BaseMailBox]:
    """A signed-in connection, no folder chosen yet."""
    box = open_connection(mailbox)
    sign_in(box, mailbox)
    return closing(box)


def sign_in(box: BaseMailBox, mailbox: Mailbox) -> None:
    """Give user and password; closes the connection when they are refused."""
    try:
        password = sealing.unseal(mailbox.imap_password_sealed)
        box.login(mailbox.imap_user, password, initial_folder=None)
    except BaseException:
        _hang_up(box)
        raise


@contextlib.contextmanager
def closing(box: BaseMailBox) -> Iterator[BaseMailBox]:
    """Sign out at the end, whatever happened."""
    try:
        yield box
    finally:
        with contextlib.suppress(*FAULTS):
            box.logout()
        # A server that went away in the middle leaves the socket open.
        _hang_up(box)


def _hang_up(box: BaseMailBox) -> None:
    """Close the socket; one that a failed TLS handshake has closed already must not hide why it failed."""
    with contextlib.suppress(*FAULTS):
        box.client.shutdown()


def open_connection(mailbox: Mailbox) -> BaseMailBox:
    """A connection with the configured protection, not signed in."""
    host, port = mailbox.imap_host, mailbox.imap_port
    if mailbox.imap_security == Security.TLS:
        return MailBox(host, port, timeout=SECONDS_MAX, ssl_context=ssl.create_default_context())
    if mailbox.imap_security == Security.STARTTLS:
        box = MailBoxUnencrypted(host, port, timeout=SECONDS_MAX)
        try:
            box.client.starttls(ssl_context=ssl.create_default_context())
        except BaseException:
            _hang_up(box)
            raise
        return box
    return MailBoxUnencrypted(host, port, timeout=SECONDS_MAX)


def describe(error: BaseException) -> str:
    """What a failed fetch says, for the mailbox page."""
    return f"{type(error).__name__}: {error}"[:500]


def _read(box: BaseMailBox, uid: str) -> tuple[bytes | None, str]:
    """The raw message without marking it, or only its header when it is too large; and the fault code."""
    size = _fetch_item(box, uid, "(RFC822.SIZE)")
    too_large = b"RFC822.SIZE" in size[0] and _number_after(size[0], b"RFC822.SIZE") > SIZE_BYTES_MAX
    _, raw = _fetch_item(box, uid, "(BODY.PEEK[HEADER])" if too_large else "(BODY.PEEK[])")
    return raw, "too_large" if too_large else ""


def _fetch_item(box: BaseMailBox, uid: str, item: str) -> tuple[bytes, bytes | None]:
    """The server's answer line and literal for one item of one message."""
    status, answers = box.client.uid("fetch", uid, item)
    if status != "OK":
        raise imaplib.IMAP4.error(f"FETCH {item}: {status}")
    for answer in answers:
        if isinstance(answer, tuple):
            return answer[0], answer[1]
    line = next((answer for answer in answers if isinstance(answer, bytes)), b"")
    return line, None


def _number_after(line: bytes, word: bytes) -> int:
    digits = line.partition(word)[2].strip().partition(b" ")[0].strip(b") ")
    return int(digits) if digits.isdigit() else 0
