"""Test databases in a moment: migrated once for each state of the sources, then copied.

The first process that needs one migrates a template; every other, and every later run of the
same sources, copies it. Whoever changes any source but a test gets a new template.
"""

import fcntl
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
_SOURCES = ROOT / "src" / "firstline"
# Any number: whoever makes or copies a template of PostgreSQL holds it.
_LOCK = 7_311_204


@contextmanager
def database_of_this_process(folder: Path) -> Iterator[None]:
    """Django's connection leads to a fresh test database while the block runs.

    Templates of SQLite are kept in `folder`, those of PostgreSQL in its cluster.
    """
    own = connection.settings_dict["NAME"]
    name = connection.creation._get_test_db_name()
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:
        _copy_file(Path(name), folder)
    else:
        _copy_on_server(name)
    _lead_to(name)
    try:
        yield
    finally:
        _lead_to(own)
        if is_sqlite:
            _remove(Path(name))
        else:
            with _server() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def state_of_the_sources() -> str:
    """A digest of all that may change what a migrated database holds."""
    digest = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    for path in sorted(_SOURCES.rglob("*")):
        if path.suffix in {".py", ".json", ".toml", ".po", ".txt", ".sql"} and "tests" not in path.parts:
            digest.update(f"{path.relative_to(_SOURCES)} {path.stat().st_size} ".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def _copy_file(name: Path, folder: Path) -> None:
    template = folder / f"{state_of_the_sources()}.sqlite3"
    folder.mkdir(parents=True, exist_ok=True)
    _remove(name)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            for old in folder.glob("*.sqlite3*"):
                old.unlink()
            draft = folder / "draft.sqlite3"
            _migrate(str(draft))
            # A whole copy without a journal beside it; under its own name only once it is complete.
            whole = folder / "whole.sqlite3"
            with closing(sqlite3.connect(draft)) as source, closing(sqlite3.connect(whole)) as target:
                source.backup(target)
            _remove(draft)
            whole.replace(template)
        shutil.copyfile(template, name)


def _copy_on_server(name: str) -> None:
    template = f"firstline_template_{state_of_the_sources()}"
    with _server() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'firstline_template_%'")
        known = {row[0] for row in cursor.fetchall()}
        if template not in known:
            for old in known:
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            draft = f"{template}_draft"
            cursor.execute(f'CREATE DATABASE "{draft}"')
            _migrate(draft)
            cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{template}"')
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _migrate(name: str) -> None:
    """As Django prepares a test database."""
    own = connection.settings_dict["NAME"]
    _lead_to(name)
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    call_command("createcachetable", verbosity=0)
    _lead_to(own)


def _lead_to(name: str) -> None:
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    settings.DATABASES[connection.alias]["NAME"] = name
    connection.settings_dict["NAME"] = name


@contextmanager
def _server() -> Iterator[Any]:
    with connection.creation._nodb_cursor() as cursor:
        yield cursor


def _remove(database: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            Path(f"{database}{end}").unlink()
