"""Tables of devices, their facts with history, health samples and enrolment tokens."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from firstline.devices.enums import DeviceState
from firstline.kit import clock
from firstline.kit.refs import Ref
from firstline.organizations.models import Organization

_PERSON = settings.AUTH_USER_MODEL


class Device(models.Model):
    """A machine that somebody uses; `identity` is the device id its agent proves (TRUST 3.4).

    `facts` is the newest inventory, `health` the newest heartbeat; both are written by the
    device and therefore hostile text.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="devices")
    owner = models.ForeignKey(_PERSON, models.SET_NULL, null=True, blank=True, related_name="devices")
    hostname = models.CharField(max_length=200)
    display_name = models.CharField(max_length=200, blank=True)
    serial = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200, blank=True)
    os_name = models.CharField(max_length=200, blank=True)
    os_version = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=DeviceState, default=DeviceState.LISTED)
    identity = models.BinaryField(max_length=32, null=True, unique=True)
    public_point = models.BinaryField(max_length=65, null=True)
    machine_id = models.CharField(max_length=128, blank=True)
    agent_version = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)
    health = models.JSONField(default=dict)
    is_online = models.BooleanField(default=False)
    last_seen_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["hostname", "id"]
        indexes = [
            models.Index(fields=["organization", "hostname"], name="device_by_organization"),
            models.Index(fields=["owner"], name="device_by_owner"),
            models.Index(fields=["hostname"], name="device_by_hostname"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=DeviceState.LISTED)
                | Q(identity__isnull=False, public_point__isnull=False, enrolled_at__isnull=False),
                name="device_enrolled_has_identity",
            ),
        ]

    @property
    def label(self) -> str:
        """What people call it."""
        return self.display_name or self.hostname

    @property
    def ref(self) -> Ref:
        return Ref("device", self.pk, self.label)

    @property
    def has_agent(self) -> bool:
        return self.state == DeviceState.ACTIVE


class DeviceFacts(models.Model):
    """One inventory as it was from `at` on; the history of a device."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="facts_history")
    at = models.DateTimeField()
    facts = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["device", "-at"], name="facts_by_device")]


class HealthSample(models.Model):
    """Load of a device, about one a minute, kept for two days."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="health_samples")
    at = models.DateTimeField()
    cpu_percent = models.PositiveSmallIntegerField()
    memory_percent = models.PositiveSmallIntegerField()
    disk_percent = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["device", "-at"], name="health_by_device"),
            models.Index(fields=["at"], name="health_by_time"),
        ]


class EnrolmentToken(models.Model):
    """Permission to enrol up to `uses_max` devices; the secret is derived, not stored."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="enrolment_tokens")
    owner = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    token_id = models.BinaryField(max_length=16, unique=True)
    uses_max = models.PositiveIntegerField(default=1)
    uses = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(uses__lte=models.F("uses_max")), name="token_uses_bounded"),
        ]
