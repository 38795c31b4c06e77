"""A real service started as a person would, and a real browser that fails on any CSP violation."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 150
VIEWPORTS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SHOTS = ROOT / "test-results"


@dataclass
class Service:
    """A running `./firstline up` and what it printed."""

    process: subprocess.Popen[str]
    data: Path
    url: str
    smtp: tuple[str, int]
    lines: list[str] = field(default_factory=list)

    @property
    def password(self) -> str:
        return (self.data / "demo").read_text(encoding="utf-8").strip()

    @property
    def prompt_url(self) -> str:
        return (self.data / "agent" / "prompt-url").read_text(encoding="utf-8").strip()

    @property
    def setup_url(self) -> str:
        return next(match for line in self.lines for match in re.findall(r"http\S+/setup/\S+", line))

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, ROOT / "firstline", "--data", self.data, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=check,
        )

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
    threading.Thread(
        target=lambda: [lines.append(line.rstrip()) for line in process.stdout], daemon=True
    ).start()
    smtp = re.search(r"SMTP on ([\d.]+):(\d+)", said)
    url = re.search(r"https?://[\w.\-]+:\d+", said)
    assert smtp, said
    assert url, said
    return Service(process, data, url.group(), (smtp.group(1), int(smtp.group(2))), lines)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo, started once for the whole session."""
    running = start_service(tmp_path_factory.mktemp("demo") / "data")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )  # fmt: skip
        yield running
        running.close()


class People:
    """Browser contexts, one a person; any CSP violation or script error fails the test."""

    def __init__(self, browser: Browser, service: Service, locale: str) -> None:
        self._browser = browser
        self._service = service
        self._locale = locale
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def stranger(self, viewport: str = "desktop", **options: object) -> Page:
        context = self._browser.new_context(
            base_url=self._service.url,
            locale=self._locale,
            viewport=VIEWPORTS[viewport],
            ignore_https_errors=True,
            **options,
        )
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        return page

    def signed_in(
        self, email: str, viewport: str = "desktop", password: str | None = None, **options: object
    ) -> Page:
        page = self.stranger(viewport, **options)
        page.goto("/accounts/login/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", password or self._service.password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(re.compile(r"/(desk|portal)/"))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or (
            message.type == "error" and "Failed to load" not in message.text
        ):
            self.faults.append(message.text)

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def people(browser: Browser, service: Service) -> Iterator[Callable[..., People]]:
    """Make people of a locale: `people("en-GB")`."""
    made: list[People] = []

    def make(locale: str = "en-GB", of: Service | None = None) -> People:
        made.append(People(browser, of or service, locale))
        return made[-1]

    yield make
    for group in made:
        group.close()
    assert [fault for group in made for fault in group.faults] == []


@pytest.fixture(autouse=True)
def own_data_dir() -> None:
    """The service has its own folder; the unit tests' fixture is not wanted here."""
