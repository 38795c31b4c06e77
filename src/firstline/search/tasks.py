"""Background work of search: the index follows what changed; children make it anew."""

import contextlib
import os
import subprocess
import sys
from typing import Any

from firstline.kit.errors import Conflict
from firstline.outbox.events import Context, Retry, RetryLater, job, periodic, step
from firstline.search import change_actions, judged_actions, rebuild_actions
from firstline.search.actions import count_terms
from firstline.search.touch_actions import CATCH_UP, register_worker

# So few are done here; for more a child is worth its start.
FEW = 500
_LOOK_SECONDS = 0.25
_ERROR_CHARS = 2000

register_worker(lambda limit: change_actions.work_off(limit, is_bulk=True, write_batch=40))


@step("search.work_off")
def work_off() -> int:
    """Bring the index up to date, a few records at a time."""
    return change_actions.work_off()


@periodic("search.count_terms", seconds=15)
def count_words(_context: Context) -> None:
    """Add up what changed, so that rarity, repairs and beginnings of words follow."""
    while count_terms():
        pass


@job(CATCH_UP, queue="slow", retry=Retry(attempts=20), timeout_seconds=6 * 3600)
def catch_up(args: dict[str, Any], context: Context) -> None:
    """Work off thousands of changes (a rename, an import), in a nice child."""
    if change_actions.waiting_count(is_bulk=True) > FEW:
        _run_child("catch-up", context)
    while change_actions.work_off(FEW, is_bulk=True):
        pass


@job(rebuild_actions.REBUILD, queue="slow", retry=Retry(attempts=20), timeout_seconds=6 * 3600)
def rebuild(args: dict[str, Any], context: Context) -> None:
    """Make the whole index anew, in a nice child; a small one here."""
    if rebuild_actions.is_small():
        with contextlib.suppress(Conflict):  # Somebody does it by hand.
            rebuild_actions.drive(actor=context.actor)
    else:
        _run_child("rebuild", context)


@job(judged_actions.JOB, queue="slow")
def judge(args: dict[str, Any], _context: Context) -> None:
    """Measure a judged set that an administrator uploaded."""
    judged_actions.carry_out_judged_run(args["run_id"])


@periodic("search.tend", seconds=120)
def tend(context: Context) -> None:
    """Start what is due: a rebuild that died or was never made with this analyser, a catch-up."""
    rebuild_actions.ask_what_is_due(actor=context.actor)


def _run_child(verb: str, context: Context) -> None:
    """Run `search VERB` beside the service, at low priority; it ends when the service does."""
    child = subprocess.Popen(
        [sys.executable, "-m", "django", "search", verb, "--as-child"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        errors = _watch(child, context)
    finally:
        if child.poll() is None:
            child.terminate()
        child.wait()
    if child.returncode != 0:
        raise RuntimeError(errors.decode("utf-8", "replace")[-_ERROR_CHARS:])


def _watch(child: subprocess.Popen[bytes], context: Context) -> bytes:
    while True:
        try:
            return child.communicate(timeout=_LOOK_SECONDS)[1]
        except subprocess.TimeoutExpired:
            if context.is_stopping():
                raise RetryLater(1, "the service is stopping") from None
