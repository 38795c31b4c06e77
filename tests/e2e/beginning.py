"""A new installation: through the set-up assistant, and bringing devices in."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.e2e.service import ROOT, Service, wait_until

SOURCES = [ROOT / "src", ROOT / "packages/protocol/src", ROOT / "packages/agent/src"]


@dataclass(frozen=True)
class Account:
    """Somebody with an account of their own choosing."""

    name: str
    email: str
    password: str


OWNER = Account("Ada Brandt", "ada@brook.example", "granite-violin-harvest-64")


def become_administrator(page: Page, service: Service, owner: Account = OWNER) -> None:
    """Open the printed link and make the first account; ends on the assistant's next step."""
    page.goto(service.setup_url)
    page.fill("input[name=name]", owner.name)
    page.fill("input[name=email]", owner.email)
    page.fill("input[name=password]", owner.password)
    go_on(page, "organization")


def go_on(page: Page, to: str) -> None:
    """Send the step's form; the next step is `to`."""
    page.locator("form.form .btn-primary").first.click()
    page.wait_for_url(f"**/setup/{to}/")


def skip_to(page: Page, last: str) -> None:
    """Skip steps until one."""
    while not page.url.endswith(f"/setup/{last}/"):
        before = page.url
        page.locator("button[name=skip]").click()
        page.wait_for_url(lambda url, before=before: url != before)


def finish(page: Page) -> None:
    page.locator('form[action="/setup/agent/"] button').click()
    page.wait_for_url("**/desk/")


def make_token(page: Page, *, owner: str = "") -> str:
    """An enrolment token, made by an administrator in the pages."""
    page.goto("/desk/devices/enrol/")
    page.fill("input[name=owner]", owner)
    page.locator("form.form .btn-primary").click()
    expect(page.locator(".made")).to_be_visible()
    return (page.locator(".made .secret").text_content() or "").strip()


def agent(state: Path, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the agent to its end."""
    return subprocess.run(
        [sys.executable, "-m", "firstline_agent", verb, *arguments, "--state", str(state)],
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@contextlib.contextmanager
def running_agent(state: Path) -> Iterator[Callable[[], str]]:
    """An enrolled agent that runs until the end of the block; gives the address of its consent page."""
    process = subprocess.Popen(
        [sys.executable, "-m", "firstline_agent", "run", "--state", str(state), "--prompt", "page"],
        env=_environment(),
        stdout=subprocess.DEVNULL,
    )
    prompt = state / "prompt-url"
    try:
        wait_until(lambda: agent(state, "status").returncode == 0, "connection of the agent")
        yield lambda: prompt.read_text(encoding="utf-8").strip()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


def _environment() -> dict[str, str]:
    paths = os.pathsep.join(map(str, SOURCES))
    return {**os.environ, "PYTHONPATH": paths, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
