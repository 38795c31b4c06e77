"""Reads for the page of background work and for the health page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from firstline.kit import clock
from firstline.outbox.enums import JobState
from firstline.outbox.models import Event, Job, Schedule

DEAD_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Queue:
    """How much of one queue waits, runs, waits for another try, or failed for good."""

    name: str
    due: int
    later: int
    running: int
    failing: int
    dead: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of all background work."""

    queues: list[Queue]
    dead: list[Job]
    dead_count: int
    undispatched: int
    schedules: list[Schedule]

    @property
    def delay_seconds(self) -> float:
        """For how long the oldest due job has been waiting."""
        due = [queue.oldest_due_at for queue in self.queues if queue.oldest_due_at]
        return max(0.0, (clock.now() - min(due)).total_seconds()) if due else 0.0


def overview() -> Overview:
    """Everything that the administrator's page and the health page show; four queries."""
    now = clock.now()
    ready = Q(state=JobState.READY)
    running = ready & Q(lease_until__gte=now)
    due = ready & Q(run_at__lte=now) & ~Q(lease_until__gte=now, lease_until__isnull=False)
    rows = (
        Job.objects.values("queue")
        .annotate(
            due=Count("id", filter=due),
            later=Count("id", filter=ready & Q(run_at__gt=now)),
            running=Count("id", filter=running),
            failing=Count("id", filter=ready & ~Q(error="")),
            dead=Count("id", filter=Q(state=JobState.DEAD)),
            oldest_due_at=Min("run_at", filter=due),
        )
        .order_by("queue")
    )
    queues = [Queue(row.pop("queue"), **row) for row in rows]
    dead = Job.objects.filter(state=JobState.DEAD).select_related("event").order_by("-id")
    return Overview(
        queues=queues,
        dead=list(dead[:DEAD_SHOWN_MAX]),
        dead_count=sum(queue.dead for queue in queues),
        undispatched=Event.objects.filter(dispatched_at=None).count(),
        schedules=list(Schedule.objects.order_by("name")),
    )
