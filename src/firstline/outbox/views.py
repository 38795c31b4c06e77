"""The Administration page of background work: queue lengths, dead letters, periodic jobs."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from firstline.outbox import actions, queries
from firstline.outbox.enums import OUTBOX_VIEW
from firstline.outbox.models import Job, Schedule
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that failed for good; `error` is the last line of `trace`."""

    id: int
    name: str
    event: str
    args: str
    attempts: int
    created_at: datetime
    error: str
    trace: str
    causal_id: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows."""

    queues: list[queries.Queue]
    dead: list[DeadLetter]
    dead_count: int
    undispatched: int
    schedules: list[Schedule]


@gate(OUTBOX_VIEW)
def jobs(request: HttpRequest) -> HttpResponse:
    """Queues, dead letters and schedules."""
    found = queries.overview()
    page = Page(
        queues=found.queues,
        dead=[_letter(job) for job in found.dead],
        dead_count=found.dead_count,
        undispatched=found.undispatched,
        schedules=found.schedules,
    )
    return render(request, "outbox/jobs.html", page, block="content")


@gate(OUTBOX_VIEW)
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """POST: try a dead letter again."""
    if request.method == "POST":
        actions.retry_job(actor=actor_of(request), job_id=job_id)
        return redirect(request, reverse("outbox-jobs"), toast=_("It will be tried again now."))
    return redirect(request, reverse("outbox-jobs"))


@gate(OUTBOX_VIEW)
def drop(request: HttpRequest, job_id: int) -> HttpResponse:
    """POST: give a dead letter up."""
    if request.method == "POST":
        actions.drop_job(actor=actor_of(request), job_id=job_id)
        return redirect(
            request, reverse("outbox-jobs"), toast=_("Dropped. The audit trail keeps a note of it.")
        )
    return redirect(request, reverse("outbox-jobs"))


def _letter(job: Job) -> DeadLetter:
    lines = job.error.strip().splitlines()
    payload = job.event.payload if job.event else job.args
    return DeadLetter(
        id=job.id,
        name=job.name,
        event=job.event.name if job.event else "",
        args=", ".join(f"{name}={value}" for name, value in payload.items()),
        attempts=job.attempts,
        created_at=job.created_at,
        error=lines[-1] if lines else "",
        trace=job.error,
        causal_id=job.causal_id,
    )
