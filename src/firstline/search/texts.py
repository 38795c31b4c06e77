"""The stored texts of entries: phrases looked up in them, and hits with their snippets."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection

from firstline.kit.actor import Actor
from firstline.search.analysis import normalise
from firstline.search.fields import open_names
from firstline.search.matching import Candidate, Scope, among
from firstline.search.results import Hit
from firstline.search.snippets import Marks, parts_of, snippet
from firstline.search.sources import Source


class Text(NamedTuple):
    """The texts of one entry, its fields as JSON, and whose it is."""

    text: str = ""
    restricted: str = ""
    fields: str = "{}"
    title: str = ""
    organization_id: int | None = None


Stored = dict[int, Text]
_NONE = Text()


def hits(
    actor: Actor,
    ordered: Sequence[tuple[Candidate, int]],
    marks: Marks,
    *,
    scope: Scope,
    sources: Sequence[Source],
    withheld: Collection[int] = frozenset(),
) -> list[Hit]:
    """What is shown of candidates: fields that exist for the actor, restricted texts where they may be read.

    `withheld` are entries whose restricted text stays out although the tokens would allow it.
    """
    stored = _texts([candidate.id for candidate, _ in ordered])
    names = {source.kind: open_names(actor, source) for source in sources}
    return [
        _hit(
            candidate,
            score,
            _readable(candidate, scope, stored, withheld),
            fields=_fields(stored, candidate, names.get(candidate.kind, set())),
            marks=marks,
        )
        for candidate, score in ordered
    ]


def bare(candidate: Candidate, score: int) -> Hit:
    """A hit for who wants to know only what was found, in which order."""
    return Hit(
        kind=candidate.kind,
        object_id=candidate.object_id,
        organization_id=None,
        title="",
        title_parts=(),
        snippet_parts=(),
        changed_at=None,
        fields={},
        score=score,
    )


def holding(candidates: Sequence[Candidate], phrases: Sequence[str], scope: Scope) -> set[int]:
    """The ids of candidates whose title or text holds every phrase, whatever its case and spacing."""
    wanted = [_flat(phrase) for phrase in phrases]
    stored = _texts([candidate.id for candidate in candidates])
    found = set()
    for candidate in candidates:
        known = stored.get(candidate.id, _NONE)
        readable = scope.may_read_restricted(candidate.kind, candidate.restricted)
        parts = [known.title, known.text, known.restricted if readable else ""]
        whole = "\n".join(_flat(part) for part in parts)
        if all(phrase in whole for phrase in wanted):
            found.add(candidate.id)
    return found


def of(candidates: Sequence[Candidate]) -> Stored:
    """The stored texts of candidates, by entry."""
    return _texts([candidate.id for candidate in candidates])


def _hit(
    candidate: Candidate, score: int, stored: Text, *, fields: Mapping[str, Sequence[str]], marks: Marks
) -> Hit:
    return Hit(
        kind=candidate.kind,
        object_id=candidate.object_id,
        organization_id=stored.organization_id,
        title=stored.title,
        title_parts=parts_of(stored.title, marks),
        snippet_parts=snippet(stored.text, marks),
        changed_at=datetime.fromtimestamp(candidate.changed_at, UTC) if candidate.changed_at else None,
        fields=fields,
        score=score,
    )


def _readable(candidate: Candidate, scope: Scope, stored: Stored, withheld: Collection[int]) -> Text:
    """The texts with what is restricted where it may be read."""
    known = stored.get(candidate.id, _NONE)
    is_readable = scope.may_read_restricted(candidate.kind, candidate.restricted)
    if known.restricted and is_readable and candidate.id not in withheld:
        return known._replace(text=f"{known.text}\n{known.restricted}")
    return known


def _fields(stored: Stored, candidate: Candidate, names: Collection[str]) -> dict[str, Sequence[str]]:
    fields: dict[str, Sequence[str]] = json.loads(stored.get(candidate.id, _NONE).fields)
    return {name: values for name, values in fields.items() if name in names}


def _flat(text: str) -> str:
    return " ".join(normalise(text).split())


def _texts(ids: Sequence[int]) -> Stored:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(*among(_READ, ids))
        return {row[0]: Text._make(row[1:]) for row in cursor.fetchall()}


_READ = (
    "SELECT t.entry_id, t.text, t.restricted_text, e.fields, e.title, e.organization_id"
    " FROM search_entrytext t JOIN search_entry e ON e.id = t.entry_id WHERE t.entry_id {}"
)
