"""Child processes that cannot outlive their parent."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

STOP_SECONDS = 10.0
READY_SECONDS = 120.0
PAUSE_SECONDS, STEADY_SECONDS = 0.5, 60.0
LIFELINE = "FIRSTLINE_LIFELINE_FD"


class ChildFailed(Exception):
    """A child ended before it was ready; the message says where to look."""


def python(module: str) -> list[str]:
    """The command that runs one of our modules in this environment."""
    return [sys.executable, "-m", module]


def follow_parent(*, at_once: bool = False) -> None:
    """End this process when its parent has gone (called by children): politely, or `at_once`.

    The parent holds the other end of a pipe; end of file means that it died, even by SIGKILL.
    """
    number = os.environ.pop(LIFELINE, "")
    if not number:
        return

    def watch() -> None:
        os.read(int(number), 1)
        if at_once:
            os._exit(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


class Child:
    """A supervised process whose errors go to `log` (None: where ours go); its first line of output says
    "ready", or (not `says_ready`) all its output goes there too. `hands_over` are open files it gets."""

    def __init__(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        log: Path | None,
        *,
        says_ready: bool = True,
        hands_over: Sequence[int] = (),
    ) -> None:
        self.name = command[2].rpartition(".")[2] if len(command) > 2 else command[0]
        self._command = list(command)
        self._environment = environment
        self._log = log
        self._says_ready = says_ready
        self._hands_over = hands_over
        self._pause = PAUSE_SECONDS
        self._start()

    def _start(self) -> None:
        self._started_at = time.monotonic()
        read_end, self._lifeline = os.pipe()
        os.set_inheritable(read_end, True)
        try:
            self._run(read_end)
        except OSError:
            self._cut_lifeline()
            raise
        finally:
            os.close(read_end)
        self._started_at = time.monotonic()

    def _run(self, read_end: int) -> None:
        with self._opened_log() as log:
            self._process = subprocess.Popen(
                self._command,
                env={**self._environment, LIFELINE: str(read_end)},
                stdin=subprocess.DEVNULL,
                # A pipe that nobody reads on would stop a child that goes on talking.
                stdout=subprocess.PIPE if self._says_ready else log,
                stderr=log,
                pass_fds=(read_end, *self._hands_over),
                start_new_session=True,  # Ctrl-C reaches the parent, which ends its children in order.
            )

    def _cut_lifeline(self) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def _opened_log(self) -> AbstractContextManager[IO[Any]]:
        if self._log is None:
            return nullcontext(sys.stderr)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        return self._log.open("ab")

    @staticmethod
    def run(command: Sequence[str], environment: dict[str, str], *, capture: bool = False) -> str:
        """Run to the end; output goes to the terminal, or is returned with `capture`."""
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ChildFailed(f"{command[2]} stopped with code {done.returncode}; see the lines above.")
        return done.stdout or ""

    def wait_ready(self, stop: threading.Event) -> dict[str, object]:
        """The JSON object of the child's first line of output."""
        assert self._process.stdout is not None
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and not stop.is_set():
            readable, _, _ = select.select([self._process.stdout], [], [], 0.2)
            if readable:
                line = self._process.stdout.readline()
                if line.strip():
                    said: dict[str, object] = json.loads(line)
                    return said
                break
        raise ChildFailed(f"the service did not start; its log is {self._log}")

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def restart(self, stop: threading.Event) -> None:
        """Start again after a pause that doubles up to half a minute, unless it had run for long."""
        self._cut_lifeline()
        if time.monotonic() - self._started_at > STEADY_SECONDS:
            self._pause = PAUSE_SECONDS
        stop.wait(self._pause)
        self._pause = min(30.0, self._pause * 2)
        if not stop.is_set():
            self._start()

    def stop(self) -> None:
        """Ask to end, then insist; nothing of the child's session stays behind."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait()
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return
