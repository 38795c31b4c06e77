"""What the other slices call: the transaction, publishing events, enqueueing jobs, pushing to pages."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from django.db import transaction as database

from firstline.audit.actions import record
from firstline.kit import clock, rows
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.errors import DomainError, NotFound
from firstline.kit.prepared import Prepared
from firstline.kit.refs import Ref
from firstline.kit.traces import Redactor
from firstline.outbox import bus, failpoints
from firstline.outbox.enums import CHAIN_DEPTH_MAX, OUTBOX_VIEW, JobState
from firstline.outbox.events import TASKS, event_name, to_payload
from firstline.outbox.models import Event, Job

# Crash tests of upper slices place their own points through here.
failpoint: Callable[[str], None] = failpoints.hit


@contextmanager
def transaction() -> Iterator[None]:
    """The outermost transaction of a public action: change, audit and events commit together.

    Raises RuntimeError where one is already open (except directly under a TestCase).
    """
    with database.atomic(durable=True):
        yield
        failpoints.hit("before_commit")
    failpoints.hit("after_commit")


def publish(event: object, *, actor: Actor) -> str:
    """Announce that something happened, in the caller's transaction (asserted).

    Handlers run after the commit, each at least once. Returns the event's id. Raises
    `event_chain_too_deep` where automatic changes chase each other.
    """
    _assert_atomic()
    if actor.depth > CHAIN_DEPTH_MAX:
        raise DomainError("event_chain_too_deep", event=event_name(type(event)), causal_id=actor.causal_id)
    row = Event(
        name=event_name(type(event)),
        payload=to_payload(event),
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        depth=actor.depth,
    )
    row.causal_id = actor.causal_id or actor.request_id or str(row.id)
    rows.insert([row])
    failpoints.hit("after_write")
    wake()
    return str(row.id)


def enqueue(
    job_name: str,
    args: Mapping[str, Any],
    *,
    run_at: datetime | None = None,
    dedupe: str | None = None,
    actor: Actor | None = None,
) -> bool:
    """Have a registered job run after the commit, not before `run_at`; asserts a transaction.

    While a job with the same `dedupe` key waits, runs or lies dead, nothing is added and
    the answer is False. Arguments are ids and small JSON values.
    """
    _assert_atomic()
    task = TASKS[job_name]
    doer = actor or SYSTEM
    now = clock.now()
    if dedupe is not None and _known_keys(dedupe):
        return False
    job = Job(
        queue=task.queue,
        name=task.name,
        args=dict(args),
        created_at=now,
        run_at=run_at or now,
        dedupe=dedupe,
        causal_id=doer.causal_id or doer.request_id,
        depth=doer.depth,
    )
    if dedupe is None or connection.vendor == "sqlite":
        rows.insert([job])
    else:
        # Two transactions may enqueue the same key at once (not on SQLite): one row is what both want.
        Job.objects.bulk_create([job], ignore_conflicts=True)
    if not run_at or run_at <= now:
        wake()
    return True


_known_keys = Prepared(lambda key: Job.objects.filter(dedupe=key).values_list("id"))


def wake() -> None:
    """After the commit, wake the workers of every node, once: a step of theirs has something to do."""
    if not any(bus.wake in waiting for waiting in connection.run_on_commit):
        database.on_commit(bus.wake)


def push(topic: str, data: Mapping[str, Any] | None = None) -> None:
    """After the commit, tell open pages that `topic` ("ticket:42") changed; they fetch again.

    A lost push costs delay, never data. `data` holds ids only, never content.
    """
    database.on_commit(lambda: bus.changed(topic, data))


def recheck(person_id: int) -> None:
    """After the commit, have the person's open sockets prove anew who they are and what they may see."""
    database.on_commit(lambda: bus.recheck(person_id))


def retry_job(*, actor: Actor, job_id: int) -> None:
    """Give a dead letter all its attempts again, now; raises `job_not_found`."""
    actor.check(OUTBOX_VIEW)
    with transaction():
        job = _dead_letter(job_id)
        Job.objects.filter(id=job.id).update(state=JobState.READY, attempts=0, run_at=clock.now())
        _record_decision(actor, "outbox.job_retried", job)
    bus.wake()


def drop_job(*, actor: Actor, job_id: int) -> None:
    """Give a dead letter up for good; the audit trail keeps what it was. Raises `job_not_found`."""
    actor.check(OUTBOX_VIEW)
    with transaction():
        job = _dead_letter(job_id)
        job.delete()
        _record_decision(actor, "outbox.job_dropped", job, job_id)


def _dead_letter(job_id: int) -> Job:
    job = Job.objects.filter(id=job_id, state=JobState.DEAD).first()
    if job is None:
        raise NotFound("job_not_found")
    return job


def _record_decision(actor: Actor, verb: str, job: Job, job_id: int | None = None) -> None:
    told = {"name": job.name, "event": str(job.event_id or ""), "attempts": job.attempts}
    record(actor=actor, verb=verb, ref=Ref("job", job_id or job.id, job.name), old=told)


def _assert_atomic() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("events and jobs are written inside the transaction of the change")


def forget_in_errors(redactor: Redactor) -> int:
    """Take somebody's name out of what failed jobs said; how many."""
    return len(rows.rewrite(Job.objects.exclude(error=""), redactor, ["error"]))
