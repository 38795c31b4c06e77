"""Fields of the registered kinds: names people type, values they mean, facets, completion."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from django.db import connection
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from firstline.kit.actor import Actor
from firstline.search.analysis import normalise
from firstline.search.expressions import All, Any, Expression, any_term
from firstline.search.language import Filter, Query
from firstline.search.matching import among
from firstline.search.results import Completion, Facet, FacetValue
from firstline.search.sources import FieldSpec, LazyStr, Source
from firstline.search.terms import field_term, kind_term

KIND = "kind"
KIND_ALIASES = ("kind", "类型")
FACET_VALUES_MAX = 12
COMPLETIONS_MAX = 8
_LANGUAGES = ("en", "zh-hans")


def names_of(actor: Actor, sources: Sequence[Source]) -> dict[str, str]:
    """Every name under which the actor may type a field, casefolded, and the field meant."""
    return _names(tuple(_specs(actor, sources).values()))


_named: dict[tuple[int, ...], tuple[tuple[FieldSpec, ...], dict[str, str]]] = {}
_NAMED_MAX = 50


def _names(specs: tuple[FieldSpec, ...]) -> dict[str, str]:
    """Names of some fields: the same for most people, so they are kept, with the fields that they are of."""
    key = tuple(map(id, specs))
    if key not in _named:
        names = {
            alias.casefold(): spec.name
            for spec in specs
            for alias in (*spec.aliases, *_spellings(spec.label))
            if " " not in alias
        }
        names |= {spec.name.casefold(): spec.name for spec in specs}
        if len(_named) >= _NAMED_MAX:
            _named.clear()
        _named[key] = specs, dict.fromkeys(KIND_ALIASES, KIND) | names
    return _named[key][1]


def open_names(actor: Actor, source: Source) -> set[str]:
    """The fields of a kind that exist for the actor."""
    return {spec.name for spec in source.fields if spec.is_open_to(actor)}


def conditions_of(
    actor: Actor, query: Query, sources: Sequence[Source]
) -> tuple[list[Expression], list[Expression]]:
    """What filters demand, and what they exclude."""
    wanted: dict[str, set[str]] = {}
    unwanted: list[Expression] = []
    for one in query.filters:
        terms = _terms(actor, one, sources)
        if one.is_negative:
            unwanted.append(_where_open(actor, one.name, terms, sources))
        else:
            wanted.setdefault(one.name, set()).update(terms)
    return [_where_open(actor, name, terms, sources) for name, terms in wanted.items()], unwanted


def _where_open(actor: Actor, name: str, terms: Iterable[str], sources: Sequence[Source]) -> Expression:
    """Any of the terms, in the kinds whose field of that name exists for the actor."""
    holding = any_term(sorted(terms))
    with_field = [source for source in sources if any(spec.name == name for spec in source.fields)]
    allowed = [source for source in with_field if name in open_names(actor, source)]
    return holding if allowed == with_field else All([holding, kinds_expression(allowed)])


def kinds_expression(sources: Sequence[Source]) -> Any:
    """Documents of some kinds."""
    return any_term(kind_term(source.kind) for source in sources)


def facets_of(
    actor: Actor, ids: Sequence[int], sources: Sequence[Source], chosen: Sequence[Filter]
) -> list[Facet]:
    """How many of some entries have each value of each facet, the most frequent values first."""
    counts: dict[str, Counter[str]] = {KIND: Counter()}
    allowed = {source.kind: open_names(actor, source) for source in sources}
    for kind, fields in _read_fields(ids):
        counts[KIND][kind] += 1
        for name, values in json.loads(fields).items():
            if name in allowed.get(kind, ()):
                counts.setdefault(name, Counter()).update(set(values))
    picked = {(one.name, normalise(one.value)) for one in chosen if not one.is_negative}
    specs = _specs(actor, sources)
    facets = [Facet(KIND, _("Kind"), _kind_values(counts[KIND], sources, picked))]
    for name, spec in specs.items():
        if spec.is_facet and counts.get(name):
            values = [
                FacetValue(value, _label(spec, value), count, (name, normalise(value)) in picked)
                for value, count in _most(counts[name])
            ]
            facets.append(Facet(name, spec.label, values))
    return facets


def completions(actor: Actor, text: str, caret: int, sources: Sequence[Source]) -> list[Completion]:
    """How the word at the caret may go on: names of fields, and values after `field:`."""
    caret = max(0, min(caret, len(text)))
    start = max(text.rfind(" ", 0, caret), text.rfind("\u3000", 0, caret)) + 1
    typed = text[start:caret]
    sign = "-" if typed.startswith("-") else ""
    typed = typed.removeprefix("-").replace("：", ":")
    if not typed:
        return []
    name, colon, value = typed.partition(":")
    if not colon:
        return _name_completions(actor, name, sign, sources, start)
    field = names_of(actor, sources).get(name.casefold())
    if field is None:
        return []
    return [
        Completion(f"{sign}{name}:{_quoted(one)} ", label, start=start)
        for one, label in _values(actor, field, value.strip('"'), sources)
    ][:COMPLETIONS_MAX]


def _name_completions(
    actor: Actor, typed: str, sign: str, sources: Sequence[Source], start: int
) -> list[Completion]:
    plain = typed.casefold()
    found: dict[str, Completion] = {}
    for spec in _specs(actor, sources).values():
        for name in (spec.name, *spec.aliases, *_spellings(spec.label)):
            if name.casefold().startswith(plain) and " " not in name:
                found.setdefault(spec.name, Completion(f"{sign}{name}:", spec.label, start=start))
    for name in KIND_ALIASES:
        if name.startswith(plain):
            found.setdefault(KIND, Completion(f"{sign}{name}:", _("Kind"), start=start))
    return list(found.values())[:COMPLETIONS_MAX]


def _values(actor: Actor, field: str, typed: str, sources: Sequence[Source]) -> Iterable[tuple[str, LazyStr]]:
    plain = normalise(typed)
    if field == KIND:
        for source in sources:
            if any(normalise(form).startswith(plain) for form in (source.kind, *_spellings(source.label))):
                yield source.kind, source.label
        return
    seen: set[str] = set()
    for spec in _open_specs(actor, field, sources):
        for code, label in (spec.choices() if spec.choices else {}).items():
            if code not in seen and any(
                normalise(form).startswith(plain) for form in (code, *_spellings(label))
            ):
                seen.add(code)
                yield code, label
        for value in spec.values(actor, typed):
            if value not in seen:
                seen.add(value)
                yield value, _label(spec, value)


def _terms(actor: Actor, one: Filter, sources: Sequence[Source]) -> set[str]:
    plain = normalise(one.value)
    if one.name == KIND:
        kinds = {
            source.kind
            for source in sources
            if plain in {source.kind, *map(normalise, _spellings(source.label))}
        }
        return {kind_term(kind) for kind in kinds} or {field_term(KIND, one.value)}
    found: set[str] = set()
    for spec in _open_specs(actor, one.name, sources):
        value = spec.resolve(actor, one.value)
        for code, label in (spec.choices() if spec.choices else {}).items():
            if plain in {normalise(code), *map(normalise, _spellings(label))}:
                value = code
        found.add(field_term(one.name, value))
    return found


def _specs(actor: Actor, sources: Sequence[Source]) -> dict[str, FieldSpec]:
    specs: dict[str, FieldSpec] = {}
    for source in sources:
        for spec in source.fields:
            if spec.is_open_to(actor):
                specs.setdefault(spec.name, spec)
    return specs


def _open_specs(actor: Actor, name: str, sources: Sequence[Source]) -> list[FieldSpec]:
    return [
        spec for source in sources for spec in source.fields if spec.name == name and spec.is_open_to(actor)
    ]


def _kind_values(
    counts: Counter[str], sources: Sequence[Source], picked: set[tuple[str, str]]
) -> list[FacetValue]:
    labels = {source.kind: source.label for source in sources}
    return [
        FacetValue(kind, labels.get(kind, kind), count, (KIND, kind) in picked)
        for kind, count in _most(counts)
    ]


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:FACET_VALUES_MAX]


def _label(spec: FieldSpec, value: str) -> LazyStr:
    choices: Mapping[str, LazyStr] = spec.choices() if spec.choices else {}
    return choices[value] if value in choices else spec.value_label(value)


def _spellings(label: LazyStr) -> tuple[str, ...]:
    """A label in every language of the product."""
    if not isinstance(label, Promise):
        return (label,)
    return tuple(dict.fromkeys(_in_language(label, language) for language in _LANGUAGES))


@cache
def _in_language(label: Promise, language: str) -> str:
    with translation.override(language):
        return str(label)


def _quoted(value: str) -> str:
    return f'"{value}"' if any(sign.isspace() or sign in ",，" for sign in value) else value


def _read_fields(ids: Sequence[int]) -> list[tuple[str, str]]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*among("SELECT kind, fields FROM search_entry WHERE id {}", ids))
        return list(cursor.fetchall())
