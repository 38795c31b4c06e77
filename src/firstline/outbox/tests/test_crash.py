"""kill -9 at every named point: nothing acknowledged is lost, nothing has effect twice."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from firstline.audit.actions import seal
from firstline.audit.models import AuditRecord
from firstline.audit.queries import verify
from firstline.outbox import running
from firstline.outbox.models import Event, Job
from firstline.outbox.testing import registry
from firstline.outbox.tests import crash_process

POINTS = ["after_write:5", "before_commit:7", "after_commit:6", "after_dispatch:2", "before_ack:3"]
PATIENCE_SECONDS = 240


@pytest.fixture(autouse=True)
def own_registry() -> Iterator[None]:
    with registry():
        yield


def start(point: str, data_dir: Path) -> subprocess.Popen[str]:
    name = point.partition(":")[0]
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            crash_process.__name__,
            str(connection.settings_dict["NAME"]),
            name,
        ],
        env=os.environ
        | {
            "FIRSTLINE_FAILPOINT": point,
            "FIRSTLINE_DATA_DIR": str(data_dir),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish_what_is_left() -> None:
    """A healthy worker: dispatches, waits for the leases of the dead to expire, runs the rest."""
    idle = threading.Event()
    while (
        Event.objects.filter(dispatched_at=None).exists() or Job.objects.filter(event__isnull=False).exists()
    ):
        running.dispatch()
        for job in running.claim(10):
            running.run(job)
        idle.wait(0.02)
    while seal():
        pass


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_kill_at_every_point_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    # All at once, on one database: the survivors take over what the dead leave.
    processes = {point: start(point, tmp_path) for point in POINTS}
    outputs = {point: process.communicate(timeout=PATIENCE_SECONDS) for point, process in processes.items()}

    died = {point: process.returncode for point, process in processes.items()}
    assert died == dict.fromkeys(POINTS, -signal.SIGKILL), outputs
    acknowledged = [line for out, _ in outputs.values() for line in out.split()]
    assert len(acknowledged) >= 4 + 6 + 5

    crash_process.declare()
    finish_what_is_left()

    asked = Counter(AuditRecord.objects.filter(verb="crash.asked").values_list("reason", flat=True))
    answered = Counter(AuditRecord.objects.filter(verb="crash.answered").values_list("reason", flat=True))
    assert set(acknowledged) <= set(asked)
    assert answered == asked
    assert set(asked.values()) == {1}
    result = verify()
    assert (result.first_fault, result.unsealed_tail) == (None, 0)
    assert result.sealed == AuditRecord.objects.count()
