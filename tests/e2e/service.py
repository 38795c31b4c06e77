"""A real service, started as a person would start it, and what it prints."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
PATIENCE_SECONDS = 120.0

T = TypeVar("T")


@dataclass
class Service:
    """A running `./firstline up` and what it printed."""

    process: subprocess.Popen[str]
    data: Path
    url: str
    smtp: tuple[str, int]
    lines: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None
    cookies: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def password(self) -> str:
        return (self.data / "demo").read_text(encoding="utf-8").strip()

    @property
    def prompt_url(self) -> str:
        return (self.data / "agent" / "prompt-url").read_text(encoding="utf-8").strip()

    @property
    def setup_url(self) -> str:
        return next(match for line in self.lines for match in re.findall(r"http\S+/setup/\S+", line))

    @property
    def pid(self) -> int:
        """The process that serves, a child of `up`."""
        children = psutil.Process(self.process.pid).children()
        return next(child.pid for child in children if "firstline.config.service" in child.cmdline())

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, ROOT / "firstline", "--data", self.data, *arguments],
            capture_output=True,
            text=True,
            timeout=300,
            check=check,
        )

    def log(self, name: str = "firstline") -> str:
        path = self.data / "logs" / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def stop(self) -> int:
        """What Ctrl-C does; the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(120)
        if self.reader is not None:
            self.reader.join(60)
        return code


def start_service(data: Path, *options: str, port: int | None = None) -> Service:
    """`./firstline up` on free ports; returns once it says that it is ready."""
    number = port or free_port()
    process = subprocess.Popen(
        [
            sys.executable, str(ROOT / "firstline"), "up", "--data", str(data),
            "--port", str(number), "--smtp-port", str(free_port()), *options,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    lines: list[str] = []
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith("Ready after"):
            break
    watchdog.cancel()
    said = "\n".join(lines)
    log = data / "logs" / "firstline.log"
    tail = log.read_text(encoding="utf-8", errors="replace")[-3000:] if log.exists() else ""
    assert process.poll() is None, f"up did not start:\n{said}\n{tail}"
    reader = threading.Thread(target=_read_on, args=(process, lines), daemon=True)
    reader.start()
    smtp = re.search(r"SMTP on ([\d.]+):(\d+)", said)
    url = re.search(r"https?://[\w.\-]+:\d+", said)
    assert smtp, said
    assert url, said
    return Service(process, data, url.group(), (smtp.group(1), int(smtp.group(2))), lines, reader)


def _read_on(process: subprocess.Popen[str], lines: list[str]) -> None:
    """Take what is printed later, so that the pipe never fills."""
    assert process.stdout is not None
    with process.stdout:
        lines.extend(line.rstrip() for line in process.stdout)


def wait_until(condition: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """Look again and again until `condition()` is true; returns what it gave."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, f"within {seconds} s there was no {what}"
        pause.wait(0.05)
    return found
