"""The agent as a process of its own against the gateway of the real service: what each says of the other."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.campaigns.process import ROOT, Service, environment, settle, wait_until

from firstline_protocol import SUPPORTED_VERSIONS

# An agent of tomorrow: it knows our greeting and insists on a version that we do not.
OF_TOMORROW = f"""
import sys
from firstline_agent.cli import main
from firstline_protocol.agent_side import AgentConnection

of_today = AgentConnection._on_challenge

def of_tomorrow(self, challenge):
    found = of_today(self, challenge)
    self._version = {max(SUPPORTED_VERSIONS) + 1}
    return found

AgentConnection._on_challenge = of_tomorrow
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data = tmp_path_factory.mktemp("contract") / "data"
    settle(data)
    running = Service(data).start()
    yield running
    running.stop()


def test_agent_enrols_and_connects(service: Service, tmp_path: Path) -> None:
    token = _token(service)
    enrolled = _agent(tmp_path, "enrol", token)
    assert enrolled.returncode == 0, enrolled.stderr
    process = subprocess.Popen(
        [sys.executable, "-m", "firstline_agent", "run", "--state", tmp_path / "state", "--prompt", "page"],
        env=_environment(tmp_path),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _agent(tmp_path, "status").returncode == 0, what="connection of the agent")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)


def test_token_enrols_once(service: Service, tmp_path: Path) -> None:
    token = _token(service)
    first = _agent(tmp_path / "first", "enrol", token)
    second = _agent(tmp_path / "second", "enrol", token)

    assert first.returncode == 0, first.stderr
    assert (second.returncode, "the token was already used" in second.stderr) == (1, True)


def test_newer_agent_is_refused_in_words(service: Service, tmp_path: Path) -> None:
    refused = _agent(tmp_path, "enrol", _token(service), program=("-c", OF_TOMORROW))

    assert refused.returncode == 1
    assert "agent and gateway speak different versions" in refused.stderr
    assert _agent(tmp_path / "other", "enrol", _token(service)).returncode == 0


def _token(service: Service) -> str:
    public_url = f"http://localhost:{service.port}"
    made = subprocess.run(
        [sys.executable, "-m", "firstline.config.commands", "device", "token"],
        env=environment(service.data, FIRSTLINE_PUBLIC_URL=public_url),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def _agent(
    folder: Path, verb: str, *arguments: str, program: tuple[str, ...] = ("-m", "firstline_agent")
) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, *program, verb, *arguments, "--state", str(folder / "state")],
        env=_environment(folder),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _environment(folder: Path) -> dict[str, str]:
    return {**environment(folder), "HOME": os.environ.get("HOME", str(folder))}
