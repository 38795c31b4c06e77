"""The questions of callers that do not use the engine yet: newest first, every word or any term."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from firstline.search.analysis import analyse, joined, pairs, stem, words
from firstline.search.expressions import All, Any, Expression, Term, any_term, for_postgresql, for_sqlite
from firstline.search.terms import visibility_term

LIMIT_MAX = 500
TERMS_MAX = 60
EXCERPT_CHARS = 300


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


def search(actor_tokens: Iterable[str], text: str, *, kinds: Sequence[str], limit: int = 20) -> list[Found]:
    """The newest `limit` records of `kinds` that hold every word of `text`, the last also as a beginning."""
    typed = words(text)
    parts: list[Expression] = []
    for place, word in enumerate(typed):
        if word.kind == "cjk":
            parts += [Term(pair) for pair in pairs(word.text) or [word.text]]
        else:
            is_live = place == len(typed) - 1 and not text[-1:].isspace()
            forms = dict.fromkeys((word.text, stem(word.text), joined(word.text)))
            parts.append(Any([*(Term(form) for form in forms), Term(word.text, is_prefix=is_live)]))
    rows = _rows(actor_tokens, kinds, All(parts), limit) if parts else []
    return [found for found, _terms in rows]


def any_of(
    actor_tokens: Iterable[str], terms: Sequence[str], *, kinds: Sequence[str], limit: int = 200
) -> list[Match]:
    """The newest `limit` visible records that hold at least one of `terms`, each with those it holds."""
    wanted = list(dict.fromkeys(terms))[:TERMS_MAX]
    rows = _rows(actor_tokens, kinds, any_term(wanted), limit) if wanted else []
    asked = frozenset(wanted)
    return [Match(found, asked.intersection(held.split(" "))) for found, held in rows]


def terms_of(text: str) -> list[str]:
    """The terms under which `text` would be found."""
    return list(analyse(text).scored)


def _rows(
    actor_tokens: Iterable[str], kinds: Sequence[str], expression: Expression, limit: int
) -> list[tuple[Found, str]]:
    tokens = sorted(set(actor_tokens))
    seen = any_term(visibility_term(kind, token) for kind in kinds for token in tokens)
    if not seen.parts:
        return []
    both = All([expression, seen])
    if connection.vendor == "postgresql":
        match, written = "t.vector @@ %s::tsquery", for_postgresql(both)
        table = "search_entrytext t"
    else:
        match, written = "search_fts MATCH %s", for_sqlite(both)
        table = "search_fts f JOIN search_entrytext t ON t.entry_id = f.rowid"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.kind, e.object_id, e.organization_id, e.title, t.text, t.terms"  # noqa: S608 - names only
            f" FROM {table} JOIN search_entry e ON e.id = t.entry_id WHERE {match}"
            " ORDER BY e.id DESC LIMIT %s",
            [written, min(limit, LIMIT_MAX)],
        )
        return [
            (Found(row[0], row[1], row[2], row[3], " ".join(row[4][:EXCERPT_CHARS].split())), row[5])
            for row in cursor.fetchall()
        ]
