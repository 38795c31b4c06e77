"""What the database says, read beside the service."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

# What every ticket has exactly once.
PER_TICKET = {
    "request": "SELECT ticket_id FROM tickets_message WHERE kind = 'request'",
    "timeline": "SELECT ticket_id FROM tickets_ticketevent WHERE kind = 'created'",
    "record": "SELECT ref_id FROM audit_auditrecord WHERE verb = 'tickets.ticket_created'",
    "event": "SELECT json_extract(payload, '$.ticket_id') FROM outbox_event "
    "WHERE name = 'tickets.ticket_created'",
    "document": "SELECT object_id FROM search_searchdocument WHERE kind = 'ticket'",
    "first clock": "SELECT subject_id FROM servicelevels_clock WHERE subject_kind = 'ticket' "
    "AND metric = 'first_response'",
    "last clock": "SELECT subject_id FROM servicelevels_clock WHERE subject_kind = 'ticket' "
    "AND metric = 'resolution'",
}


class Books:
    """What the database says, read beside the service."""

    def __init__(self, data: Path) -> None:
        self.database = f"file:{data / 'firstline.sqlite3'}?mode=ro"

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database, uri=True, timeout=20)) as connection:
            return connection.execute(sql, values).fetchall()

    def column(self, sql: str, *values: object) -> list[Any]:
        return [row[0] for row in self.rows(sql, *values)]

    def count(self, sql: str, *values: object) -> int:
        return int(self.column(sql, *values)[0])

    def is_quiet(self) -> bool:
        """No event waits, and no job that an event, a change or a mail made."""
        waiting = self.count("SELECT count(*) FROM outbox_event WHERE dispatched_at IS NULL")
        due = "state = 'ready' AND run_at <= datetime('now', '+60 seconds') AND name NOT IN "
        names = "(SELECT name FROM outbox_schedule)"
        return not waiting and not self.count(f"SELECT count(*) FROM outbox_job WHERE {due} {names}")

    def half_written(self) -> dict[str, dict[int, int]]:
        """Tickets that lack a part, or have it twice: part -> ticket -> how often."""
        tickets = self.column("SELECT id FROM tickets_ticket")
        wrong = {}
        for part, sql in PER_TICKET.items():
            counted = Counter(self.column(sql))
            odd = {ticket: counted[ticket] for ticket in {*tickets, *counted} if counted[ticket] != 1}
            if odd:
                wrong[part] = odd
        return wrong
