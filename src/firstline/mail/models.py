"""Mailboxes, what came in, what went out."""

from django.db import models

from firstline.mail.enums import InboundState, MailClass, OutboundState, Security, Source


class Mailbox(models.Model):
    """A real mail account: fetched by IMAP, sent from by SMTP; passwords are sealed (`mail.sealing`)."""

    address = models.CharField(max_length=254, unique=True)
    display_name = models.CharField(max_length=120, blank=True)
    is_enabled = models.BooleanField(default=True)
    imap_host = models.CharField(max_length=253, blank=True)
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=10, choices=Security, default=Security.TLS)
    imap_user = models.CharField(max_length=254, blank=True)
    imap_password_sealed = models.TextField(blank=True)
    imap_folder = models.CharField(max_length=200, default="INBOX")
    smtp_host = models.CharField(max_length=253, blank=True)
    smtp_port = models.PositiveIntegerField(default=587)
    smtp_security = models.CharField(max_length=10, choices=Security, default=Security.STARTTLS)
    smtp_user = models.CharField(max_length=254, blank=True)
    smtp_password_sealed = models.TextField(blank=True)
    fetched_at = models.DateTimeField(null=True)
    fetch_error = models.CharField(max_length=500, blank=True)


class InboundMessage(models.Model):
    """One message that reached us, stored raw on disk before its sender was told so."""

    source = models.CharField(max_length=10, choices=Source)
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, related_name="inbound")
    # "smtp", "command" or "imap:<id>"; with `identity` it makes a second delivery of the same bytes one row.
    channel = models.CharField(max_length=30)
    identity = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, db_index=True)
    path = models.CharField(max_length=200)
    size_bytes = models.PositiveIntegerField()
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.JSONField(default=list)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=InboundState, default=InboundState.RECEIVED)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    announced_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    result_kind = models.CharField(max_length=30, blank=True)
    result_id = models.BigIntegerField(null=True)
    result_label = models.CharField(max_length=60, blank=True)
    message_id = models.CharField(max_length=998, blank=True)
    from_address = models.CharField(max_length=320, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    mail_class = models.CharField(max_length=12, choices=MailClass, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "identity"], name="mail_inbound_once"),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="mail_inbound_newest"),
            models.Index(fields=["state", "-received_at"], name="mail_inbound_state"),
            models.Index(fields=["message_id"], name="mail_inbound_message_id"),
        ]


class OutboundMessage(models.Model):
    """One message of ours: what it says, and whether it was delivered; one row, one delivery record."""

    message_id = models.CharField(max_length=250, unique=True)
    from_address = models.CharField(max_length=254)
    from_name = models.CharField(max_length=120, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    file_ids = models.JSONField(default=list)
    in_reply_to = models.CharField(max_length=998, blank=True)
    references = models.JSONField(default=list)
    is_automatic = models.BooleanField(default=False)
    # Holds a personal link (a password reset): its text is shown by the built-in outbox only.
    is_private = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True)
    ref_kind = models.CharField(max_length=30, blank=True)
    ref_id = models.BigIntegerField(null=True)
    ref_label = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=8, choices=OutboundState, default=OutboundState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    # Envelope recipients that a server took, and those refused for good with the server's words.
    accepted = models.JSONField(default=list)
    refused = models.JSONField(default=dict)
    route = models.CharField(max_length=260, blank=True)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="mail_outbound_newest"),
            models.Index(fields=["state", "-created_at"], name="mail_outbound_state"),
            models.Index(fields=["ref_kind", "ref_id"], name="mail_outbound_ref"),
        ]


class SinkMessage(models.Model):
    """What the built-in outbox received over SMTP in place of the world."""

    outbound = models.OneToOneField(OutboundMessage, on_delete=models.CASCADE, related_name="sunk")
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.JSONField(default=list)
    received_at = models.DateTimeField()
