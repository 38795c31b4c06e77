"""The table of alerts."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from firstline.devices.models import Device
from firstline.kit.refs import Ref
from firstline.monitoring.enums import KEY_LENGTH, SOURCE_LENGTH, Severity
from firstline.organizations.models import Organization, Service


class Alert(models.Model):
    """One fault from its first report to its end; repeats of the same source and key count up.

    `severity` and `text` are the newest that was reported, `worst` the worst so far.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    source = models.CharField(max_length=SOURCE_LENGTH)
    key = models.CharField(max_length=KEY_LENGTH)
    severity = models.CharField(max_length=10, choices=Severity)
    worst = models.CharField(max_length=10, choices=Severity)
    device = models.ForeignKey(Device, models.SET_NULL, null=True, blank=True, related_name="alerts")
    service = models.ForeignKey(Service, models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField()
    count = models.PositiveIntegerField(default=1)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "key"],
                condition=Q(resolved_at__isnull=True),
                name="alert_open_once",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values, worst__in=Severity.values),
                name="alert_severity_known",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "source", "key", "-id"], name="alert_by_key"),
            models.Index(fields=["-last_at"], condition=Q(resolved_at__isnull=True), name="alert_open"),
        ]

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def ref(self) -> Ref:
        return Ref("alert", self.pk, f"{self.source}: {self.key}")
