"""What the database says, read beside the service."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

# What every ticket has exactly once.
PER_TICKET = {
    "request": "SELECT ticket_id FROM tickets_message WHERE kind = 'request'",
    "timeline": "SELECT ticket_id FROM tickets_ticketevent WHERE kind = 'created'",
    "record": "SELECT ref_id FROM audit_auditrecord WHERE verb = 'tickets.ticket_created'",
    "event": "SELECT CAST(payload ->> 'ticket_id' AS bigint) FROM outbox_event "
    "WHERE name = 'tickets.ticket_created'",
    "document": "SELECT object_id FROM search_entry WHERE kind = 'ticket'",
    "first clock": "SELECT subject_id FROM servicelevels_clock WHERE subject_kind = 'ticket' "
    "AND metric = 'first_response'",
    "last clock": "SELECT subject_id FROM servicelevels_clock WHERE subject_kind = 'ticket' "
    "AND metric = 'resolution'",
}
# Who splits or merges tickets moves their messages; what is in the bin, or went into another, is not found.
MOVED = {
    "request": "SELECT ticket_id FROM tickets_ticketevent WHERE kind IN ('split', 'merged')",
    "document": "SELECT id FROM tickets_ticket WHERE deleted_at IS NOT NULL OR merged_into_id IS NOT NULL",
}
# As the product promises it; written here again, because a campaign does not ask whom it tries.
RECEIPTS_PER_HOUR_MAX = 10
# Written beside what people ask for, or before it: sessions, guesses, work in progress, files that wait
# a day for their record, what was seen and when.
VOLATILE = (
    "django_session", "accounts_signinsession", "axes_accessattempt", "axes_accesslog",
    "axes_accessfailurelog", "outbox_job", "outbox_schedule", "audit_auditpending", "audit_auditseal",
    "files_storedfile", "devices_healthsample", "search_entry", "search_entrytext", "search_term",
    "search_kindtotal", "search_tally", "search_indexchange",
)  # fmt: skip


class Books:
    """What the database says: SQLite in the data folder, or PostgreSQL at `url`."""

    def __init__(self, data: Path, url: str = "") -> None:
        self.database = f"file:{data / 'firstline.sqlite3'}?mode=ro"
        self.url = url

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The answer to `sql`, whose values stand as `?`."""
        if self.url:
            with psycopg.connect(self.url) as connection:
                return connection.execute(sql.replace("%", "%%").replace("?", "%s"), values).fetchall()  # type: ignore[arg-type]
        with closing(sqlite3.connect(self.database, uri=True, timeout=60)) as connection:
            return connection.execute(sql, values).fetchall()

    def column(self, sql: str, *values: object) -> list[Any]:
        return [row[0] for row in self.rows(sql, *values)]

    def count(self, sql: str, *values: object) -> int:
        return int(self.column(sql, *values)[0])

    def sizes(self, *, without: Sequence[str] = VOLATILE) -> dict[str, int]:
        """How many rows each table has."""
        listed = (
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            if self.url
            else "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        )
        names = [name for name in self.column(listed) if name not in without and "_fts_" not in name]
        union = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names)
        return dict(self.rows(union))

    def changes_since(self, before: dict[str, int]) -> dict[str, int]:
        """By how many rows each table grew or shrank; only those that did."""
        now = self.sizes()
        names = {*before, *now}
        return {
            name: now.get(name, 0) - before.get(name, 0)
            for name in names
            if now.get(name) != before.get(name)
        }

    def is_quiet(self) -> bool:
        """No event waits, nothing of the search index, and no job that an event, a change or a mail made."""
        soon: Any = datetime.now(UTC) + timedelta(seconds=60)
        if not self.url:
            soon = soon.strftime("%Y-%m-%d %H:%M:%S")
        # One statement sees one moment: between two, a job may end and leave an event behind.
        return not self.count(
            "SELECT (SELECT count(*) FROM outbox_event WHERE dispatched_at IS NULL)"
            " + (SELECT count(*) FROM search_indexchange)"
            " + (SELECT count(*) FROM outbox_job WHERE state = 'ready' AND run_at <= ?"
            " AND name NOT IN (SELECT name FROM outbox_schedule))",
            soon,
        )

    def half_written(self) -> dict[str, dict[int, int]]:
        """Tickets that lack a part, or have it twice: part -> ticket -> how often."""
        tickets = self.column("SELECT id FROM tickets_ticket")
        wrong = {}
        for part, sql in PER_TICKET.items():
            counted = Counter(self.column(sql))
            exempt = set(self.column(MOVED[part])) if part in MOVED else set()
            odd = {
                ticket: counted[ticket] for ticket in {*tickets, *counted} - exempt if counted[ticket] != 1
            }
            if odd:
                wrong[part] = odd
        return wrong

    def receipts_due(self) -> set[str]:
        """Message-IDs of the receipts that requesters must have: one a request, ten an hour to a person."""
        came: defaultdict[int, list[datetime]] = defaultdict(list)
        due = set()
        asked = "SELECT number, requester_id, created_at FROM tickets_ticket ORDER BY id"
        for number, requester, said in self.rows(asked):
            moment = said if isinstance(said, datetime) else datetime.fromisoformat(said)
            before = came[requester][-RECEIPTS_PER_HOUR_MAX:]
            if len(before) < RECEIPTS_PER_HOUR_MAX or min(before) <= moment - timedelta(hours=1):
                due.add(f"<ticket-{number}.receipt@localhost>")
            came[requester].append(moment)
        return due

    def damage(self) -> list[Any]:
        """What the database itself finds wrong with its files."""
        if self.url:
            return []
        whole = self.column("PRAGMA integrity_check")
        return [line for line in whole if line != "ok"] + self.rows("PRAGMA foreign_key_check")
