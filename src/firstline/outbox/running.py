"""The work of a worker, step by step: dispatch events, tick schedules, claim, run and finish jobs."""

import random
import threading
import traceback
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, partial

import structlog
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from firstline.kit import actor as actors
from firstline.kit import clock, rows
from firstline.kit.prepared import Prepared
from firstline.outbox import failpoints
from firstline.outbox.enums import EVENT_KEEP_DAYS, JobState
from firstline.outbox.events import HANDLERS, PERIODS, TASKS, Context, Drop, GiveUp, Retry, RetryLater, Task
from firstline.outbox.models import Event, Job, Schedule

log = structlog.get_logger(__name__)

LEASE_SECONDS = 30.0
# Set while the workers of this process are being stopped: long jobs look at it.
stopping = threading.Event()
_DISPATCH_BATCH = 200
_ERROR_CHARACTERS = 6000
_STOPPED_ATTEMPTS = 5
_JITTER = 0.2


def dispatch() -> int:
    """Turn waiting events into one job per handler and mark them, in one transaction; returns how many."""
    if not _first_event():
        return 0
    with transaction.atomic(savepoint=False):
        events = _waiting_events()
        now = clock.now()
        jobs = [
            Job(
                queue=task.queue,
                name=task.name,
                event=event,
                created_at=now,
                run_at=now,
                dedupe=f"{task.name}@{event.id}",
                causal_id=event.causal_id,
                depth=event.depth,
            )
            for event in events
            for task in HANDLERS.get(event.name, ())
        ]
        rows.insert(jobs)
        Event.objects.filter(id__in=[event.id for event in events]).update(dispatched_at=now)
        transaction.on_commit(lambda: failpoints.hit("after_dispatch"))
    return len(events)


def is_anything_due(room: Mapping[str, int] | None) -> bool:
    """Whether events wait, or jobs that may be claimed (none without `room`)."""
    return bool(_first_event()) or (room is not None and bool(_first_due(clock.now(), *_full(room))))


def _full(room: Mapping[str, int]) -> list[str]:
    return sorted(name for name, left in room.items() if left <= 0)


def _waiting(count: int) -> QuerySet[Event]:
    waiting = Event.objects.filter(dispatched_at=None).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    return waiting[:count]


_first_event = Prepared(lambda: Event.objects.filter(dispatched_at=None).values_list("id")[:1])
_waiting_events = Prepared(lambda: _waiting(_DISPATCH_BATCH))


def add_schedules() -> None:
    """Make sure that every periodic job has its row; a new one is due at once."""
    known = set(Schedule.objects.values_list("name", flat=True))
    missing = [Schedule(name=name, next_at=clock.now()) for name in PERIODS if name not in known]
    if missing:
        Schedule.objects.bulk_create(missing, ignore_conflicts=True)


def due_schedules() -> list[str]:
    """The periodic jobs whose time has come."""
    return [name for name in _due_names(clock.now()) if name in PERIODS]


_due_names = Prepared(
    lambda now: Schedule.objects.filter(next_at__lte=now).order_by("name").values_list("name", flat=True)
)


def tick(name: str) -> bool:
    """Claim a periodic job's tick and enqueue it; False where another worker was first."""
    period = PERIODS[name]
    now = clock.now()
    with transaction.atomic():
        mine = Schedule.objects.filter(name=name, next_at__lte=now).update(
            next_at=now + timedelta(seconds=period.seconds), last_at=now
        )
        if mine:
            # A tick that still waits or runs is enough; one that failed for good tries again.
            last = Job.objects.filter(dedupe=name)
            last.filter(state=JobState.DEAD).update(state=JobState.READY, attempts=0, run_at=now)
            if not last.exists():
                tick_job = Job(queue=period.task.queue, name=name, created_at=now, run_at=now, dedupe=name)
                Job.objects.bulk_create([tick_job], ignore_conflicts=True)
    return bool(mine)


def forget_old_events(limit: int = 1000) -> int:
    """Remove dispatched events past their keeping time whose jobs are all done; returns how many."""
    before = clock.now() - timedelta(days=EVENT_KEEP_DAYS)
    old = Event.objects.filter(dispatched_at__lt=before, jobs=None).values_list("id", flat=True)[:limit]
    # Dispatched events get no new jobs, so nothing can come between the two statements.
    return Event.objects.filter(id__in=list(old)).delete()[0]


def claim(
    count: int, *, room: Mapping[str, int] | None = None, lease_seconds: float = LEASE_SECONDS
) -> list[Job]:
    """Lease up to `count` due jobs to the caller, in a short transaction of its own.

    `room` says of limited queues how many more jobs may be taken.
    """
    now = clock.now()
    room = room or {}
    full = _full(room)
    if not _first_due(now, *full):
        return []
    with transaction.atomic(savepoint=False):
        # A transaction may have waited for its turn: look again, now that others cannot.
        jobs = _within(room, _due_jobs(count * 4 if room else count)(now, *full))[:count]
        lease_id = uuid.uuid4()
        until = now + timedelta(seconds=lease_seconds)
        Job.objects.filter(id__in=[job.id for job in jobs]).update(
            lease_until=until, lease_id=lease_id, attempts=F("attempts") + 1
        )
    for job in jobs:
        job.lease_id, job.lease_until = lease_id, until
        job.attempts += 1
    return jobs


