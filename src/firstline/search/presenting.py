"""How a search reads on a page, at the desk and in the portal: counts, problems, filters, completions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firstline.kit.actor import Actor
from firstline.kit.text import has_han
from firstline.search.queries import (
    Completion,
    FacetValue,
    FieldSpec,
    Part,
    Problem,
    Results,
    complete,
    sources,
)

KIND = "kind"
VALUES_MAX = 6
NARROWINGS_MAX = 8
# By what people narrow down most; the rest comes after.
_ORDER = (
    "status",
    "team",
    "assignee",
    "priority",
    "organisation",
    "device",
    "service",
    "requester",
    "language",
)
_CREATED = "created"
EXAMPLES_MAX = 4
_MARKUP = re.compile(r"\*\*|`|(?:^|(?<=\s))(?:#{1,6}|>|[*-]) (?=\S)")
_TOKEN = re.compile(r'(?<!\S)(?P<name>[^\s:："\-][^\s:："]*)[:：](?P<value>"[^"]*"?|[^\s"]+)(?=\s|$)')


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of things with how many were found; `kind` is empty for all of them."""

    kind: str
    label: str
    count: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a field as a link: `text` is the search with it added, or taken out where it is chosen."""

    label: str
    count: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A field by which the matches can be narrowed down."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Offer:
    """A completion as the box takes it: the whole text, and where the caret goes on."""

    text: str
    caret: int
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of syntax to try."""

    text: str
    meaning: str


def count_words(count: int, *, is_capped: bool = False) -> str:
    """1,234, or 2,000+ where more were found than are counted."""
    return f"{count:,}{'+' if is_capped else ''}"


def summary(results: Results) -> str:
    """How many things were found, in words."""
    if results.is_partial:
        return _("Nothing holds every word; these hold most of them")
    if len(results.hits) > results.total > 0:
        words = {"count": count_words(results.total)}
        return ngettext(
            "%(count)s result holds every word, the others most of them",
            "%(count)s results hold every word, the others most of them",
            results.total,
        ) % words  # fmt: skip
    return found_words(results.total, is_capped=results.is_capped)


def found_words(count: int, *, is_capped: bool = False) -> str:
    """3 results, 2,000+ results."""
    words = count_words(count, is_capped=is_capped)
    return ngettext("%(count)s result", "%(count)s results", count) % {"count": words}


def problem_words(problem: Problem) -> str:
    """What could not be taken as typed, in one sentence."""
    known = {
        "filter_unknown": _("There is no filter called “%(text)s”; it was searched for as words."),
        "filters_dropped": _("Only the first %(text)s filters and excluded words were used."),
        "quote_open": _("The quotation mark is not closed; everything after it counts as one phrase."),
        "query_too_long": _("The text is too long; its beginning was searched for."),
        "words_dropped": _("These words were left out: %(text)s"),
        "value_missing": _("Add a value after “%(text)s:”."),
    }
    return known[problem.code] % {"text": problem.text}


def without_markup(parts: Sequence[Part]) -> list[Part]:
    """Pieces of an article's text without the signs of Markdown between its words."""
    return [(_MARKUP.sub("", text), is_match) for text, is_match in parts]


def tabs(results: Results, on: str) -> list[Tab]:
    """Every kind that was found, and the one that is on; all of them first."""
    kinds = next((facet for facet in results.facets if facet.name == KIND), None)
    counts = {value.value: value.count for value in kinds.values} if kinds else {}
    total = sum(counts.values())
    shown = [Tab("", _("Everything"), count_words(total, is_capped=results.is_capped), is_on=not on)]
    for source in sources():
        if counts.get(source.kind) or source.kind == on:
            count = count_words(counts.get(source.kind, 0), is_capped=results.is_capped)
            shown.append(Tab(source.kind, str(source.label), count, is_on=source.kind == on))
    return shown if len(shown) > 2 or on else []


def narrowings(results: Results, text: str) -> list[Narrowing]:
    """The facets as links; fields with one value that everything has say nothing and are left out."""
    made = []
    for facet in sorted(results.facets, key=lambda facet: _place(facet.name)):
        if facet.name == KIND:
            continue
        choices = [_choice(text, facet.name, value, results) for value in facet.values[:VALUES_MAX]]
        is_chosen = any(choice.is_chosen for choice in choices)
        if is_chosen or any(0 < value.count < results.total for value in facet.values):
            made.append(Narrowing(facet.name, str(facet.label), choices))
    kinds = {value.value for facet in results.facets if facet.name == KIND for value in facet.values}
    return [*made[:NARROWINGS_MAX], *_dates(text, kinds)]


