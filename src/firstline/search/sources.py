"""Where documents come from: each slice registers the kinds it owns.

Other slices import these names from `search.queries`; they register in their `apps.ready()`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from firstline.kit.actor import Actor
from firstline.search.documents import Document

LazyStr = str | Promise


def _as_it_is(value: str) -> str:
    return value


def _no_values(_actor: Actor, _start: str) -> Sequence[str]:
    return ()


def _unchanged(_actor: Actor, value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a kind's documents, typed as `name:value`.

    `aliases` are other names it may be typed under, English and Chinese ("state", "状态"). Where
    the values are codes, `choices` gives code -> label, and a label in any language is understood
    as its code. `value_label` renders a value; `resolve` turns what was typed into the value meant
    ("me" -> a name); `values` proposes values that begin with what was typed. For an actor to whom
    it `is_open_to` not, the field does not exist: no filter, facet or completion knows it, and hits
    come without it.
    """

    name: str
    label: LazyStr
    aliases: Sequence[str] = ()
    choices: Callable[[], Mapping[str, LazyStr]] | None = None
    value_label: Callable[[str], LazyStr] = _as_it_is
    resolve: Callable[[Actor, str], str] = _unchanged
    values: Callable[[Actor, str], Sequence[str]] = _no_values
    is_facet: bool = True
    is_open_to: Callable[[Actor], bool] = lambda _actor: True


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of document and how the engine asks its owner about it.

    `documents` makes the documents of some object ids (missing ones are left out); `ids_after`
    walks all of them in ascending order, for a rebuild; `visible` is asked again, with one query,
    before anything is shown; `tokens` and `restricted_tokens` are what an actor holds of the
    documents' `visibility` and `restricted_visibility`. `restricted_visible` is the second question
    of that kind: of whose `restricted_text` a word may still be shown (by default, of all visible).
    """

    kind: str
    label: LazyStr
    icon: str
    documents: Callable[[Sequence[int]], Iterable[Document]]
    ids_after: Callable[[int, int], Sequence[int]]
    visible: Callable[[Actor, Collection[int]], set[int]]
    url: Callable[[int, Actor], str]
    tokens: Callable[[Actor], Iterable[str]]
    restricted_tokens: Callable[[Actor], Iterable[str]] = lambda _actor: ()
    restricted_visible: Callable[[Actor, Collection[int]], set[int]] | None = None
    fields: Sequence[FieldSpec] = ()


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Make a kind searchable; the last registration of a kind counts."""
    _sources[source.kind] = source


def forget_source(kind: str) -> None:
    """Take a kind out again; tests put their own kinds in."""
    _sources.pop(kind, None)


def sources() -> list[Source]:
    """All registered kinds, in the order of their registration."""
    return list(_sources.values())


def source_of(kind: str) -> Source | None:
    """The source of one kind."""
    return _sources.get(kind)
