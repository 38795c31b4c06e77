"""The worker: one clerk thread that keeps the books, seals and schedules, and threads that run jobs.

The clerk's books are one short transaction: jobs that are done go, events become jobs, due jobs are claimed.
It gathers for a moment before the next, so that many changes in a row cost few transactions.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

import structlog
from django.db import close_old_connections, connections, transaction

from firstline.audit.actions import seal
from firstline.kit import clock
from firstline.outbox import bus, courtesy, running, wakeup
from firstline.outbox.events import STEPS, TASKS
from firstline.outbox.models import Job

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
GATHER_SECONDS = 0.03
SEAL_SECONDS = 0.3
STEP_GATHER_SECONDS = 0.2
_FAULT_PAUSE_SECONDS = 1.0
# So many claimed jobs per thread wait in memory for it: a claim for each would cost more than most take.
_AHEAD = 4
# Queues of slow work leave room for the rest: at most so many at once, whatever the threads.
QUEUE_LIMITS: Mapping[str, int] = {"mail": 1, "slow": 1}


class Worker:
    """Runs what the outbox holds until it is stopped; any number may run, in any processes.

    Woken by commits of this process at once, by the bus or polling within a second otherwise.
    """

    def __init__(
        self,
        threads: int = 2,
        *,
        lease_seconds: float = running.LEASE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        queue_limits: Mapping[str, int] = QUEUE_LIMITS,
    ) -> None:
        self._thread_count = threads
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._queue_limits = queue_limits
        self._wake = threading.Event()
        self._step_wakes = {name: threading.Event() for name in STEPS}
        self._stopping = threading.Event()
        self._handed: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._running: dict[int, tuple[Job, float]] = {}
        self._done: list[Job] = []
        self._threads: list[threading.Thread] = []
        self._beat_at = 0.0
        self._seal_at = 0.0
        self._seal_waits = False

    def start(self) -> None:
        """Start the threads and return."""
        running.stopping.clear()
        for wake in (self._wake, *self._step_wakes.values()):
            wakeup.listen(wake)
        bus.current().attend()
        self._threads = [threading.Thread(target=self._clerk, name="outbox-clerk", daemon=True)]
        self._threads += [
            threading.Thread(target=self._run_jobs, name=f"outbox-{number}", daemon=True)
            for number in range(1, self._thread_count + 1)
        ]
        self._threads += [
            threading.Thread(target=self._walk, args=(STEPS[name], wake), name=f"outbox-{name}", daemon=True)
            for name, wake in self._step_wakes.items()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float = 20.0) -> bool:
        """Let running jobs end, within the time; False where one did not (its lease will expire)."""
        deadline = time.monotonic() + timeout_seconds
        self._stopping.set()
        running.stopping.set()
        for wake in (self._wake, *self._step_wakes.values()):
            wake.set()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for wake in (self._wake, *self._step_wakes.values()):
            wakeup.forget(wake)
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def is_alive(self) -> bool:
        """Whether every thread runs (for the health page)."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    # The clerk

    def _clerk(self) -> None:
        schedules_known = False
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                if not schedules_known:
                    schedules_known = self._attempt(running.add_schedules) is not None
                steps = (self._tick, self._keep_books, self._seal, self._beat)
                did = [self._attempt(step) for step in steps]
                if None in did:  # A step failed: its database connection may be broken.
                    close_old_connections()
                    self._stopping.wait(_FAULT_PAUSE_SECONDS)
                elif any(did):
                    self._stopping.wait(GATHER_SECONDS)
                else:
                    self._wake.wait(self._pause_seconds())
            self._drain_on_stop()
            self._attempt(seal)
        finally:
            connections.close_all()

    def _attempt(self, step: Callable[[], int | None]) -> int | None:
        """One step's count of things done; None where it failed."""
        try:
            return step() or 0
        except Exception:  # The clerk outlives any fault of the database.
            log.exception("outbox_step_failed", step=step.__name__)
            return None

    def _tick(self) -> int:
        return sum(running.tick(name) for name in running.due_schedules())

    def _keep_books(self) -> int:
        """Finish, dispatch and claim, in one transaction where there is something to do."""
        with self._guard:
            done, self._done = self._done, []
            idle = self._thread_count * _AHEAD - len(self._running)
            busy = Counter(job.queue for job, _ in self._running.values())
        room = {name: limit - busy[name] for name, limit in self._queue_limits.items()}
        if not done and not running.is_anything_due(room if idle > 0 else None):
            return 0
        try:
            with transaction.atomic(durable=True):
                running.finish(done)
                count = len(done) + running.dispatch()
                lease = self._lease_seconds
                jobs = running.claim(idle, room=room, lease_seconds=lease) if idle > 0 else []
        except BaseException:
            with self._guard:
                self._done += done
            raise
        for job in jobs:
            with self._guard:
                self._running[job.id] = (job, time.monotonic())
            self._handed.put(job)
        return count + len(jobs)

    def _seal(self) -> int:
        """Chain what was recorded: not after every act, but well within a second."""
        self._seal_waits = self._seal_at > time.monotonic()
        if self._seal_waits:
            return 0
        self._seal_at = time.monotonic() + SEAL_SECONDS
        return seal()

    def _pause_seconds(self) -> float:
        """How long to sleep when there is nothing to do and nobody wakes."""
        if not self._seal_waits:
            return self._poll_seconds
        return min(self._poll_seconds, max(0.0, self._seal_at - time.monotonic()))

    def _beat(self) -> int:
        """Extend the leases of running jobs three times per lease; a hung job's is left to expire."""
        if time.monotonic() < self._beat_at:
            return 0
        self._beat_at = time.monotonic() + self._lease_seconds / 3
        with self._guard:
            held = list(self._running.values())
        alive = [job for job, since in held if time.monotonic() - since < _timeout_of(job)]
        if alive:
            running.extend(alive, lease_seconds=self._lease_seconds)
        return 0

    def _drain_on_stop(self) -> None:
        """Keep the leases of jobs that are still running, then tell the threads to end."""
        self._attempt(self._give_back)
        for _ in range(self._thread_count):
            self._handed.put(None)
        while self._running:
            self._attempt(self._beat)
            self._wake.wait(self._lease_seconds / 3)
            self._wake.clear()
        self._attempt(self._finish)

    def _give_back(self) -> None:
        """Let other workers have what no thread here has begun."""
        left: list[Job] = []
        try:
            while job := self._handed.get_nowait():
                left.append(job)
        except queue.Empty:
            pass
        with self._guard:
            for job in left:
                self._running.pop(job.id, None)
        if left:
            running.release(left)

    def _finish(self) -> None:
        with self._guard:
            done, self._done = self._done, []
        running.finish(done)

    # The threads of the steps that slices declare

    def _walk(self, step: Callable[[], int], wake: threading.Event) -> None:
        try:
            while not self._stopping.is_set():
                wake.clear()
                did = self._attempt(step)
                if did is None:
                    close_old_connections()
                    self._stopping.wait(_FAULT_PAUSE_SECONDS)
                elif not did and not self._stopping.is_set():
                    wake.wait(self._poll_seconds)
                    self._stopping.wait(STEP_GATHER_SECONDS)
        finally:
            connections.close_all()

    # The threads that run jobs

    def _run_jobs(self) -> None:
        try:
            while (job := self._handed.get()) is not None:
                close_old_connections()
                try:
                    with courtesy.after_requests(waited_seconds=_age_of(job)):
                        fault = running.attempt(job)
                    if fault is None:
                        with self._guard:
                            self._done.append(job)
                except Exception:  # Not the job's own fault (that is recorded) but the database's.
                    log.exception("job_unfinished", job=job.name, id=job.id)
                finally:
                    close_old_connections()
                    with self._guard:
                        self._running.pop(job.id, None)
                    self._wake.set()
        finally:
            connections.close_all()


def _age_of(job: Job) -> float:
    return (clock.now() - job.run_at).total_seconds()


def _timeout_of(job: Job) -> float:
    task = TASKS.get(job.name)
    return task.timeout_seconds if task else 0.0
