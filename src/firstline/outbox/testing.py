"""For tests: run what the outbox holds, in this thread, until it is empty."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from firstline.outbox import running
from firstline.outbox.events import EVENTS, HANDLERS, PERIODS, STEPS, TASKS
from firstline.outbox.models import Schedule


def drain(*, allow_failures: bool = False, jobs_max: int = 1000) -> int:
    """Dispatch events, run due jobs and steps until nothing is left; returns how many jobs ran.

    Raises what a handler raised, unless `allow_failures`; then the job waits for its retry
    or is a dead letter, as in a real worker. A loop longer than `jobs_max` fails.
    """
    done = 0
    while True:
        running.dispatch()
        claimed = running.claim(1)
        if not claimed:
            if sum(step() for step in tuple(STEPS.values())):
                continue
            return done
        for job in claimed:
            fault = running.run(job)
            if fault is not None and not allow_failures:
                raise fault
            done += 1
            if done > jobs_max:
                raise RuntimeError(f"more than {jobs_max} jobs: handlers seem to chase each other")


def run_periodic(name: str) -> None:
    """Run one periodic job now, in this thread, and whatever follows from it."""
    running.add_schedules()
    Schedule.objects.filter(name=name).update(next_at=datetime.min.replace(tzinfo=UTC))
    running.tick(name)
    drain()


@contextmanager
def registry() -> Iterator[None]:
    """Events, handlers and jobs declared inside are forgotten afterwards."""
    kept_handlers = {name: list(tasks) for name, tasks in HANDLERS.items()}
    kept = [(EVENTS, dict(EVENTS)), (TASKS, dict(TASKS)), (PERIODS, dict(PERIODS)), (STEPS, dict(STEPS))]
    try:
        yield
    finally:
        for live, before in kept:
            live.clear()  # type: ignore[attr-defined]
            live.update(before)  # type: ignore[attr-defined]
        HANDLERS.clear()
        HANDLERS.update(kept_handlers)
