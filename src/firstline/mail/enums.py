"""States, classes and codes of mail, with the sentences people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InboundState(models.TextChoices):
    """What became of a message that arrived."""

    RECEIVED = "received", pgettext_lazy("inbound mail", "Received")
    PROCESSED = "processed", pgettext_lazy("inbound mail", "Processed")
    QUARANTINED = "quarantined", pgettext_lazy("inbound mail", "In quarantine")
    IGNORED = "ignored", pgettext_lazy("inbound mail", "Set aside")


class OutboundState(models.TextChoices):
    """Where a message of ours is on its way."""

    QUEUED = "queued", pgettext_lazy("outbound mail", "Waiting")
    SENT = "sent", pgettext_lazy("outbound mail", "Sent")
    FAILED = "failed", pgettext_lazy("outbound mail", "Failed")


class Security(models.TextChoices):
    """How a connection to a mail server is protected."""

    TLS = "tls", _("TLS from the first byte")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("No encryption")


class MailClass(models.TextChoices):
    """What kind of sender wrote a message."""

    PERSON = "person", pgettext_lazy("mail class", "Person")
    AUTO_REPLY = "auto_reply", pgettext_lazy("mail class", "Automatic reply")
    BOUNCE = "bounce", pgettext_lazy("mail class", "Delivery report")
    LIST = "list", pgettext_lazy("mail class", "Mailing list")
    LOOP = "loop", pgettext_lazy("mail class", "Our own mail, come back")


class Source(models.TextChoices):
    """The door a message came in by."""

    SMTP = "smtp", _("Built-in SMTP listener")
    IMAP = "imap", _("IMAP mailbox")
    COMMAND = "command", _("Command line")


# Why a message waits in quarantine or was set aside; the code is stored.
REASONS = {
    "empty": _("The message is empty."),
    "no_sender": _("The message names no sender that could be answered."),
    "header_too_large": _("The header is larger than any honest message needs."),
    "too_many_parts": _("The message has more parts than any honest message needs."),
    "too_deep": _("Messages are nested in messages deeper than we follow."),
    "too_large": _("The message is larger than 25 MB; only its header was kept."),
    "file_missing": _("The stored message cannot be read from the disk."),
    "processing_failed": _("Processing failed several times."),
    "loop": _("It is our own mail, come back."),
    "bounce": _("It reports on the delivery of a message of ours; see there."),
    "auto_reply": _("It is an automatic reply, for example of someone on leave."),
    "dropped": _("An administrator dropped it."),
    "unknown_sender": _("The sender is not known here."),
    "erased": _("Its sender was erased before it became anything."),
    "rate": _("The sender writes faster than a person could."),
}

ERRORS = {
    "mail_address_invalid": _("“%(address)s” is not an e-mail address."),
    "mail_no_recipient": _("Name at least one recipient."),
    "mail_too_many_recipients": _("A message may have at most %(limit)s recipients."),
    "mail_too_large": _("The message is larger than %(limit)s MB."),
    "mail_not_quarantined": _("This message is not in quarantine any more."),
    "mail_not_failed": _("Only a message that failed can be sent again."),
    "mail_unknown": _("There is no such message."),
    "mailbox_unknown": _("There is no such mailbox."),
    "mailbox_host_invalid": _("“%(host)s” is not the name of a server."),
    "mailbox_password_again": _("The server or its encryption changed. Enter the password again."),
    "mailbox_port_invalid": _("A port is a number from 1 to 65535."),
    "mailbox_address_taken": _("Another mailbox already has this address."),
    "mailbox_nothing_configured": _("Name a server for incoming mail, for outgoing mail, or both."),
}

# What the connection test found, in plain words; %(detail)s is what the server said.
CHECKS = {
    "ok": _("Works."),
    "not_configured": _("Not set up."),
    "name_not_found": _("There is no server of the name “%(host)s”. Check the spelling."),
    "refused": _("%(host)s answers, but nothing listens on port %(port)s. Check port and firewall."),
    "timeout": _(
        "%(host)s did not answer on port %(port)s within %(seconds)s seconds. Check port and firewall."
    ),
    "unreachable": _("%(host)s cannot be reached from here: %(detail)s"),
    "certificate": _("The certificate of %(host)s is not trusted: %(detail)s"),
    "tls": _("%(host)s does not speak TLS on port %(port)s. Try STARTTLS, or another port. (%(detail)s)"),
    "starttls": _("%(host)s does not offer STARTTLS on port %(port)s. (%(detail)s)"),
    "protocol": _("What answers on port %(port)s of %(host)s is not the right kind of server: %(detail)s"),
    "login": _("%(host)s refused the user name or the password: %(detail)s"),
    "login_unsupported": _(
        "%(host)s does not allow signing in with a password on this connection. (%(detail)s)"
    ),
    "folder": _("Signed in, but the folder “%(folder)s” cannot be opened: %(detail)s"),
    "sender": _("Signed in, but %(host)s does not let us send as %(address)s: %(detail)s"),
}
