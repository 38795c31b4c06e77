"""Tables of requests to devices and of what came back."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from firstline.devices.models import Device
from firstline.kit.refs import Ref
from firstline.remote.enums import FINAL_STATES, CommandKind, CommandState

_PERSON = settings.AUTH_USER_MODEL


class Command(models.Model):
    """One request to one device; `key` is its name on the wire, `last_seq` the newest stored result."""

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    device = models.ForeignKey(Device, models.PROTECT, related_name="commands")
    kind = models.CharField(max_length=12, choices=CommandKind)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=CommandState, default=CommandState.QUEUED)
    asked_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    asked_by_name = models.CharField(max_length=200)
    ticket_label = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    timeout_seconds = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    consent = models.CharField(max_length=12, blank=True)
    consent_place = models.CharField(max_length=12, blank=True)
    run_as = models.CharField(max_length=64, blank=True)
    exit_code = models.BigIntegerField(null=True)
    end_reason = models.CharField(max_length=40, blank=True)
    duration_ms = models.PositiveBigIntegerField(null=True)
    is_truncated = models.BooleanField(default=False)
    cancel_wanted = models.BooleanField(default=False)
    last_seq = models.PositiveIntegerField(default=0)
    output_bytes = models.PositiveBigIntegerField(default=0)
    report = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["device", "id"], condition=~Q(state__in=sorted(FINAL_STATES)), name="command_open"
            ),
            models.Index(fields=["device", "-id"], name="command_by_device"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=sorted(FINAL_STATES)) | Q(finished_at__isnull=False),
                name="command_final_has_end",
            ),
        ]

    @property
    def is_final(self) -> bool:
        return self.state in FINAL_STATES

    @property
    def ref(self) -> Ref:
        return Ref("command", self.pk, self.get_kind_display())


class CommandOutput(models.Model):
    """One chunk of output as it came; a character may be split between two chunks of a stream."""

    command = models.ForeignKey(Command, models.CASCADE, related_name="output")
    seq = models.PositiveIntegerField()
    stream = models.CharField(max_length=6)
    data = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "seq"], name="output_once")]
