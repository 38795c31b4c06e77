"""Upgrades: a backup first, then migrations; a database of a newer Firstline is left alone."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from firstline.config import backup


class UpgradeRefused(Exception):
    """The database cannot be used by this version; the message is one sentence."""


def check() -> int:
    """How many migrations wait; raises `UpgradeRefused` for a database newer than this program."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    ours = {"firstline." + name for name in settings.FIRSTLINE_SLICES}
    labels = {app.rpartition(".")[2] for app in ours}
    applied = {key for key in executor.loader.applied_migrations if key[0] in labels}
    newer = sorted(applied - known)
    if newer:
        raise UpgradeRefused(
            f"this data folder was written by a newer Firstline (it knows {newer[-1][0]} {newer[-1][1]}); "
            "install that version, or restore a backup made by this one."
        )
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> Path | None:
    """Back up an existing database, then migrate; returns the backup's place."""
    saved: Path | None = None
    if connection.vendor == "sqlite" and MigrationExecutor(connection).loader.applied_migrations:
        folder = Path(settings.FIRSTLINE_DATA_DIR) / "backups"
        saved = backup.snapshot_database(folder)
    call_command("migrate", verbosity=0, interactive=False)
    return saved


def remove_demo_database() -> None:
    """Delete the demonstration's database and files; refuses where real work was set up."""
    data = Path(settings.FIRSTLINE_DATA_DIR)
    if connection.vendor != "sqlite":
        raise UpgradeRefused("--reset-demo works on the built-in database only.")
    if not (data / "demo").exists():
        if (data / "firstline.sqlite3").exists():
            raise UpgradeRefused(
                f"{data} holds no demo; --reset-demo would delete real work, so it does not."
            )
        return
    connection.close()
    for name in ("firstline.sqlite3", "firstline.sqlite3-wal", "firstline.sqlite3-shm", "demo", "no-demo"):
        (data / name).unlink(missing_ok=True)
    backup.remove_tree(data / "files")
    backup.remove_tree(data / "mail")
    backup.remove_tree(data / "agent")
