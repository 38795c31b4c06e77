"""Writers of several processes take turns on one SQLite file."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from firstline.config.sqlite.turns import FileTurn, WriterTurns

PATIENCE_SECONDS = 60
AT_ONCE = 0.01
HOLD = """
import sys, time
from firstline.config.sqlite.turns import FileTurn
turn = FileTurn(sys.argv[1])
assert turn.acquire(60)
print("mine", flush=True)
sys.stdin.readline()
"""


def test_another_process_waits_for_the_turn(tmp_path: Path) -> None:
    path = str(tmp_path / "turn")
    other = _holder(path)
    turn = FileTurn(path)
    try:
        assert not turn.acquire(AT_ONCE)
    finally:
        other.communicate("enough\n", timeout=PATIENCE_SECONDS)

    assert turn.acquire(PATIENCE_SECONDS)


def test_who_waits_gets_it_as_soon_as_it_is_free(tmp_path: Path) -> None:
    path = str(tmp_path / "turn")
    other = _holder(path)
    got: list[bool] = []
    waiter = threading.Thread(target=lambda: got.append(FileTurn(path).acquire(PATIENCE_SECONDS)))
    waiter.start()
    other.communicate("enough\n", timeout=PATIENCE_SECONDS)
    waiter.join(PATIENCE_SECONDS)

    assert got == [True]


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "turn")
    other = _holder(path)
    other.send_signal(signal.SIGKILL)
    other.communicate(timeout=PATIENCE_SECONDS)

    assert FileTurn(path).acquire(PATIENCE_SECONDS)


def test_threads_of_one_process_take_turns_too(tmp_path: Path) -> None:
    turns, database = WriterTurns(), str(tmp_path / "database")
    assert turns.acquire(database, PATIENCE_SECONDS)
    answers: list[bool] = []
    for seconds in (AT_ONCE, PATIENCE_SECONDS):
        thread = threading.Thread(target=lambda wait=seconds: answers.append(turns.acquire(database, wait)))
        thread.start()
        if seconds != AT_ONCE:
            turns.release(database)
        thread.join(PATIENCE_SECONDS)

    assert answers == [False, True]


def test_a_turn_that_did_not_come_leaves_the_others_theirs(tmp_path: Path) -> None:
    turns, database = WriterTurns(), str(tmp_path / "database")
    other = _holder(f"{database}-turn")
    assert not turns.acquire(database, AT_ONCE)
    other.communicate("enough\n", timeout=PATIENCE_SECONDS)

    assert turns.acquire(database, PATIENCE_SECONDS)


def _holder(path: str) -> subprocess.Popen[str]:
    """A process that holds the turn until it is told a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    return process
