"""What a search answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from firstline.kit.actor import Actor
from firstline.search.sources import LazyStr, source_of

# A piece of text and whether it is what was searched for. Never HTML.
Part = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found; `score` only orders. `is_partial`: it lacks some of the words."""

    kind: str
    object_id: int
    organization_id: int | None
    title: str
    title_parts: Sequence[Part]
    snippet_parts: Sequence[Part]
    changed_at: datetime | None
    fields: Mapping[str, Sequence[str]]
    score: int
    is_partial: bool = False

    def url(self, actor: Actor) -> str:
        """Where the actor opens it; empty when nobody registered the kind."""
        source = source_of(self.kind)
        return source.url(self.object_id, actor) if source else ""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a field, how it reads, how many matches have it, and whether the query asks for it."""

    value: str
    label: LazyStr
    count: int
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A field and its most frequent values among the matches; "kind" is one, too."""

    name: str
    label: LazyStr
    values: Sequence[FacetValue]


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that was searched as another one."""

    typed: str
    used: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of the query that could not be taken as typed."""

    code: Literal[
        "filter_unknown", "filters_dropped", "quote_open", "query_too_long", "words_dropped", "value_missing"
    ]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """The best hits, and what can be said about all matches.

    `total` counts the matches that hold every word; with `is_capped` there are more (the count
    then reads "2,000+"). `is_partial`: no document holds every word, these hold most of them.
    """

    hits: Sequence[Hit] = ()
    total: int = 0
    is_capped: bool = False
    is_partial: bool = False
    facets: Sequence[Facet] = ()
    corrections: Sequence[Correction] = ()
    problems: Sequence[Problem] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Completion:
    """How the word at the caret may go on: `insert` replaces the text from `start` to the caret."""

    insert: str
    label: LazyStr
    hint: LazyStr = ""
    start: int = 0