def _due(now: datetime, *full: str) -> QuerySet[Job]:
    """Jobs whose time has come and that nobody holds, outside the `full` queues."""
    due = Job.objects.filter(state=JobState.READY, run_at__lte=now)
    due = due.filter(Q(lease_until=None) | Q(lease_until__lt=now))
    return due.exclude(queue__in=full) if full else due


def _free(count: int, now: datetime, *full: str) -> QuerySet[Job]:
    free = _due(now, *full).order_by("run_at", "id").select_related("event")
    if connection.features.has_select_for_update_skip_locked:
        free = free.select_for_update(skip_locked=True, of=("self",))
    return free[:count]


_first_due = Prepared(lambda now, *full: _due(now, *full).values_list("id")[:1])


@cache
def _due_jobs(count: int) -> Prepared[Job]:
    return Prepared(partial(_free, count))


def _within(room: Mapping[str, int], jobs: Iterable[Job]) -> list[Job]:
    left = dict(room)
    taken = []
    for job in jobs:
        if job.queue in left:
            left[job.queue] -= 1
            if left[job.queue] < 0:
                continue
        taken.append(job)
    return taken


def release(jobs: Sequence[Job]) -> None:
    """Give back jobs that were claimed and not begun."""
    mine = Q(pk__in=[])
    for job in jobs:
        mine |= Q(id=job.id, lease_id=job.lease_id)
    Job.objects.filter(mine).update(lease_until=None, lease_id=None, attempts=F("attempts") - 1)


def extend(jobs: Iterable[Job], *, lease_seconds: float = LEASE_SECONDS) -> None:
    """The heartbeat: keep the leases of running jobs."""
    until = clock.now() + timedelta(seconds=lease_seconds)
    held = Q(pk__in=[])
    for job in jobs:
        held |= Q(id=job.id, lease_id=job.lease_id)
    Job.objects.filter(held).update(lease_until=until)


def run(job: Job) -> Exception | None:
    """Run a claimed job outside any transaction and finish it; returns what it raised, if anything."""
    fault = attempt(job)
    if fault is None:
        finish([job])
    return fault


def attempt(job: Job) -> Exception | None:
    """Run a claimed job outside any transaction; returns what it raised. One that did not fail is not
    finished yet: until `finish` it will run again should the worker die."""
    if _in_transaction():
        raise RuntimeError("jobs never run inside a transaction")
    task = TASKS.get(job.name)
    try:
        _call(task, job)
    except Drop as reason:
        log.info("job_dropped", job=job.name, id=job.id, reason=str(reason))
    except Exception as error:  # noqa: BLE001 -- recorded on the job; the worker goes on
        _fail(job, task.retry if task else Retry(), error)
        return error
    return None


def _call(task: Task | None, job: Job) -> None:
    if task is None:
        raise GiveUp(f"this version has no job named {job.name}")
    # A worker that was killed is not the job's fault; only one that dies every time is.
    if job.attempts > max(task.retry.attempts, _STOPPED_ATTEMPTS):
        raise GiveUp("the worker stopped in the middle of every attempt")
    actor = actors.automation(task.name, job.causal_id, job.depth + 1)
    event_id = str(job.event_id) if job.event_id else ""
    context = Context(actor, event_id, job.id, job.attempts, stopping.is_set)
    task.run(job.event.payload if job.event else job.args, context)


def finish(jobs: Sequence[Job]) -> None:
    """Remove jobs that are done, where their leases still stand."""
    if not jobs:
        return
    failpoints.hit("before_ack")
    mine = Q(pk__in=[])
    for lease_id in {job.lease_id for job in jobs}:
        mine |= Q(lease_id=lease_id, id__in=[job.id for job in jobs if job.lease_id == lease_id])
    deleted, _ = Job.objects.filter(mine).delete()
    if deleted < len(jobs):
        log.warning("job_lease_lost", jobs=sorted({job.name for job in jobs}), lost=len(jobs) - deleted)


def _fail(job: Job, retry: Retry, error: Exception) -> None:
    if isinstance(error, RetryLater):
        wait = error.seconds
    else:
        wait = min(retry.cap_seconds, retry.base_seconds * 2 ** (job.attempts - 1))
        wait *= random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 -- spreads load, guards nothing
    dead = isinstance(error, GiveUp) or job.attempts >= retry.attempts
    Job.objects.filter(id=job.id, lease_id=job.lease_id).update(
        lease_until=None,
        lease_id=None,
        state=JobState.DEAD if dead else JobState.READY,
        run_at=clock.now() + timedelta(seconds=wait),
        error="".join(traceback.format_exception(error))[-_ERROR_CHARACTERS:],
    )
    log.warning("job_failed", job=job.name, id=job.id, attempt=job.attempts, dead=dead, error=repr(error))


def _in_transaction() -> bool:
    """Whether a transaction of the program is open; one that a TestCase wraps around a test is not."""
    blocks = getattr(connection, "atomic_blocks", [])
    return any(not getattr(block, "_from_testcase", False) for block in blocks)
