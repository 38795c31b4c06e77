"""Documents like a text: proposed and scored by its rarer words, ordered anew by shared groups of letters."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from firstline.kit.actor import Actor
from firstline.search import texts
from firstline.search.analysis import analyse, normalise
from firstline.search.expressions import Term
from firstline.search.fields import kinds_expression
from firstline.search.finding import allowed_among, lexicon_now, proposal, withheld_among
from firstline.search.matching import Candidate, Scope, match, read
from firstline.search.ranking import score
from firstline.search.results import Hit
from firstline.search.slots import Lexicon, Unit
from firstline.search.snippets import Marks
from firstline.search.sources import Source
from firstline.search.stopwords import is_stop_word
from firstline.search.vocabulary import Totals

WORDS_MIN = 4
TEXT_CHARS_MAX = 4_000
TERMS_MAX = 40
PROPOSING_MAX = 12
PROPOSED_DOCUMENTS_MAX = 6_000
CANDIDATES_MAX = 3_000
COMPARED_MAX = 30
COMPARED_CHARS = 600
OCCURRENCES_MAX = 3
GRAM = 4
# A document has to share this much of what the text says.
SHARE_MIN = 0.2


def similar(
    actor: Actor,
    text: str,
    sources: Sequence[Source],
    *,
    title: str,
    limit: int,
    exclude: tuple[str, int] | None,
) -> list[Hit]:
    """`queries.similar` among `sources`."""
    scope = Scope.of(actor, sources)
    chosen, lexicon, totals = _chosen_terms(title, text)
    if not chosen or not scope.visible:
        return []
    units = [Unit(lexicon.counts[term], Term(term)) for term in list(chosen)[:PROPOSING_MAX]]
    ids = match(
        scope,
        proposal(units, PROPOSED_DOCUMENTS_MAX),
        conditions=[kinds_expression(sources)],
        cap=CANDIDATES_MAX,
    )
    candidates = read(ids)
    if not candidates.ids:
        return []
    groups = [{term: weight} for term, weight in chosen.items()]
    ranked = score(candidates, groups, scope=scope, totals=totals, weights=lexicon.weights)
    places = [
        place
        for place in np.lexsort((-np.array(candidates.ids), -ranked.scores)).tolist()
        if ranked.coverage[place] >= SHARE_MIN
        and (candidates.kinds[place], candidates.object_ids[place]) != exclude
    ][:COMPARED_MAX]
    rows = [(float(ranked.scores[place]), candidates.at(place)) for place in places]
    allowed = allowed_among(actor, sources, [candidate for _, candidate in rows])
    rows = [row for row in rows if row[1].id in allowed]
    ordered = _by_grams(rows, f"{title}\n{text}", lexicon.weights.grams)[:limit]
    withheld = withheld_among(actor, sources, [candidate for candidate, _ in ordered], scope)
    return texts.hits(actor, ordered, Marks.of(chosen, ()), scope=scope, sources=sources, withheld=withheld)


def _chosen_terms(title: str, text: str) -> tuple[dict[str, float], Lexicon, Mapping[str, Totals]]:
    """The terms that say most, heaviest first; none where too little was said."""
    heading, body = analyse(title), analyse(text[:TEXT_CHARS_MAX])
    counts: Counter[str] = Counter(body.scored)
    for term, count in heading.scored.items():
        counts[term] += 2 * count
    if heading.length + body.length < WORDS_MIN:
        return {}, *lexicon_now()
    lexicon, totals = lexicon_now()
    telling = [term for term in counts if not is_stop_word(term)]
    lexicon.learn(telling)
    weights = {
        term: lexicon.rarity(term) * math.sqrt(min(counts[term], OCCURRENCES_MAX))
        for term in telling
        if lexicon.counts[term]
    }
    best = sorted(weights, key=lambda term: (-weights[term], term))[:TERMS_MAX]
    return {term: weights[term] for term in best}, lexicon, totals


def _by_grams(
    rows: Sequence[tuple[float, Candidate]], text: str, share: float
) -> list[tuple[Candidate, int]]:
    """Ordered by score and likeness of letters: it sees what stems and typing errors hide."""
    if not rows:
        return []
    stored = texts.of([candidate for _, candidate in rows])
    wanted = _grams(text)
    theirs = [_grams(f"{stored[candidate.id].title}\n{stored[candidate.id].text}") for _, candidate in rows]
    spread = Counter(chain.from_iterable(theirs))
    weight = {gram: math.log(1 + len(rows) / spread[gram]) for gram in spread if gram in wanted}
    least = math.log(1 + len(rows))
    size = sum(weight.get(gram, least) for gram in wanted) or 1.0
    best = max(value for value, _ in rows) or 1.0
    final = []
    for (value, candidate), grams in zip(rows, theirs, strict=True):
        likeness = sum(weight[gram] for gram in grams & wanted) / math.sqrt(size * (size + len(grams)))
        final.append((candidate, int(1000 * ((1 - share) * value / best + share * 2 * likeness))))
    return sorted(final, key=lambda row: (-row[1], -row[0].id))


def _grams(text: str) -> set[str]:
    plain = " ".join(normalise(text[:COMPARED_CHARS]).split())
    size = GRAM if plain.isascii() else 2
    return {plain[place : place + size] for place in range(len(plain) - size + 1)}