def toggled(text: str, name: str, value: str, *, is_chosen: bool) -> str:
    """The search with `name:value` added at its end, or without it, however it was typed."""
    if not is_chosen:
        return f"{text.rstrip()} {name}:{quoted(value)}".strip()
    left = _TOKEN.sub(lambda match: "" if _is_it(match, name, value) else match[0], text)
    if left == text:  # typed in a way only the engine understands: every filter of the field goes
        names = _names(name)
        left = _TOKEN.sub(lambda match: "" if match["name"].casefold() in names else match[0], text)
    return " ".join(left.split())


def quoted(value: str) -> str:
    """A value as it is typed: in quotation marks where it holds a blank."""
    bare = value.replace('"', "")
    return f'"{bare}"' if re.search(r"[\s:：]", bare) else bare


def literally(text: str, results: Results) -> str:
    """The search with the corrected words in quotation marks, to be taken as typed; empty without any."""
    made = text
    for correction in results.corrections:
        word = re.compile(rf"(?<!\S){re.escape(correction.typed)}(?!\S)", re.IGNORECASE)
        made = word.sub(f'"{correction.typed}"', made)
    return made if made != text else ""


def offers(actor: Actor, text: str, caret: int) -> list[Offer]:
    """What the word at the caret may become."""
    place = max(0, min(caret, len(text)))
    return [made_offer(text, place, completion) for completion in complete(actor, text, place)]


def made_offer(text: str, caret: int, completion: Completion) -> Offer:
    """The whole text with the completion in its place; a finished filter is followed by a blank."""
    insert, rest = completion.insert, text[caret:]
    if not insert.endswith((":", "：", " ")):
        insert += " "
    if insert.endswith(" "):
        rest = rest.lstrip(" ")
    made = text[: completion.start] + insert
    return Offer(
        made + rest, len(made), str(completion.label), str(completion.hint) or completion.insert.strip()
    )


def examples(actor: Actor, kinds: Sequence[str] = ()) -> list[Example]:
    """Filters of some kinds (by default all) that can be tried, in the reader's words."""
    asked = [source for source in sources() if not kinds or source.kind in kinds]
    fields = [spec for source in asked for spec in source.fields if spec.choices and spec.is_open_to(actor)]
    specs = {spec.name: spec for spec in sorted(fields, key=lambda spec: _place(spec.name))}
    language = actor.language
    return [
        *[_example(spec, language) for spec in list(specs.values())[:EXAMPLES_MAX]],
        Example(_('"exact words"'), _("words that stand together")),
        Example(_("-printer"), _("without this word")),
    ]


def _example(spec: FieldSpec, language: str) -> Example:
    labels = spec.choices() if spec.choices else {}
    code, label = next(((code, str(label)) for code, label in labels.items()), ("", ""))
    name = spec.name
    if language.startswith("zh"):
        name = next((alias for alias in spec.aliases if has_han(alias)), spec.name)
        code = label or code
    return Example(f"{name}:{quoted(code)}", str(spec.label))


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _dates(text: str, kinds: set[str]) -> list[Narrowing]:
    """When it was created, where something found knows that; uncounted, for days are no facet."""
    spec = next((spec for source in sources() if source.kind in kinds for spec in source.fields
                 if spec.name == _CREATED), None)  # fmt: skip
    if spec is None:
        return []
    values = {
        "today": _("Today"),
        "yesterday": _("Yesterday"),
        "month": _("This month"),
        "year": _("This year"),
    }
    choices = []
    for value, label in values.items():
        is_chosen = any(_is_it(match, _CREATED, value) for match in _TOKEN.finditer(text))
        changed = toggled(text, _CREATED, value, is_chosen=is_chosen)
        choices.append(Choice(label=label, count="", text=changed, is_chosen=is_chosen))
    return [Narrowing(_CREATED, str(spec.label), choices)]


def _choice(text: str, name: str, value: FacetValue, results: Results) -> Choice:
    is_chosen = value.is_chosen or any(_is_it(match, name, value.value) for match in _TOKEN.finditer(text))
    return Choice(
        label=str(value.label),
        count=count_words(value.count, is_capped=results.is_capped),
        text=toggled(text, name, value.value, is_chosen=is_chosen),
        is_chosen=is_chosen,
    )


def _is_it(token: re.Match[str], name: str, value: str) -> bool:
    """Whether `name:value` was typed so, by an alias of the field or the label of the value."""
    typed = token["value"].strip('"').casefold()
    return token["name"].casefold() in _names(name) and typed in _values(name, value)


def _names(name: str) -> set[str]:
    aliases = [alias for spec in _specs(name) for alias in spec.aliases]
    return {name.casefold(), *(alias.casefold() for alias in aliases)}


def _values(name: str, value: str) -> set[str]:
    labels = [str(spec.value_label(value)) for spec in _specs(name)]
    labels += [str(spec.choices().get(value, value)) for spec in _specs(name) if spec.choices]
    return {value.casefold(), *(label.casefold() for label in labels)}


def _specs(name: str) -> list[FieldSpec]:
    return [spec for source in sources() for spec in source.fields if spec.name == name]
