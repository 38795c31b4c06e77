"""The stored texts of entries: phrases looked up in them, and hits with their snippets."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from firstline.search.analysis import normalise
from firstline.search.matching import Candidate, Scope
from firstline.search.results import Hit
from firstline.search.snippets import Marks, parts_of, snippet


def hits(ordered: Sequence[tuple[Candidate, int]], marks: Marks, scope: Scope) -> list[Hit]:
    """What is shown of candidates; restricted texts only to those who may read them."""
    stored = _texts([candidate.id for candidate, _ in ordered])
    return [_hit(candidate, score, stored, marks, scope) for candidate, score in ordered]


def holding(candidates: Sequence[Candidate], phrases: Sequence[str], scope: Scope) -> set[int]:
    """The ids of candidates whose title or text holds every phrase, whatever its case and spacing."""
    wanted = [_flat(phrase) for phrase in phrases]
    stored = _texts([candidate.id for candidate in candidates])
    found = set()
    for candidate in candidates:
        text, restricted, _fields = stored.get(candidate.id, ("", "", "{}"))
        readable = scope.may_read_restricted(candidate.kind, candidate.restricted)
        parts = [candidate.title, text, restricted if readable else ""]
        whole = "\n".join(_flat(part) for part in parts)
        if all(phrase in whole for phrase in wanted):
            found.add(candidate.id)
    return found


def readable_text(candidate: Candidate, scope: Scope, stored: dict[int, tuple[str, str, str]]) -> str:
    """All of a candidate's text that the actor may read."""
    text, restricted, _fields = stored.get(candidate.id, ("", "", "{}"))
    if restricted and scope.may_read_restricted(candidate.kind, candidate.restricted):
        return f"{text}\n{restricted}"
    return text


def of(candidates: Sequence[Candidate]) -> dict[int, tuple[str, str, str]]:
    """Text, restricted text and fields of candidates, by entry."""
    return _texts([candidate.id for candidate in candidates])


def _hit(
    candidate: Candidate, score: int, stored: dict[int, tuple[str, str, str]], marks: Marks, scope: Scope
) -> Hit:
    fields: dict[str, Any] = json.loads(stored.get(candidate.id, ("", "", "{}"))[2])
    return Hit(
        kind=candidate.kind,
        object_id=candidate.object_id,
        organization_id=candidate.organization_id,
        title=candidate.title,
        title_parts=parts_of(candidate.title, marks),
        snippet_parts=snippet(readable_text(candidate, scope, stored), marks),
        changed_at=datetime.fromtimestamp(candidate.changed_at, UTC) if candidate.changed_at else None,
        fields=fields,
        score=score,
    )


def _flat(text: str) -> str:
    return " ".join(normalise(text).split())


def _texts(ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    found: dict[int, tuple[str, str, str]] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(ids), 900):
            batch = list(ids[start : start + 900])
            places = ", ".join(["%s"] * len(batch))
            cursor.execute(_READ.format(places), batch)
            found.update({row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()})
    return found


_READ = (
    "SELECT t.entry_id, t.text, t.restricted_text, e.fields FROM search_entrytext t"
    " JOIN search_entry e ON e.id = t.entry_id WHERE t.entry_id IN ({})"
)
