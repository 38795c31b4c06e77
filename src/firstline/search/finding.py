"""A search from the words typed to the hits shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.search import fields, texts, vocabulary
from firstline.search.expressions import All, Any, Expression, Term
from firstline.search.language import Query, parse, unquoted
from firstline.search.matching import CAP, Candidate, Candidates, Scope, match, read
from firstline.search.ranking import Group, score
from firstline.search.repairs import repaired
from firstline.search.results import Correction, Results
from firstline.search.slots import (
    Lexicon,
    Slot,
    Unit,
    make_slots,
    run_expression,
    without_questions,
)
from firstline.search.snippets import Marks
from firstline.search.sources import Source
from firstline.search.synonyms import thesaurus
from firstline.search.weights import WEIGHTS

# From so many words on a query is a question: any of them may match, what holds most comes first.
QUESTION_WORDS_MIN = 5
# No document is asked to hold more words than these where one of them is unknown.
PLAUSIBLE_WORDS_MAX = 12
# What means the same is asked as well where the words themselves find fewer.
WIDENED_BELOW = 300
PROPOSED_MAX = 8_000
# So many of the newest matches are enough for a glance while somebody types.
TYPING_CAP = 1_000
GLANCE_MAX = 20
VERIFIED_MAX = 300
CHECKED_MORE = 20


@dataclass(slots=True)
class Search:
    """One search on its way."""

    actor: Actor
    sources: Sequence[Source]
    query: Query
    scope: Scope
    lexicon: Lexicon
    totals: dict[str, vocabulary.Totals]
    cap: int
    conditions: list[Expression] = field(default_factory=list)
    phrases: list[Expression] = field(default_factory=list)
    unwanted: Expression | None = None
    slots: list[Slot] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)

    @property
    def required(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.is_required]

    @property
    def units(self) -> list[Unit]:
        return [unit for slot in self.required for unit in slot.units]

    @property
    def is_question(self) -> bool:
        """So many words that hardly a document holds them all; a pair of Chinese characters is a word."""
        size = sum(
            max(1, len(slot.word.text) - 1) if slot.word.kind == "cjk" else 1 for slot in self.required
        )
        return size >= QUESTION_WORDS_MIN

    @property
    def marks(self) -> Marks:
        terms = [mark for slot in self.slots for mark in slot.marks if slot.is_required]
        return Marks.of(
            [*terms, *self.query.phrases], [start for slot in self.slots for start in slot.starts]
        )

    def match(self, words: Expression | None, *, is_public: bool = False) -> list[int]:
        """The newest matches within scope and filters, one more than `cap`; without notes if `is_public`."""
        parts = [part for part in (words, *self.phrases) if part is not None]
        words = All(parts) if parts else None
        scope = self.scope.without_notes if is_public else self.scope
        return match(scope, words, conditions=self.conditions, unwanted=self.unwanted, cap=self.cap + 1)


@dataclass(slots=True)
class Matches:
    """Entries with those that hold every word; `is_capped` when more of those were left."""

    ids: list[int]
    full: set[int]
    is_capped: bool = False

    def add(self, more: Sequence[int]) -> None:
        """Take in those that are not among them."""
        known = set(self.ids)
        self.ids += [each for each in more if each not in known]


@dataclass(frozen=True, slots=True)
class Ordered:
    """Candidates by their places, best first, with their scores."""

    candidates: Candidates
    places: Sequence[int]
    scores: Sequence[int]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def ids(self) -> list[int]:
        return [self.candidates.ids[place] for place in self.places]

    def part(self, start: int, end: int) -> list[tuple[Candidate, int]]:
        """Some of them as one by one."""
        chosen = zip(self.places[start:end], self.scores[start:end], strict=True)
        return [(self.candidates.at(place), score) for place, score in chosen]

    def only(self, ids: Collection[int]) -> "Ordered":
        """Those of some ids, in the same order."""
        pairs = [
            (place, score)
            for place, score in zip(self.places, self.scores, strict=True)
            if self.candidates.ids[place] in ids
        ]
        return Ordered(self.candidates, [place for place, _ in pairs], [score for _, score in pairs])


def find(
    actor: Actor,
    text: str,
    sources: Sequence[Source],
    *,
    limit: int,
    offset: int,
    with_facets: bool,
    live: bool,
    with_texts: bool = True,
) -> Results:
    """`queries.find` among `sources`; without texts, hits say only what they are."""
    query = parse(text, fields.names_of(actor, sources), live=live)
    ask = partial(
        _find, actor, sources, limit=limit, offset=offset, with_facets=with_facets, with_texts=with_texts
    )
    results = ask(query)
    if not results.total and query.phrases and query.words:
        # A question that quotes a message which no document has word by word.
        results = ask(unquoted(query))
        hits = [replace(hit, is_partial=True) for hit in results.hits]
        results = replace(results, hits=hits, is_partial=bool(hits))
    return results


def _find(
    actor: Actor,
    sources: Sequence[Source],
    query: Query,
    *,
    limit: int,
    offset: int,
    with_facets: bool,
    with_texts: bool,
) -> Results:
    if query.is_empty or not sources:
        return Results(problems=query.problems)
    is_glance = query.is_live and not with_facets and limit + offset <= GLANCE_MAX
    search = _begin(actor, query, sources, TYPING_CAP if is_glance else CAP)
    if not search.scope.visible:
        return Results(problems=query.problems)
    matches = _matches(search, limit + offset)
    ordered = _ordered(search, matches)
    ordered, matches = _verified(search, ordered, matches)
    shown, dropped = _checked(search, ordered, offset + limit)
    is_partial = not matches.full and bool(ordered)
    counted = ordered.only(matches.full) if matches.full else ordered
    if dropped:
        # A token is behind the truth: ask about everything that is counted.
        whole = [candidate for candidate, _ in counted.part(0, len(counted))]
        counted = counted.only(allowed_among(search.actor, search.sources, whole))
    shown, withheld = _without_withheld(search, shown)
    if withheld:
        kept, _ = _without_withheld(search, counted.part(0, len(counted)))
        counted = counted.only({candidate.id for candidate, _ in kept})
    facets = fields.facets_of(actor, counted.ids, sources, query.filters) if with_facets else ()
    shown = shown[offset:]
    if not with_texts:
        return Results(hits=[texts.bare(candidate, score) for candidate, score in shown], total=len(counted))
    listed = texts.hits(actor, shown, search.marks, scope=search.scope, sources=sources, withheld=withheld)
    return Results(
        hits=[
            hit if candidate.id in matches.full else replace(hit, is_partial=True)
            for hit, (candidate, _) in zip(listed, shown, strict=True)
        ],
        total=len(counted),
        is_capped=matches.is_capped,
        is_partial=is_partial,
        facets=facets,
        corrections=search.corrections,
        problems=query.problems,
    )


def lexicon_now() -> tuple[Lexicon, dict[str, vocabulary.Totals]]:
    """What the index says about words now."""
    totals = vocabulary.totals()
    documents = sum(total.documents for total in totals.values())
    words = vocabulary.frequent_words(documents)
    return Lexicon(documents, words, WEIGHTS, thesaurus()), totals


def _begin(actor: Actor, query: Query, sources: Sequence[Source], cap: int) -> Search:
    lexicon, totals = lexicon_now()
    search = Search(actor, sources, query, Scope.of(actor, sources), lexicon, totals, cap)
    search.conditions, unwanted = fields.conditions_of(actor, query, sources)
    for slot in make_slots(query.excluded, lexicon, is_live=False) if query.excluded else []:
        unwanted.append(slot.expression)
    search.unwanted = Any(unwanted) if unwanted else None
    slots = make_slots(query.words, lexicon, is_live=query.is_live)
    search.slots, search.corrections = repaired(
        slots, lexicon, search.scope, search.conditions, is_live=query.is_live
    )
    search.phrases = [_phrase(phrase, lexicon) for phrase in query.phrases]
    return search


def _matches(search: Search, wanted: int) -> Matches:
    cap = search.cap
    if not search.required:
        # Filters or phrases alone.
        found = search.match(None)
        return Matches(found[:cap], set(found[:cap]), len(found) > cap)
    found = _holding_all(search)
    capped, found = len(found) > cap, found[:cap]
    matches = Matches(found, set(found), capped)
    if len(found) < wanted:
        relaxed = _relaxed(search)
        if relaxed is not None:
            more = search.match(relaxed)[:cap]
            matches.full.update(more)
            matches.add(more)
    if capped and not search.is_question:
        return matches
    if len(search.units) > 1 and (search.is_question or len(matches.ids) < wanted):
        matches.add(search.match(proposal(search.units))[:cap])
    return matches


def _holding_all(search: Search) -> list[int]:
    """Documents that hold every word, or what means the same where few hold the words themselves."""
    if len(search.required) > PLAUSIBLE_WORDS_MAX and not all(slot.is_known for slot in search.required):
        return []
    own = All([slot.own for slot in search.required])
    if all(slot.literal is None for slot in search.required):
        return search.match(own)
    found = search.match(own, is_public=True)
    if len(found) < WIDENED_BELOW:
        return search.match(All([slot.expression for slot in search.required]))
    return search.match(own) if len(found) <= search.cap else found


def _relaxed(search: Search) -> Expression | None:
    """All words, Chinese without what questions are made of; None where that is the same."""
    parts: list[Expression] = []
    is_same = True
    for slot in search.required:
        cores = without_questions(slot.word.text) if slot.word.kind == "cjk" else []
        if cores and cores != [slot.word.text]:
            is_same = False
            parts += [run_expression(core) for core in cores]
        else:
            parts.append(slot.expression)
    return None if is_same else All(parts)


def proposal(units: Sequence[Unit], most: int = PROPOSED_MAX) -> Expression:
    """Documents that hold one of the rarer words, or two of the frequent ones."""
    rarest = sorted(units, key=lambda unit: unit.documents)
    budget = most
    alone: list[Expression] = []
    for place, unit in enumerate(rarest):
        if unit.documents > budget and place:
            break
        if unit.documents > most * 4:
            break
        budget -= unit.documents
        alone.append(unit.expression)
    rest = [unit.expression for unit in rarest[len(alone) : len(alone) + 4]]
    together = [All([first, second]) for place, first in enumerate(rest) for second in rest[place + 1 :]]
    return Any([*alone, *together]) if alone or together else rarest[0].expression


def _ordered(search: Search, matches: Matches) -> Ordered:
    """Candidates by score; those that hold every word of a short query first, ties newest first."""
    candidates = read(matches.ids)
    if not candidates.ids:
        return Ordered(candidates, (), ())
    groups: list[Group] = [group for slot in search.slots for group in slot.groups]
    groups += _phrase_groups(search)
    weights = search.lexicon.weights
    ranked = score(candidates, groups, scope=search.scope, totals=search.totals, weights=weights)
    scores = ranked.scores * (1 - weights.coverage + weights.coverage * ranked.coverage)
    scores *= _freshness(candidates)
    first = set() if search.is_question else matches.full
    full = np.array([each in first for each in candidates.ids])
    scores *= np.where(full, weights.full, 1.0)
    final = (scores * 1000).astype(np.int64) + 1
    order = np.lexsort((-np.array(candidates.ids), -final))
    if groups:
        # Beside documents that hold every word, one that lacks most of what was said is no answer.
        least = weights.partial_min if full.any() else 0.0
        order = order[full[order] | (ranked.coverage[order] > least)]
    return Ordered(candidates, order.tolist(), final[order].tolist())


def _phrase_groups(search: Search) -> list[Group]:
    groups: list[Group] = []
    for phrase in search.query.phrases:
        parsed = parse(phrase, {}, live=False)
        for slot in make_slots(parsed.words, search.lexicon, is_live=False):
            groups += slot.groups
    return groups


def _freshness(candidates: Candidates) -> NDArray[np.float64]:
    age = np.array(candidates.changed_at, dtype=np.float64)
    days = np.maximum(0.0, clock.now().timestamp() - age) / 86_400
    return 1 + WEIGHTS.freshness * np.exp2(-days / WEIGHTS.freshness_days)


def _phrase(phrase: str, lexicon: Lexicon) -> Expression:
    parsed = parse(phrase, {}, live=False)
    parts: list[Expression] = []
    for slot in make_slots(parsed.words, lexicon, is_live=False):
        word = slot.word
        parts.append(run_expression(word.text) if word.kind == "cjk" else _written(slot))
    return All(parts) if parts else Term("")


def _written(slot: Slot) -> Expression:
    return Any([Term(slot.word.text), *(Term(mark) for mark in sorted(slot.marks))])


def _verified(search: Search, ordered: Ordered, matches: Matches) -> tuple[Ordered, Matches]:
    """Only documents whose text really holds the phrases, of the best `VERIFIED_MAX`."""
    query = search.query
    if not (query.phrases or query.excluded_phrases) or not ordered:
        return ordered, matches
    candidates = [candidate for candidate, _ in ordered.part(0, VERIFIED_MAX)]
    holding = texts.holding(candidates, query.phrases, search.scope)
    for phrase in query.excluded_phrases:
        holding -= texts.holding(candidates, [phrase], search.scope)
    kept = ordered.only(holding)
    capped = matches.is_capped or len(ordered) > VERIFIED_MAX
    return kept, Matches(kept.ids, matches.full & holding, capped)


def _checked(search: Search, ordered: Ordered, wanted: int) -> tuple[list[tuple[Candidate, int]], bool]:
    """The best `wanted` that the owner confirms, and whether any had to be dropped."""
    shown: list[tuple[Candidate, int]] = []
    dropped = False
    at = 0
    while len(shown) < wanted and at < len(ordered):
        batch = ordered.part(at, at + wanted - len(shown) + (CHECKED_MORE if dropped else 0))
        at += len(batch)
        allowed = allowed_among(search.actor, search.sources, [candidate for candidate, _ in batch])
        kept = [pair for pair in batch if pair[0].id in allowed]
        dropped = dropped or len(kept) < len(batch)
        shown += kept
    return shown[:wanted], dropped


def _without_withheld(
    search: Search, shown: list[tuple[Candidate, int]]
) -> tuple[list[tuple[Candidate, int]], frozenset[int]]:
    """Documents whose restricted text is no longer for the actor: shown only where the rest matches, too."""
    withheld = withheld_among(search.actor, search.sources, [c for c, _ in shown], search.scope)
    if not withheld or not search.required:
        return shown, withheld
    public = search.scope.without_notes
    words = [slot.expression for slot in search.required]
    matching = set(match(public, Any(words), conditions=search.conditions, unwanted=search.unwanted))
    return [pair for pair in shown if pair[0].id not in withheld or pair[0].id in matching], withheld


def withheld_among(
    actor: Actor, sources: Sequence[Source], candidates: Collection[Candidate], scope: Scope
) -> frozenset[int]:
    """Candidates whose restricted text the tokens allow and the owner does not; asked once for each kind."""
    withheld: set[int] = set()
    for source in sources:
        asked = [
            candidate
            for candidate in candidates
            if candidate.kind == source.kind
            and scope.may_read_restricted(candidate.kind, candidate.restricted)
        ]
        if asked and source.restricted_visible is not None:
            confirmed = source.restricted_visible(actor, [candidate.object_id for candidate in asked])
            withheld |= {candidate.id for candidate in asked if candidate.object_id not in confirmed}
    return frozenset(withheld)


def allowed_among(actor: Actor, sources: Sequence[Source], candidates: Collection[Candidate]) -> set[int]:
    """The candidates whose owners confirm that the actor may see them; one query for each kind."""
    allowed: set[int] = set()
    for source in sources:
        of_kind = [candidate for candidate in candidates if candidate.kind == source.kind]
        if of_kind:
            visible = source.visible(actor, [candidate.object_id for candidate in of_kind])
            allowed |= {candidate.id for candidate in of_kind if candidate.object_id in visible}
    return allowed
