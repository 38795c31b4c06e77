import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections

from firstline.audit.actions import record
from firstline.audit.models import AuditPending, AuditSeal
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.kit.refs import Ref
from firstline.outbox import running
from firstline.outbox import worker as worker_module
from firstline.outbox.actions import enqueue, transaction, wake
from firstline.outbox.events import PERIODS, STEPS, Args, Context, job, periodic, step
from firstline.outbox.models import Job
from firstline.outbox.testing import registry
from firstline.outbox.worker import Worker

PATIENCE_SECONDS = 120


@pytest.fixture(autouse=True)
def own_registry() -> Iterator[None]:
    with registry():
        STEPS.clear()
        PERIODS.clear()  # the product's own would work beside the test's
        yield


def in_thread(work: object) -> None:
    """Run with a database connection of its own."""

    def run() -> None:
        try:
            work()  # type: ignore[operator]
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE_SECONDS)


@pytest.mark.django_db(transaction=True)
def test_a_leased_job_is_not_claimed_again_until_the_lease_expires() -> None:
    ran: list[int] = []

    @job("tea.pour")
    def pour(_args: Args, context: Context) -> None:
        ran.append(context.attempt)

    with transaction():
        enqueue("tea.pour", {})
    (first,) = running.claim(5, lease_seconds=30)
    assert running.claim(5) == []

    with clock.frozen(clock.now() + timedelta(seconds=31)):
        (second,) = running.claim(5)
        running.run(second)
    stale = running.run(first)  # The worker that lost its lease comes back late.

    assert (stale, ran) == (None, [2, 1])
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_without_the_lease_cannot_finish_or_fail_the_job() -> None:
    @job("tea.pour")
    def pour(_args: Args, context: Context) -> None:
        if context.attempt == 1:
            raise OSError

    with transaction():
        enqueue("tea.pour", {})
    (first,) = running.claim(1, lease_seconds=0)
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        (second,) = running.claim(1)
    running.run(first)

    held = Job.objects.get()
    assert (held.lease_id, held.state, held.error) == (second.lease_id, "ready", "")


@pytest.mark.django_db(transaction=True)
def test_heartbeat_keeps_only_leases_that_are_held() -> None:
    job("tea.pour")(lambda args, context: None)
    with transaction():
        enqueue("tea.pour", {})
        enqueue("tea.pour", {})
    lost, kept = running.claim(2, lease_seconds=0)
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        running.claim(1)  # takes the first over
    running.extend([lost, kept], lease_seconds=600)

    far = clock.now() + timedelta(seconds=300)
    assert list(Job.objects.filter(lease_until__gt=far).values_list("id", flat=True)) == [kept.id]


@pytest.mark.django_db(transaction=True)
def test_job_that_kills_every_worker_becomes_a_dead_letter() -> None:
    job("tea.explode")(lambda args, context: None)
    with transaction():
        enqueue("tea.explode", {})
    Job.objects.update(attempts=8)

    (claimed,) = running.claim(1)
    running.run(claimed)

    assert "stopped in the middle" in Job.objects.get(state="dead").error


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_run_one_job_at_once() -> None:
    count = 60
    seen: Counter[int] = Counter()
    guard, done = threading.Lock(), threading.Event()

    @job("tea.pour")
    def pour(args: Args, _context: Context) -> None:
        with guard:
            seen[args["cup"]] += 1
            if len(seen) == count:
                done.set()

    with transaction():
        for cup in range(count):
            enqueue("tea.pour", {"cup": cup})
    workers = [Worker(threads=3) for _ in range(2)]
    for worker in workers:
        worker.start()
    finished = done.wait(PATIENCE_SECONDS)
    stopped = [worker.stop() for worker in workers]

    assert (finished, stopped) == (True, [True, True])
    assert set(seen.values()) == {1}
    assert not Job.objects.filter(name="tea.pour").exists()


