"""Tables of notices and of what each person wants to be told."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notification(models.Model):
    """One thing one person is told; `cause` says why them, `event_id` which event led to it.

    `in_bell` False: the person wants this kind by mail only; the row still says what was sent.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    ref_label = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=300, blank=True)
    cause = models.CharField(max_length=60)
    event_id = models.CharField(max_length=64)
    in_bell = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "event_id"], name="notification_once_per_event")
        ]
        indexes = [
            models.Index(fields=["person", "id"], condition=Q(in_bell=True), name="notification_bell"),
            models.Index(
                fields=["person"], condition=Q(in_bell=True, read_at__isnull=True), name="notification_unread"
            ),
            models.Index(fields=["ref_kind", "ref_id"], name="notification_by_ref"),
            models.Index(fields=["created_at"], name="notification_created"),
        ]


class Preference(models.Model):
    """What a person wants for one kind; without a row the kind's own defaults hold."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preferences"
    )
    kind = models.CharField(max_length=60)
    bell = models.BooleanField()
    mail = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="notification_preference_once")
        ]
