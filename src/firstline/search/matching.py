"""The databases' part: which documents match an expression, the newest of them."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from firstline.kit.actor import Actor
from firstline.search.expressions import All, Any, But, Expression, Term, also_restricted, any_term
from firstline.search.expressions import for_postgresql as _postgresql
from firstline.search.expressions import for_sqlite as _sqlite
from firstline.search.sources import Source
from firstline.search.terms import restricted_term, visibility_term

CAP = 2_000


class Candidate(NamedTuple):
    """A matching document as the ranker needs it."""

    id: int
    kind: str
    object_id: int
    changed_at: int
    title_length: int
    length: int
    restricted_length: int
    restricted: str
    vector: bytes


class Candidates(NamedTuple):
    """Thousands of candidates, column by column."""

    ids: Sequence[int] = ()
    kinds: Sequence[str] = ()
    object_ids: Sequence[int] = ()
    changed_at: Sequence[int] = ()
    title_lengths: Sequence[int] = ()
    lengths: Sequence[int] = ()
    restricted_lengths: Sequence[int] = ()
    restricted: Sequence[str] = ()
    vectors: Sequence[bytes] = ()

    def at(self, place: int) -> Candidate:
        """One of them."""
        return Candidate._make([column[place] for column in self])


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may see: visibility terms, and for restricted texts the tokens of each kind."""

    visible: Sequence[str]
    restricted: Sequence[str]
    restricted_tokens: dict[str, frozenset[str]]

    @classmethod
    def of(cls, actor: Actor, sources: Collection[Source]) -> "Scope":
        """The scope of `actor` among the documents of `sources`."""
        held = {source.kind: sorted(set(source.restricted_tokens(actor))) for source in sources}
        return cls(
            visible=[
                visibility_term(source.kind, token)
                for source in sources
                for token in sorted(set(source.tokens(actor)))
            ],
            restricted=[restricted_term(kind, token) for kind, tokens in held.items() for token in tokens],
            restricted_tokens={kind: frozenset(tokens) for kind, tokens in held.items() if tokens},
        )

    @property
    def without_notes(self) -> "Scope":
        """The same for who may read no restricted text."""
        return Scope(self.visible, (), {})

    def readable(self, candidates: Candidates) -> list[bool]:
        """For each candidate whether its restricted text is for this actor."""
        keys = list(zip(candidates.kinds, candidates.restricted, strict=True))
        known = {key: self.may_read_restricted(*key) for key in set(keys)}
        return [known[key] for key in keys]

    def may_read_restricted(self, kind: str, restricted: str) -> bool:
        """Whether the restricted text of a document of `kind`, for those tokens, is for this actor."""
        held = self.restricted_tokens.get(kind)
        return held is not None and bool(restricted) and not held.isdisjoint(restricted.split(" "))


def match(
    scope: Scope,
    words: Expression | None,
    *,
    conditions: Sequence[Expression] = (),
    unwanted: Expression | None = None,
    cap: int = CAP,
) -> list[int]:
    """The newest `cap` entries within `scope` that match `words` and all conditions, newest first.

    Notes are asked only where what everybody may read leaves room below `cap`.
    """
    if not scope.visible:
        return []
    public, inner = layers(scope, words, conditions, unwanted)
    found = _matching(public, cap)
    if inner is None or len(found) >= cap:
        return found
    return sorted({*found, *_matching(inner, cap)}, reverse=True)[:cap]


def read(ids: Sequence[int]) -> Candidates:
    """What the ranker reads of some entries, newest first."""
    if not ids:
        return Candidates()
    with connection.cursor() as cursor:
        cursor.execute(*among(_READ, ids))
        rows = cursor.fetchall()
    return Candidates(*zip(*rows, strict=True)) if rows else Candidates()


def among(sql: str, keys: Sequence[int] | Sequence[str]) -> tuple[str, list[str | list[int] | list[str]]]:
    """A statement whose `{}` stands for some keys, the same text for any number of them.

    SQLite keeps prepared statements; one for each number would fill the memory.
    """
    if connection.vendor == "postgresql":
        return sql.format("= ANY(%s)"), [list(keys)]  # type: ignore[list-item]
    return sql.format("IN (SELECT value FROM json_each(%s))"), [json.dumps(list(keys))]


def _matching(expression: Expression, cap: int) -> list[int]:
    sql, written = _statement(expression)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s", [written, cap])
        return [row[0] for row in cursor.fetchall()]


def count(scope: Scope, words: Expression | None, *, conditions: Sequence[Expression] = (), cap: int) -> int:
    """How many documents match, no further than `cap`; where none does without notes, how many with them."""
    if not scope.visible:
        return 0
    public, inner = layers(scope, words, conditions, None)
    found = _count(public, cap)
    return found if inner is None or found else _count(inner, cap)


def _count(expression: Expression, cap: int) -> int:
    sql, written = _statement(expression)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({sql} LIMIT %s) AS found", [written, cap])  # noqa: S608
        return int(cursor.fetchone()[0])


def layers(
    scope: Scope, words: Expression | None, conditions: Sequence[Expression], unwanted: Expression | None
) -> tuple[Expression, Expression | None]:
    """What matches without notes, and what with them: only in documents whose notes the actor may read."""
    public = _within(any_term(scope.visible), words, conditions, unwanted)
    if words is None or not scope.restricted:
        return public, None
    if unwanted is not None:
        unwanted = also_restricted(unwanted)
    return public, _within(any_term(scope.restricted), also_restricted(words), conditions, unwanted)


def _within(
    seen: Any, words: Expression | None, conditions: Sequence[Expression], unwanted: Expression | None
) -> Expression:
    wanted = All([part for part in (words, *conditions, seen) if part is not None])
    return But(wanted, unwanted) if unwanted is not None else wanted


def _statement(expression: Expression) -> tuple[str, str]:
    if connection.vendor == "postgresql":
        sql = "SELECT entry_id FROM search_entrytext WHERE vector @@ %s::tsquery ORDER BY entry_id DESC"
        return sql, _postgresql(expression)
    return "SELECT rowid FROM search_fts WHERE search_fts MATCH %s ORDER BY rowid DESC", _sqlite(expression)


_READ = (
    "SELECT id, kind, object_id, changed_at, title_length, length, restricted_length, restricted, vector"
    " FROM search_entry WHERE id {} ORDER BY id DESC"
)

__all__ = ["CAP", "Candidate", "Candidates", "Scope", "Term", "among", "count", "layers", "match", "read"]
