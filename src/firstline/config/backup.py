"""One file holds everything: database, files, raw mail and the key; restored by one command."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection

from firstline.kit import clock

FORMAT = 1
TREES = ("files", "mail", "tls")
SINGLES = ("secret-key", "demo")


class BackupFault(Exception):
    """The backup cannot be made or restored; the message is one sentence."""


def create(target: Path) -> dict[str, int]:
    """Write a consistent backup while the service runs; counts of files and bytes."""
    data = Path(settings.FIRSTLINE_DATA_DIR)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    count = size = 0
    with (
        _database_dump() as dump,
        _private(partial) as stream,
        tarfile.open(fileobj=stream, mode="w:gz", compresslevel=5) as archive,
    ):
        about = {"format": FORMAT, "vendor": connection.vendor, "made_at": clock.now().isoformat()}
        _add_bytes(archive, "about.json", json.dumps(about).encode())
        archive.add(dump, arcname="database")
        for path in _files(data):
            try:
                archive.add(path, arcname=str(Path("data") / path.relative_to(data)))
            except FileNotFoundError:
                continue  # Removed by retention while the backup ran.
            count += 1
            size += path.stat().st_size
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    partial.replace(target)
    (data / "last-backup").touch()
    return {"files": count, "bytes": size + target.stat().st_size}


def restore(source: Path) -> None:
    """Replace an empty or stopped installation by the backup; raises `BackupFault`."""
    data = Path(settings.FIRSTLINE_DATA_DIR)
    if not source.is_file():
        raise BackupFault(f"there is no file {source}.")
    with tempfile.TemporaryDirectory(dir=_made(data)) as scratch:
        place = Path(scratch)
        try:
            with tarfile.open(source) as archive:
                archive.extractall(place, filter="data")
            about = json.loads((place / "about.json").read_text(encoding="utf-8"))
        except (tarfile.TarError, OSError, ValueError, KeyError) as error:
            raise BackupFault(f"{source} is not a Firstline backup ({error}).") from error
        if about.get("format") != FORMAT or about.get("vendor") != connection.vendor:
            raise BackupFault(f"{source} is of another format or database ({about.get('vendor')}).")
        _load_database(place / "database")
        for name in (*TREES, *SINGLES):
            fresh, old = place / "data" / name, data / name
            if old.is_dir():
                remove_tree(old)
            old.unlink(missing_ok=True)
            if fresh.exists():
                shutil.move(str(fresh), old)


def snapshot_database(folder: Path) -> Path:
    """A copy of the SQLite database beside the data, named by time."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"before-upgrade-{clock.now():%Y%m%d-%H%M%S}.sqlite3"
    _copy_sqlite(Path(str(settings.DATABASES["default"]["NAME"])), target)
    return target


def remove_tree(path: Path) -> None:
    """Delete a folder if it is there."""
    if path.is_dir():
        shutil.rmtree(path)


def _private(path: Path) -> BinaryIO:
    """Nobody else reads the key, not even while the backup is being written."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _files(data: Path) -> Iterator[Path]:
    for name in SINGLES:
        if (data / name).is_file():
            yield data / name
    for name in TREES:
        yield from (path for path in sorted((data / name).rglob("*")) if path.is_file())


@contextmanager
def _database_dump() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as scratch:
        dump = Path(scratch) / "database"
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(str(settings.DATABASES["default"]["NAME"])), dump)
        else:
            _postgres("pg_dump", "--format=custom", "--no-owner", f"--file={dump}")
        yield dump


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's online backup: consistent while others write."""
    with sqlite3.connect(source) as origin, sqlite3.connect(target) as copy:
        origin.backup(copy)
    copy.close()
    origin.close()
    target.chmod(0o600)


def _load_database(dump: Path) -> None:
    if connection.vendor == "sqlite":
        name = Path(str(settings.DATABASES["default"]["NAME"]))
        connection.close()
        for suffix in ("-wal", "-shm"):
            name.with_name(name.name + suffix).unlink(missing_ok=True)
        shutil.move(str(dump), name)
        return
    _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(dump))


def _postgres(program: str, *arguments: str) -> None:
    database = settings.DATABASES["default"]
    environment = {
        **os.environ,
        "PGHOST": str(database["HOST"]),
        "PGPORT": str(database["PORT"] or 5432),
        "PGUSER": str(database["USER"]),
        "PGPASSWORD": str(database["PASSWORD"]),
        "PGDATABASE": str(database["NAME"]),
    }
    if not shutil.which(program):
        raise BackupFault(f"{program} is needed for a PostgreSQL backup; install postgresql-client.")
    extra = [f"--dbname={database['NAME']}"] if program == "pg_restore" else []
    done = subprocess.run(
        [program, *extra, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackupFault(f"{program} failed: {done.stderr.strip()[-300:]}")


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
