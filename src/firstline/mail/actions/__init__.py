"""Every write of mail."""

from firstline.mail.actions.forgetting import forget_about, forget_person, forget_signatures
from firstline.mail.actions.inbound import (
    drop,
    ignore,
    process,
    quarantine,
    quarantine_forgotten,
    receive,
    retry,
    settle,
)
from firstline.mail.actions.mailboxes import MailboxSettings, apply_settings, note_fetch, save_mailbox
from firstline.mail.actions.outbound import (
    fail_bounced,
    keep_sunk,
    recipients,
    record_attempt,
    send,
    send_again,
)

__all__ = [
    "MailboxSettings",
    "apply_settings",
    "drop",
    "fail_bounced",
    "forget_about",
    "forget_person",
    "forget_signatures",
    "ignore",
    "keep_sunk",
    "note_fetch",
    "process",
    "quarantine",
    "quarantine_forgotten",
    "receive",
    "recipients",
    "record_attempt",
    "retry",
    "save_mailbox",
    "send",
    "send_again",
    "settle",
]
