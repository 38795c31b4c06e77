"""Expressions that mean the same here, as the query planner reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection

from firstline.search.analysis import Word, stem, words

EXPRESSIONS_MAX = 20
SEPARATORS = ",，;；、"


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression: stems of Latin words or whole runs of Chinese, in order."""

    parts: tuple[str, ...]
    text: str

    @property
    def typed(self) -> list[Word]:
        return words(self.text)


@dataclass(slots=True)
class Thesaurus:
    """Which expressions stand for each other."""

    others: dict[tuple[str, ...], list[Expression]] = field(default_factory=dict)
    length_max: int = 1

    def add(self, expressions: Sequence[Expression]) -> None:
        """Let every expression stand for the others."""
        for expression in expressions:
            rest = [other for other in expressions if other.parts != expression.parts]
            self.others.setdefault(expression.parts, []).extend(rest)
            self.length_max = max(self.length_max, len(expression.parts))


def split_expressions(text: str) -> list[str]:
    """The expressions of one line of the table, cleaned; empty ones left out."""
    for sign in SEPARATORS:
        text = text.replace(sign, "\n")
    return [" ".join(line.split()) for line in text.splitlines() if words(line)][:EXPRESSIONS_MAX]


def thesaurus() -> Thesaurus:
    """What the table says now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT expressions FROM search_synonym WHERE is_active ORDER BY id")
        return _thesaurus(tuple(row[0] for row in cursor.fetchall()))


@lru_cache(maxsize=2)
def _thesaurus(lines: tuple[str, ...]) -> Thesaurus:
    made = Thesaurus()
    for line in lines:
        made.add([Expression(parts_of(words(text)), text) for text in split_expressions(line)])
    return made


def parts_of(typed: Iterable[Word]) -> tuple[str, ...]:
    """How words stand in the thesaurus."""
    return tuple(stem(word.text) if word.kind == "word" else word.text for word in typed)
