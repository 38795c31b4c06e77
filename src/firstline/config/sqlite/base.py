"""Django's SQLite backend whose writers take turns, first come, first served, whatever their process.

SQLite's busy handler sleeps in steps of up to 100 ms and is unfair; taking turns before
`BEGIN IMMEDIATE` cuts the tail of write latency several times. The holder of the turn also
owns checkpoints, so that none runs beside another connection's write.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base, features, operations
from django.db.utils import OperationalError

from firstline.config.sqlite.turns import WriterTurns

LOCK_TIMEOUT_SECONDS = 30.0
CHECKPOINT_PAGES = 2000
CHECKPOINT_PAGES_PATIENT = 4 * CHECKPOINT_PAGES
TRUNCATE_WAL_BYTES = 64 * 2**20


class _Checkpoints:
    """How long the log grows before a commit of this process copies it into the database."""

    pages = CHECKPOINT_PAGES


_turns = WriterTurns()
_checkpoints = _Checkpoints()


def leave_checkpoints_to_others() -> None:
    """People wait for this process and not for another: that one copies the log, unless it fails to."""
    _checkpoints.pages = CHECKPOINT_PAGES_PATIENT


def _moment(value: str) -> datetime:
    """What Django wrote: "2026-11-23 09:41:07.25", in UTC without saying so."""
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


# Django's own converters parse by regular expression and add the zone in a second pass: a list of 50 rows
# reads 400 moments, and this takes a tenth of the time.
for _type in ("datetime", "timestamp"):
    sqlite3.register_converter(_type, lambda value: _moment(value.decode()))


class DatabaseOperations(operations.DatabaseOperations):
    """Reads and writes moments quickly; they are kept in UTC, whatever zone a connection is said to have."""

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Columns arrive as moments; what an expression made of them is text."""
        return _moment(value) if isinstance(value, str) else value

    def adapt_datetimefield_value(self, value: Any) -> Any:
        """As Django writes it; what is not a moment in UTC goes its way."""
        if type(value) is datetime and value.tzinfo is UTC:
            return value.replace(tzinfo=None).isoformat(" ")
        return super().adapt_datetimefield_value(value)


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection; holds the turn to write from BEGIN to the end of its transaction."""

    features_class = features.DatabaseFeatures
    ops_class = DatabaseOperations
    _holds_lock = False
    _file_name = ""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._file_name = "" if self.is_in_memory_db() else str(Path(conn_params["database"]).absolute())
        connection.execute("PRAGMA wal_autocheckpoint=0").close()
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        if not self._holds_lock:
            if not _turns.acquire(self._file_name, LOCK_TIMEOUT_SECONDS):
                raise OperationalError("the turn to write did not come in time")
            self._holds_lock = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._holds_lock:
            self._holds_lock = False
            _turns.release(self._file_name)

    def _commit(self) -> Any:
        if not self._holds_lock:
            return super()._commit()  # type: ignore[misc]
        try:
            # SQLite knows how much of the log is in use; its file does not shrink when the log begins anew.
            self.connection.execute(f"PRAGMA wal_autocheckpoint={_checkpoints.pages}").close()
            try:
                result = super()._commit()  # type: ignore[misc]
            finally:
                self.connection.execute("PRAGMA wal_autocheckpoint=0").close()
            self._truncate_when_huge()
            return result
        finally:
            self._let_go()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._let_go()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._let_go()

    def _truncate_when_huge(self) -> None:
        try:
            size = Path(f"{self.settings_dict['NAME']}-wal").stat().st_size
        except OSError:
            return
        if size < TRUNCATE_WAL_BYTES:
            return
        try:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        except sqlite3.OperationalError:
            return  # A reader is in the way; the next commit tries again.
