"""The log of SQLite is copied into the database now and then, not at every commit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from firstline.config.environment import database
from firstline.config.sqlite.base import CHECKPOINT_PAGES, CHECKPOINT_PAGES_PATIENT, _checkpoints

PAGE_BYTES = 4096


@pytest.fixture
def desk(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BaseDatabaseWrapper]:
    monkeypatch.delenv("FIRSTLINE_DATABASE_URL", raising=False)
    handler = ConnectionHandler({"default": database(tmp_path, "")})
    wrapper = handler["default"]
    with django_db_blocker.unblock():
        with wrapper.cursor() as cursor:
            cursor.execute("CREATE TABLE line (text TEXT)")
        yield wrapper
        wrapper.close()


def test_a_log_that_was_copied_is_not_copied_again_at_every_commit(
    desk: BaseDatabaseWrapper, tmp_path: Path
) -> None:
    file = tmp_path / "firstline.sqlite3"
    _write(desk, CHECKPOINT_PAGES + 100)
    copied = file.stat().st_size
    assert copied > CHECKPOINT_PAGES * PAGE_BYTES

    before = file.stat().st_mtime_ns
    for _ in range(20):
        _write(desk, 1)

    assert file.stat().st_mtime_ns == before
    assert (tmp_path / "firstline.sqlite3-wal").stat().st_size > CHECKPOINT_PAGES * PAGE_BYTES


def test_a_process_that_others_wait_for_copies_later(
    desk: BaseDatabaseWrapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_checkpoints, "pages", CHECKPOINT_PAGES_PATIENT)
    file = tmp_path / "firstline.sqlite3"

    _write(desk, CHECKPOINT_PAGES + 100)
    assert file.stat().st_size < CHECKPOINT_PAGES * PAGE_BYTES

    _write(desk, CHECKPOINT_PAGES_PATIENT)
    assert file.stat().st_size > CHECKPOINT_PAGES_PATIENT * PAGE_BYTES


def _write(desk: BaseDatabaseWrapper, pages: int) -> None:
    """One transaction that fills about so many pages."""
    with _atomic(desk), desk.cursor() as cursor:
        cursor.executemany("INSERT INTO line VALUES (%s)", [["x" * (PAGE_BYTES - 100)]] * pages)


class _atomic:  # noqa: N801 - reads as a statement
    """`transaction.atomic` for a connection that Django does not know by name."""

    def __init__(self, desk: BaseDatabaseWrapper) -> None:
        self.desk = desk

    def __enter__(self) -> None:
        self.desk.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    def __exit__(self, *_fault: object) -> None:
        self.desk.commit()
        self.desk.set_autocommit(True)
