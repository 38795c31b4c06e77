"""Searching: the best documents for what a person typed, among those they may see."""

import os
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from firstline.kit.actor import Actor
from firstline.search.fields import completions
from firstline.search.results import Completion, Correction, Facet, FacetValue, Hit, Part, Problem, Results
from firstline.search.sources import FieldSpec, Source, forget_source, register_source, source_of, sources

__all__ = [
    "Completion",
    "Correction",
    "Facet",
    "FacetValue",
    "FieldSpec",
    "Hit",
    "Part",
    "Problem",
    "Results",
    "Source",
    "complete",
    "find",
    "forget_source",
    "ranking",
    "register_source",
    "similar",
    "source_of",
    "sources",
    "tokens_of",
]

LIMIT_MAX = 200
OFFSET_MAX = 2_000
SIMILAR_MAX = 50


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

    Words, "phrases", `field:value`, `-field:value` and `-word`; `kinds` empty means every
    registered kind. With `live` the last word counts as still being typed. Documents that hold
    every word of a short query come first; a question is answered by what holds most of it. Never
    raises for any text; both databases give the same answer. Restricted texts count, in results,
    counts, facets, snippets and rank, only for those who may read them.
    """
    asked = _asked(kinds)
    results: Results = _engine("finding").find(
        actor,
        text,
        asked,
        limit=max(1, min(limit, LIMIT_MAX)),
        offset=max(0, min(offset, OFFSET_MAX)),
        with_facets=facets,
        live=live,
    )
    return results


def ranking(
    actor: Actor, text: str, *, kinds: Sequence[str] = (), limit: int = 20, live: bool = True
) -> list[tuple[str, int]]:
    """What `find` would show, in its order, as (kind, object id): for who judges the order itself."""
    results: Results = _engine("finding").find(
        actor,
        text,
        _asked(kinds),
        limit=max(1, min(limit, LIMIT_MAX)),
        offset=0,
        with_facets=False,
        live=live,
        with_texts=False,
    )
    return [(hit.kind, hit.object_id) for hit in results.hits]


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

    Fast enough while somebody types. `exclude` leaves out one document, as (kind, object id).
    """
    hits: list[Hit] = _engine("similarity").similar(
        actor, text, _asked(kinds), title=title, limit=max(1, min(limit, SIMILAR_MAX)), exclude=exclude
    )
    return hits


def complete(actor: Actor, text: str, caret: int) -> list[Completion]:
    """How the word at `caret` may go on: names of fields, and values after `field:`."""
    return completions(actor, text, caret, sources())


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


def _asked(kinds: Sequence[str]) -> list[Source]:
    return [source for source in sources() if not kinds or source.kind in kinds]


def _engine(name: str) -> ModuleType:
    """The ranker comes with numpy (23 MB), so it is loaded when somebody first searches."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return import_module(f"firstline.search.{name}")
