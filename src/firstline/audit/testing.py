"""For tests: the append-only triggers step aside only while a test database is emptied."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection

_TABLES = ("audit_auditrecord", "audit_auditseal", "audit_auditlabel")


def allow_flush() -> None:
    """Make `flush`, which ends every transactional test, work despite the triggers."""
    operations = type(connection.ops)
    if not hasattr(operations.sql_flush, "audit_steps_aside"):
        operations.sql_flush = _stepping_aside(operations.sql_flush)  # type: ignore[method-assign]


def without_triggers(statement: str, values: list[int]) -> None:
    """Tamper with the trail as somebody with the database's password could."""
    before, after = _suspended()
    with connection.cursor() as cursor:
        for sql in before:
            cursor.execute(sql)
        cursor.execute(statement, values)
        for sql in after:
            cursor.execute(sql)


def _stepping_aside(sql_flush: Callable[..., list[str]]) -> Callable[..., list[str]]:
    @wraps(sql_flush)
    def flush(*args: Any, **kwargs: Any) -> list[str]:
        before, after = _suspended()
        return [*before, *sql_flush(*args, **kwargs), *after]

    flush.audit_steps_aside = True  # type: ignore[attr-defined]
    return flush


def _suspended() -> tuple[list[str], list[str]]:
    """The statements that put the triggers aside and back."""
    if connection.vendor == "postgresql":
        alter = "ALTER TABLE {} {} TRIGGER USER"
        return (
            [alter.format(table, "DISABLE") for table in _TABLES],
            [alter.format(table, "ENABLE") for table in _TABLES],
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s, %s)", _TABLES
        )
        found = cursor.fetchall()
    return [f"DROP TRIGGER {name}" for name, _ in found], [sql for _, sql in found]
