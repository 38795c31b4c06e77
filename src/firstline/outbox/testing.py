"""For tests: run what the outbox holds, in this thread, until it is empty."""

from firstline.outbox import running


def drain(*, allow_failures: bool = False, jobs_max: int = 1000) -> int:
    """Dispatch events and run due jobs until none is left; returns how many jobs ran.

    Raises what a handler raised, unless `allow_failures`; then the job waits for its retry
    or is a dead letter, as in a real worker. A loop longer than `jobs_max` fails.
    """
    done = 0
    while True:
        running.dispatch()
        claimed = running.claim(1)
        if not claimed:
            return done
        for job in claimed:
            fault = running.run(job)
            if fault is not None and not allow_failures:
                raise fault
            done += 1
            if done > jobs_max:
                raise RuntimeError(f"more than {jobs_max} jobs: handlers seem to chase each other")


def run_periodic(name: str) -> None:
    """Run one periodic job now, in this thread."""
    running.tick(name)
    drain()