@pytest.mark.django_db(transaction=True)
def test_worker_wakes_at_once_and_seals_what_was_recorded() -> None:
    poured = threading.Event()
    job("tea.pour")(lambda args, context: poured.set())
    # So patient that only a wake-up can be the reason for running the job.
    worker = Worker(threads=1, poll_seconds=600)
    worker.start()
    try:
        with transaction():
            record(actor=SYSTEM, verb="tea.asked", ref=Ref("cup", 1))
            enqueue("tea.pour", {})
        assert poured.wait(PATIENCE_SECONDS)
    finally:
        assert worker.stop()

    assert not AuditPending.objects.exists()
    assert AuditSeal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_limited_queue_leaves_room_for_the_rest() -> None:
    slow_started, release, quick = threading.Event(), threading.Event(), threading.Event()
    slow: list[int] = []

    @job("tea.steep", queue="slow")
    def steep(args: Args, _context: Context) -> None:
        slow.append(args["n"])
        slow_started.set()
        release.wait(PATIENCE_SECONDS)

    job("tea.pour")(lambda args, context: quick.set())
    with transaction():
        for n in range(3):
            enqueue("tea.steep", {"n": n})
        enqueue("tea.pour", {})
    worker = Worker(threads=2)
    worker.start()
    try:
        assert slow_started.wait(PATIENCE_SECONDS)
        assert quick.wait(PATIENCE_SECONDS)
        assert slow == [0]
    finally:
        release.set()
        assert worker.stop()


@pytest.mark.django_db(transaction=True)
def test_idle_step_is_cheap(django_assert_num_queries: object) -> None:
    from firstline.audit.actions import seal

    periodic("tea.refill", seconds=60)(lambda context: None)
    running.add_schedules()

    with django_assert_num_queries(4):  # type: ignore[operator]
        running.dispatch()
        seal()
        running.claim(2)
        next_tick = running.due_schedules()

    assert next_tick == ["tea.refill"]  # new schedules are due at once


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_workers_gets_a_tick() -> None:
    periodic("tea.refill", seconds=60)(lambda context: None)
    running.add_schedules()
    wins: list[bool] = []

    in_thread(lambda: wins.append(running.tick("tea.refill")))
    wins.append(running.tick("tea.refill"))

    assert wins == [True, False]
    assert Job.objects.filter(name="tea.refill").count() == 1


@pytest.mark.django_db(transaction=True)
def test_worker_outlives_a_fault_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    poured = threading.Event()
    job("tea.pour")(lambda args, context: poured.set())
    healthy, faults = running.claim, [OperationalError("the connection was lost")]

    def claim(*args: Any, **kwargs: Any) -> list[Job]:
        if faults:
            raise faults.pop()
        return healthy(*args, **kwargs)

    monkeypatch.setattr(running, "claim", claim)
    monkeypatch.setattr(worker_module, "_FAULT_PAUSE_SECONDS", 0.01)
    with transaction():
        enqueue("tea.pour", {})
    worker = Worker(threads=1)
    worker.start()
    try:
        assert poured.wait(PATIENCE_SECONDS)
        assert worker.is_alive
    finally:
        assert worker.stop()
    assert not worker.is_alive


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_running_job_keeps_its_lease_and_a_hung_one_loses_it() -> None:
    attempts: list[tuple[str, int]] = []
    second_try = threading.Event()

    def note(args: Args, context: Context) -> None:
        attempts.append((args["name"], context.attempt))
        if (args["name"], context.attempt) == ("hung", 2):
            second_try.set()
        second_try.wait(PATIENCE_SECONDS)

    job("tea.long")(note)
    job("tea.hung", timeout_seconds=0)(note)
    with transaction():
        enqueue("tea.long", {"name": "long"})
        enqueue("tea.hung", {"name": "hung"})
    worker = Worker(threads=3, lease_seconds=10, poll_seconds=0.05)
    worker.start()
    try:
        assert second_try.wait(PATIENCE_SECONDS)
    finally:
        assert worker.stop()

    assert sorted(attempts) == [("hung", 1), ("hung", 2), ("long", 1)]
    assert not Job.objects.filter(name__startswith="tea.").exists()


@pytest.mark.django_db(transaction=True)
def test_a_step_runs_again_while_it_does_something_and_when_woken() -> None:
    waiting = [1, 2, 3]
    done: list[int] = []
    finished, idle = threading.Event(), threading.Event()

    @step("tea.sip")
    def sip() -> int:
        if not waiting:
            idle.set()
            return 0
        done.append(waiting.pop(0))
        if done[-1] == 4:
            finished.set()
        if done[-1] == 2:
            raise OperationalError("the cup fell")
        return 1

    worker = Worker(threads=1, poll_seconds=600)
    worker.start()
    try:
        assert idle.wait(PATIENCE_SECONDS)
        assert done == [1, 2, 3]
        waiting.append(4)
        with transaction():
            wake()
        assert finished.wait(PATIENCE_SECONDS)
    finally:
        assert worker.stop(PATIENCE_SECONDS)
