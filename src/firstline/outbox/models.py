"""Tables of the outbox: events that were announced, jobs that wait or failed, schedules."""

from django.db import models
from django.db.models import Q

from firstline.kit import ids
from firstline.outbox.enums import JobState
from firstline.outbox.events import DEFAULT_QUEUE


class Event(models.Model):
    """Something that happened, written in the transaction that made it happen."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    name = models.CharField(max_length=80)
    payload = models.JSONField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    causal_id = models.CharField(max_length=64)
    depth = models.PositiveSmallIntegerField()
    dispatched_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(dispatched_at=None), name="outbox_event_waiting"),
            models.Index(fields=["dispatched_at"], name="outbox_event_dispatched"),
        ]


class Job(models.Model):
    """One piece of work; the row is removed when it is done.

    Whoever holds `lease_id` until `lease_until` runs it; finishing needs the same lease id,
    so a worker that lost its lease cannot finish for another.
    """

    queue = models.CharField(max_length=40, default=DEFAULT_QUEUE)
    name = models.CharField(max_length=80)
    args = models.JSONField(default=dict)
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="jobs")
    created_at = models.DateTimeField()
    run_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_id = models.UUIDField(null=True)
    dedupe = models.CharField(max_length=200, null=True, unique=True)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.READY)
    error = models.TextField(default="")
    causal_id = models.CharField(max_length=64, default="")
    depth = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["run_at", "id"], condition=Q(state="ready"), name="outbox_job_ready"),
            models.Index(fields=["state", "id"], name="outbox_job_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_id=None, lease_until=None)
                | Q(lease_id__isnull=False, lease_until__isnull=False),
                name="outbox_job_lease_whole",
            ),
        ]


class Schedule(models.Model):
    """When a periodic job runs next; whoever moves `next_at` on owns the tick."""

    name = models.CharField(max_length=80, primary_key=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
