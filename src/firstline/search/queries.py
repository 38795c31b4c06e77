"""Searching: the newest records that hold all the words and that the actor may see."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from firstline.kit.actor import Actor
from firstline.search.analysis import query_terms, tokens
from firstline.search.results import Completion, Correction, Facet, FacetValue, Hit, Part, Problem, Results
from firstline.search.sources import FieldSpec, Source, forget_source, register_source, source_of, sources

__all__ = [
    "Completion",
    "Correction",
    "Facet",
    "FacetValue",
    "FieldSpec",
    "Found",
    "Hit",
    "Match",
    "Part",
    "Problem",
    "Results",
    "Source",
    "any_of",
    "complete",
    "find",
    "forget_source",
    "register_source",
    "search",
    "similar",
    "source_of",
    "sources",
    "terms_of",
    "tokens_of",
]

LIMIT_MAX = 500
TERMS_MAX = 60
_SAFE_TERM = re.compile(r"[a-z0-9_:.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Found:
    """One record found; `excerpt` is how its text begins."""

    kind: str
    object_id: int
    organization_id: int | None
    title: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Match:
    """A record found by some of the terms asked for."""

    hit: Found
    terms: frozenset[str]


def find(
    actor: Actor,
    text: str,
    *,
    kinds: Sequence[str] = (),
    limit: int = 20,
    offset: int = 0,
    facets: bool = False,
    live: bool = True,
) -> Results:
    """The best documents for what a person typed, among those the actor may see.

    Words, "phrases", `field:value` and `-field:value`; `kinds` empty means every registered kind.
    With `live` the last word counts as still being typed. Never raises for any text; both
    databases give the same answer.
    """
    hits: list[Hit] = []
    for source in _asked(kinds):
        found = search(source.tokens(actor), text, kinds=[source.kind], limit=LIMIT_MAX)
        visible = source.visible(actor, [row.object_id for row in found])
        hits += [_hit(row) for row in found if row.object_id in visible]
    return Results(hits=hits[offset : offset + limit], total=len(hits))


def similar(
    actor: Actor,
    text: str,
    *,
    title: str = "",
    kinds: Sequence[str] = ("ticket",),
    limit: int = 5,
    exclude: tuple[str, int] | None = None,
) -> list[Hit]:
    """The documents most like a text, among those the actor may see; none below four words.

    `exclude` leaves out one document, as (kind, object id).
    """
    wanted = terms_of(f"{title}\n{text}")
    hits: list[tuple[int, Hit]] = []
    for source in _asked(kinds):
        matches = any_of(list(source.tokens(actor)), wanted, kinds=[source.kind])
        visible = source.visible(actor, [match.hit.object_id for match in matches])
        hits += [
            (len(match.terms), _hit(match.hit))
            for match in matches
            if match.hit.object_id in visible and (match.hit.kind, match.hit.object_id) != exclude
        ]
    return [hit for _count, hit in sorted(hits, key=lambda pair: -pair[0])[:limit]]


def complete(actor: Actor, text: str, caret: int) -> list[Completion]:
    """How the word at `caret` may go on: names of fields, and values after `field:`."""
    start = max(text.rfind(" ", 0, caret), text.rfind("\u3000", 0, caret)) + 1
    typed = text[start:caret].casefold()
    if not typed:
        return []
    specs = {spec.name: spec for source in sources() for spec in source.fields}
    return [
        Completion(f"{spec.name}:", spec.label, start=start)
        for spec in specs.values()
        if any(name.casefold().startswith(typed) for name in (spec.name, *spec.aliases))
    ]


def _asked(kinds: Sequence[str]) -> list[Source]:
    return [source for source in sources() if not kinds or source.kind in kinds]


def _hit(found: Found) -> Hit:
    return Hit(
        kind=found.kind,
        object_id=found.object_id,
        organization_id=found.organization_id,
        title=found.title,
        title_parts=[(found.title, False)],
        snippet_parts=[(found.excerpt, False)],
        changed_at=None,
        fields={},
        score=0,
    )


def search(
    actor_tokens: Iterable[str], text: str, *, kinds: Sequence[str] = (), limit: int = 20
) -> list[Found]:
    """The newest `limit` records that hold every word of `text`, the last also as a beginning.

    Only records with at least one of `actor_tokens` among their visibility; `kinds` empty means
    every kind. Nothing is found for a text without a word. Both databases give the same answer.
    """
    terms, prefix = query_terms(text)
    visible = sorted({visibility_term(token) for token in actor_tokens})
    if not (terms or prefix) or not visible:
        return []
    among = sorted({kind_term(kind) for kind in kinds})
    match = _postgresql if connection.vendor == "postgresql" else _sqlite
    with connection.cursor() as cursor:
        sql, expression = match(terms, prefix, visible, among)
        cursor.execute(sql, [expression, max(1, min(limit, LIMIT_MAX))])
        return [Found(*row) for row in cursor.fetchall()]


def any_of(
    actor_tokens: Iterable[str], terms: Sequence[str], *, kinds: Sequence[str] = (), limit: int = 200
) -> list[Match]:
    """The newest `limit` visible records that hold at least one of `terms`, each with those it holds.

    For ranking by the caller; `terms` are taken as they are (`terms_of`).
    """
    wanted = list(dict.fromkeys(terms))[:TERMS_MAX]
    visible = sorted({visibility_term(token) for token in actor_tokens})
    if not wanted or not visible:
        return []
    among = sorted({kind_term(kind) for kind in kinds})
    match = _postgresql if connection.vendor == "postgresql" else _sqlite
    sql, expression = match([], "", visible, among, wanted)
    with connection.cursor() as cursor:
        cursor.execute(sql.replace(_COLUMNS, f"{_COLUMNS}, d.terms"), [expression, min(limit, LIMIT_MAX)])
        rows = cursor.fetchall()
    asked = frozenset(wanted)
    return [Match(Found(*row[:-1]), asked.intersection(row[-1].split(" "))) for row in rows]


def terms_of(text: str) -> list[str]:
    """The terms under which `text` would be found."""
    return tokens(text)


def tokens_of(actor: Actor) -> list[str]:
    """The visibility tokens that every actor holds by what they are."""
    held = [f"team:{team_id}" for team_id in sorted(actor.team_ids)]
    if actor.kind == "person" and actor.id is not None:
        held.append(f"person:{actor.id}")
    if actor.organization_id is not None:
        held.append(f"org:{actor.organization_id}")
    if actor.is_provider:
        held.append("provider")
    return held


def visibility_term(token: str) -> str:
    """How a visibility token stands among the terms; no analysed term starts with "="."""
    if not _SAFE_TERM.fullmatch(token):
        raise ValueError(f"{token!r} cannot be a visibility token")
    return f"={token}"


def kind_term(kind: str) -> str:
    """How a kind stands among the terms."""
    if not _SAFE_TERM.fullmatch(kind):
        raise ValueError(f"{kind!r} cannot be a kind")
    return f"=={kind}"


_COLUMNS = "d.kind, d.object_id, d.organization_id, d.title, d.excerpt"


def _sqlite(
    terms: list[str], prefix: str, visible: list[str], among: list[str], either: Sequence[str] = ()
) -> tuple[str, str]:
    def quoted(term: str) -> str:
        return '"' + term.replace('"', '""') + '"'

    parts = [quoted(term) for term in terms]
    if prefix:
        parts.append(f"{quoted(prefix)}*")
    parts += ["(" + " OR ".join(map(quoted, group)) + ")" for group in (either, among, visible) if group]
    sql = f"""SELECT {_COLUMNS} FROM search_fts f JOIN search_searchdocument d ON d.id = f.rowid
        WHERE search_fts MATCH %s ORDER BY f.rowid DESC LIMIT %s"""  # noqa: S608 - names only
    return sql, " AND ".join(parts)


def _postgresql(
    terms: list[str], prefix: str, visible: list[str], among: list[str], either: Sequence[str] = ()
) -> tuple[str, str]:
    def quoted(term: str) -> str:
        return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"

    parts = [quoted(term) for term in terms]
    if prefix:
        parts.append(f"{quoted(prefix)}:*")
    parts += ["(" + " | ".join(map(quoted, group)) + ")" for group in (either, among, visible) if group]
    sql = f"""SELECT {_COLUMNS} FROM search_searchdocument d
        WHERE d.vector @@ %s::tsquery ORDER BY d.id DESC LIMIT %s"""  # noqa: S608 - names only
    return sql, " & ".join(parts)
