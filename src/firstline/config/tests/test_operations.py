"""Starting, backing up, restoring and upgrading a real data folder, by the commands an operator types."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
SOURCES = [ROOT / "src", ROOT / "packages/protocol/src", ROOT / "packages/agent/src"]


def run(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FIRSTLINE_", "DJANGO_", "PYTEST"))
    }
    environment |= {
        "PYTHONPATH": os.pathsep.join(map(str, SOURCES)),
        "FIRSTLINE_DATA_DIR": str(data),
        "LC_ALL": "C.UTF-8",
        **more,
    }
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def prepared(once_per_run: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A migrated data folder, made once; tests work on copies."""

    def make(data: Path) -> None:
        done = run(data, "firstline.config.prepare")
        assert done.returncode == 0, done.stderr

    return once_per_run("operations", make)


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("firstline.sqlite3", "secret-key"):
        (copy / name).write_bytes((prepared / name).read_bytes())
    return copy


def query(data: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(data / "firstline.sqlite3") as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def test_backup_brings_everything_back(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "safe" / "backup.tar.gz"
    (data / "files" / "aa").mkdir(parents=True)
    (data / "files" / "aa" / "one").write_bytes(b"a screenshot")
    query(data, "UPDATE organizations_installation SET name = 'Before'")

    made = run(data, "firstline.config.commands", "backup", "create", str(target))
    query(data, "UPDATE organizations_installation SET name = 'After'")
    (data / "files" / "aa" / "one").unlink()
    restored = run(data, "firstline.config.commands", "backup", "restore", str(target))

    assert (made.returncode, restored.returncode) == (0, 0), made.stderr + restored.stderr
    assert query(data, "SELECT name FROM organizations_installation") == [("Before",)]
    assert (data / "files" / "aa" / "one").read_bytes() == b"a screenshot"
    assert target.stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_backup_changes_nothing(data: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello")

    done = run(data, "firstline.config.commands", "backup", "restore", str(tmp_path / "x"))

    assert done.returncode != 0
    assert "is not a Firstline backup" in done.stderr
    assert query(data, "SELECT count(*) FROM organizations_installation") == [(1,)]


def test_a_newer_database_is_left_alone(data: Path) -> None:
    query(
        data,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('tickets', '9999_later', '2030-01-01')",
    )

    done = run(data, "firstline.config.prepare")

    assert done.returncode == 1
    assert "newer Firstline" in done.stderr


def test_an_upgrade_makes_a_copy_first(data: Path) -> None:
    query(data, "DELETE FROM django_migrations WHERE app = 'sessions'")
    query(data, "DROP TABLE django_session")

    done = run(data, "firstline.config.prepare")

    assert done.returncode == 0, done.stderr
    assert len(list((data / "backups").glob("before-upgrade-*.sqlite3"))) == 1


def test_unknown_commands_and_values_are_told_in_a_sentence(data: Path) -> None:
    unknown = run(data, "firstline.config.commands", "nonsense")
    wrong = run(data, "firstline.config.commands", "device", "token", "--owner", "nobody@example.com")

    assert (unknown.returncode, wrong.returncode) == (2, 1)
    assert "there is no command 'nonsense'" in unknown.stderr
    assert "Nobody has the address nobody@example.com" in wrong.stderr


@pytest.mark.parametrize(("locale", "words"), [("C.UTF-8", "its trace is in"), ("zh_CN.UTF-8", "详细记录见")])
@pytest.mark.parametrize(
    "command",
    [("firstline.config.prepare",), ("firstline.config.commands", "audit", "verify")],
)
def test_what_nobody_foresaw_is_one_sentence_and_the_trace_is_in_the_log(
    data: Path, command: tuple[str, ...], locale: str, words: str
) -> None:
    (data / "firstline.sqlite3").write_bytes(b"scrambled by a failing disk" * 400)

    done = run(data, *command, LC_ALL=locale)

    log = data / "logs" / "firstline.log"
    told = [line for line in done.stderr.splitlines() if line.startswith("firstline:")]
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(told) == 1
    assert "file is not a database" in told[0]
    assert words in told[0]
    assert str(log) in told[0]
    line = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    assert (line["level"], line["event"]) == ("error", "unexpected_error")
    assert "Traceback" in line["exception"]


def test_a_trace_that_cannot_be_logged_follows_the_sentence(data: Path) -> None:
    (data / "firstline.sqlite3").write_bytes(b"scrambled" * 999)
    (data / "logs").write_text("in the way of the folder")

    done = run(data, "firstline.config.prepare")

    assert done.returncode == 1
    assert done.stderr.index("its trace is in") < done.stderr.index("Traceback")
