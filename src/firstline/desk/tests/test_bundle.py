"""The agent as one archive: complete, the same each time, and its installer speaks plainly."""

import io
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

from firstline.desk.bundle import agent_bundle


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(agent_bundle()), mode="r:gz") as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "firstline-agent"


def test_it_holds_both_packages_and_nothing_of_their_tests(unpacked: Path) -> None:
    names = {
        tomllib.loads((unpacked / each / "pyproject.toml").read_text())["project"]["name"]
        for each in ("protocol", "agent")
    }

    assert names == {"firstline-protocol", "firstline-agent"}
    assert {path.name for path in unpacked.iterdir()} == {"install.sh", "protocol", "agent"}
    assert not [path for path in unpacked.rglob("*") if path.name in {"tests", "__pycache__"}]


def test_what_it_holds_can_be_imported(unpacked: Path) -> None:
    code = "import firstline_agent.cli, firstline_protocol; print(firstline_agent.__file__)"
    path = [str(unpacked / "agent" / "src"), str(unpacked / "protocol" / "src")]

    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {code}"],
        env={}, cwd=unpacked, capture_output=True, text=True, timeout=300,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(unpacked))


def test_it_is_the_same_each_time() -> None:
    first = agent_bundle()
    agent_bundle.cache_clear()

    assert agent_bundle() == first


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        ([], {}, 2, "the enrolment token is missing"),
        (["FL1.x"], {"PYTHON": "/nowhere/python3"}, 1, "Python 3.11 or newer is needed"),
        (["FL1.x"], {"PYTHON": "false"}, 1, "Python 3.11 or newer is needed"),
    ],
)
def test_the_installer_says_what_it_needs(
    unpacked: Path, arguments: list[str], environment: dict[str, str], code: int, said: str
) -> None:
    done = subprocess.run(
        ["sh", "install.sh", *arguments],
        env={"PATH": "/usr/bin:/bin", "HOME": str(unpacked), **environment},
        cwd=unpacked, capture_output=True, text=True, timeout=300,
    )  # fmt: skip

    assert (done.returncode, said in done.stderr) == (code, True)
    assert not (unpacked / ".local").exists()
