"""Mailboxes: saving their settings with sealed passwords, noting how fetching went."""

import re
from dataclasses import dataclass, fields

from firstline.audit.actions import record
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.kit.refs import Ref
from firstline.kit.text import clean_line
from firstline.mail import sealing
from firstline.mail.actions.outbound import checked_address
from firstline.mail.enums import Security
from firstline.mail.models import Mailbox
from firstline.mail.permissions import SETTINGS_MANAGE
from firstline.outbox.actions import transaction

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """What an administrator enters; a password of None keeps the one that is stored."""

    address: str
    display_name: str = ""
    is_enabled: bool = True
    imap_host: str = ""
    imap_port: int = 993
    imap_security: str = Security.TLS
    imap_user: str = ""
    imap_password: str | None = None
    imap_folder: str = "INBOX"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = Security.STARTTLS
    smtp_user: str = ""
    smtp_password: str | None = None


def save_mailbox(*, actor: Actor, settings: MailboxSettings, mailbox: Mailbox | None = None) -> Mailbox:
    """Create or change a mailbox; passwords are sealed and never audited.

    Raises InvalidInput `mail_address_invalid`, `mailbox_host_invalid`, `mailbox_port_invalid`,
    `mailbox_address_taken`, `mailbox_nothing_configured`, and `mailbox_password_again` where a stored
    password would go to another server.
    """
    actor.check(SETTINGS_MANAGE)
    before = _public_state(mailbox) if mailbox and mailbox.pk else None
    row = apply_settings(mailbox or Mailbox(), settings)
    if Mailbox.objects.filter(address__iexact=row.address).exclude(pk=row.pk).exists():
        raise InvalidInput("mailbox_address_taken", field="address")
    with transaction():
        row.save()
        record(
            actor=actor,
            verb="mail.mailbox_saved",
            ref=Ref("mailbox", row.pk, row.address),
            old=before,
            new=_public_state(row),
        )
    return row


def apply_settings(row: Mailbox, settings: MailboxSettings) -> Mailbox:
    """Put checked settings onto an unsaved row, for saving or for testing; raises as `save_mailbox`."""
    row.address = checked_address(settings.address, "address")
    if not settings.imap_host.strip() and not settings.smtp_host.strip():
        raise InvalidInput("mailbox_nothing_configured", field="imap_host")
    for protocol in ("imap", "smtp"):
        _check_password_stays_home(row, settings, protocol)
    for item in fields(settings):
        value = getattr(settings, item.name)
        if item.name.endswith("_host"):
            value = _host(value, item.name)
        elif item.name.endswith("_port") and not 1 <= value <= 65535:
            raise InvalidInput("mailbox_port_invalid", field=item.name)
        elif item.name.endswith("_password"):
            if value is not None:
                setattr(row, f"{item.name}_sealed", sealing.seal(value))
            continue
        if item.name != "address":
            setattr(row, item.name, clean_line(value, 250) if isinstance(value, str) else value)
    row.imap_folder = row.imap_folder or "INBOX"
    return row


def note_fetch(*, mailbox_id: int, error: str) -> None:
    """Note when a mailbox was last fetched and what went wrong."""
    changes: dict[str, object] = {"fetch_error": clean_line(error, 500)}
    if not error:
        changes["fetched_at"] = clock.now()
    Mailbox.objects.filter(pk=mailbox_id).update(**changes)


def _check_password_stays_home(row: Mailbox, settings: MailboxSettings, protocol: str) -> None:
    """A stored password goes to the server it was entered for, and never from TLS to the open wire."""
    if getattr(settings, f"{protocol}_password") is not None or not getattr(
        row, f"{protocol}_password_sealed"
    ):
        return
    host, old_host = getattr(settings, f"{protocol}_host").strip(), getattr(row, f"{protocol}_host")
    security, old_security = (getattr(one, f"{protocol}_security") for one in (settings, row))
    is_bared = security == Security.NONE and old_security != Security.NONE
    if host and (host.lower() != old_host.lower() or is_bared):
        raise InvalidInput("mailbox_password_again", field=f"{protocol}_password")


def _host(value: str, field: str) -> str:
    host = value.strip()
    if host and not _HOST.fullmatch(host):
        raise InvalidInput("mailbox_host_invalid", field=field, host=clean_line(host, 80))
    return host


def _public_state(row: Mailbox) -> dict[str, object]:
    """Everything but passwords."""
    names = (item.name for item in fields(MailboxSettings) if not item.name.endswith("_password"))
    return {name: getattr(row, name) for name in names}
