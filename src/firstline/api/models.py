"""Answers that are given again for the same Idempotency-Key."""

from django.conf import settings
from django.db import models

from firstline.kit import clock


class StoredAnswer(models.Model):
    """What a person's request with a key was answered; `fingerprint` tells a repeat from another request."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    location = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="stored_answer_once")]
