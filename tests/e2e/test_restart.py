"""The service dies in the middle of a command; nothing of its output is lost or shown twice."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.e2e.conftest import People
from tests.e2e.service import Service, start_service, wait_until
from tests.e2e.steps import SLOW_MS, ConsentPage, Fault, send_fault, write_fault

LINES = 30
COMMAND = f"for i in $(seq 1 {LINES}); do echo line $i; sleep 0.2; done; exit 7"
EXPECTED = [f"line {number}" for number in range(1, LINES + 1)]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = start_service(tmp_path / "data")
    yield running
    assert running.stop() == 0


def test_output_survives_a_killed_service(service: Service, people_of: Callable[..., People]) -> None:
    group = people_of("en-GB", of=service)
    portal = group.signed_in("lin.yue@alder.example")
    write_fault(portal, Fault("My laptop is slow since the update", "Every program needs a minute."))
    number = send_fault(portal)

    desk = group.signed_in("mei.zhao@alder.example")
    desk.goto(f"/desk/tickets/{number}/")
    desk.locator("#ask-command > summary").click()
    desk.fill("#ask-command [name=text]", COMMAND)
    desk.locator("#ask-command button.btn-primary").click()
    ConsentPage(group.stranger(), service).allow()
    expect(_terminal(desk)).to_contain_text("line 4\n", timeout=SLOW_MS)

    group.expects = "Failed to load|ERR_CONNECTION|WebSocket connection"
    killed = service.pid
    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: _pid(service) not in {None, killed}, "new process of the service")
    expect(desk.locator("#timeline article.card .tag-red")).to_contain_text("7", timeout=SLOW_MS)
    wait_until(lambda: len(_lines(desk)) >= LINES, "whole output")
    assert _lines(desk) == EXPECTED
    desk.reload()
    wait_until(lambda: len(_lines(desk)) >= LINES, "whole output after a reload")
    assert _lines(desk) == EXPECTED
    assert service.command("audit", "verify").returncode == 0


def _terminal(desk: Page) -> Locator:
    return desk.locator("#timeline article.card pre.term")


def _lines(desk: Page) -> list[str]:
    return re.findall(r"^line \d+$", _terminal(desk).inner_text(), re.MULTILINE)


def _pid(service: Service) -> int | None:
    try:
        return service.pid
    except (StopIteration, psutil.Error):
        return None
