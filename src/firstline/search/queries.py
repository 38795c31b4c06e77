"""Searching: the newest records that hold all the words and that the actor may see."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from firstline.kit.actor import Actor
from firstline.search.analysis import query_terms, tokens

LIMIT_MAX = 500
TERMS_MAX = 60
_SAFE_TERM = re.compile(r"[a-z0-9_:.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found; `excerpt` is how its text begins."""

    kind: str
    object_id: int
    organization_id: int | None
    title: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Match:
    """A record found by some of the terms asked for."""

    hit: Hit
    terms: frozenset[str]


def search(
    actor_tokens: Iterable[str], text: str, *, kinds: Sequence[str] = (), limit: int = 20
) -> list[Hit]:
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
        return [Hit(*row) for row in cursor.fetchall()]


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
    return [Match(Hit(*row[:-1]), asked.intersection(row[-1].split(" "))) for row in rows]


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
