"""Off loopback: only with TLS, never with the demo, and an agent that checks whom it talks to."""

import ipaddress
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.e2e.beginning import agent, become_administrator, finish, make_token, running_agent, skip_to
from tests.e2e.conftest import People
from tests.e2e.service import ROOT, Service, start_service
from tests.e2e.steps import SLOW_MS
from tests.ports import free_port


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Service]:
    port = free_port()
    address = f"https://{_second_name()}:{port}"
    running = start_service(
        tmp_path / "data", "--no-demo", "--public-url", address, "--tls", "self-signed", port=port
    )
    assert running.url == address
    yield running
    assert running.stop() == 0


def test_other_machines_come_in_by_tls(
    secure: Service, people_of: Callable[..., People], tmp_path: Path
) -> None:
    page = people_of("en-GB", of=secure).stranger()
    become_administrator(page, secure)
    skip_to(page, "agent")
    finish(page)
    token = make_token(page)
    expect(page.locator(".made pre.term").first).to_contain_text("BEGIN CERTIFICATE")

    distrusted = agent(tmp_path / "distrusting", "enrol", token)
    certificate = str(secure.data / "tls" / "certificate.pem")
    enrolled = agent(tmp_path / "agent", "enrol", token, "--ca-file", certificate)

    assert distrusted.returncode == 1
    assert "certificate" in distrusted.stderr.lower()
    assert enrolled.returncode == 0, enrolled.stderr
    with running_agent(tmp_path / "agent"):
        page.goto("/desk/devices/")
        page.locator("a.devname").first.click()
        page.wait_for_url(re.compile(r"/desk/devices/\d+/"))
        expect(page.locator("#device-health .tag-green")).to_be_visible(timeout=SLOW_MS)


def test_up_refuses_other_machines_without_tls(tmp_path: Path) -> None:
    refused = _up(tmp_path / "data", "--no-demo", "--public-url", f"http://{_second_name()}:{free_port()}")

    assert refused.returncode == 2
    assert "TLS" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_up_refuses_the_demo_for_other_machines(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "demo").write_text("a-demo-password", encoding="utf-8")
    address = f"https://{_second_name()}:{free_port()}"

    refused = _up(data, "--public-url", address, "--tls", "self-signed")

    assert refused.returncode == 2
    assert "demo" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def _up(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "firstline"), "up", "--data", str(data), *options],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _second_name() -> str:
    """How other machines would call this one: its own name, or another address where that is loopback."""
    name = socket.gethostname()
    try:
        is_loopback = ipaddress.ip_address(socket.gethostbyname(name)).is_loopback
    except OSError:
        is_loopback = True
    return "127.0.0.2" if is_loopback else name
