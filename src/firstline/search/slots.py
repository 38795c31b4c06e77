"""From words to what must match and what counts: one slot for each word of a query."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from firstline.search import pinyin
from firstline.search.analysis import Word, expand, joined, pairs, pieces, stem
from firstline.search.expressions import All, Any, Expression, Term
from firstline.search.ranking import Group
from firstline.search.stopwords import CHINESE_PHRASES, is_stop_word
from firstline.search.synonyms import Expression as Synonym
from firstline.search.synonyms import Thesaurus, parts_of
from firstline.search.terms import INITIALS, PINYIN, TAIL, TAIL_CHARS_MIN
from firstline.search.vocabulary import Words, beginning, documents_with
from firstline.search.weights import Weights

# What pinyin may look like: initials and finals, the last syllable perhaps begun only.
_INITIAL = "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])"
_FINAL = (
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve"
    "|a|e|i|o|u|v)"
)
_PINYIN = re.compile(f"(?:{_INITIAL}?{_FINAL})*(?:{_INITIAL}?{_FINAL}|{_INITIAL})")
_SHORT_PINYIN = 3
SPELLED_MIN, SPELLED_MAX = 4, 24
# One letter begins everything; it is taken as a word.
START_CHARS_MIN = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a slot by which documents can be proposed, and about how many it proposes."""

    documents: int
    expression: Expression


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of the query: what holds it, what counts for rank, what is highlighted."""

    word: Word
    expression: Expression
    groups: Sequence[Group]
    units: Sequence[Unit]
    is_required: bool
    is_known: bool = True
    # Terms and beginnings to highlight.
    marks: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    # What holds the word itself, where `expression` also takes what means the same.
    literal: Expression | None = None
    # The words that were typed as one.
    apart: tuple[Word, ...] = ()

    @property
    def own(self) -> Expression:
        return self.literal or self.expression


@dataclass(slots=True)
class Lexicon:
    """What the index says about words, read once for a query."""

    documents: int
    words: Words
    weights: Weights
    thesaurus: Thesaurus
    counts: dict[str, int] = field(default_factory=dict)

    def learn(self, terms: Iterable[str]) -> None:
        """Look up how many documents hold each of some terms."""
        wanted = [term for term in terms if term not in self.counts]
        found = documents_with(wanted)
        self.counts.update({term: found.get(term, 0) for term in wanted})

    def rarity(self, term: str) -> float:
        """The weight of a term: the rarer, the higher."""
        return self.rarity_of(self.counts.get(term, 0))

    def rarity_of(self, documents: int) -> float:
        """The weight of a term that so many documents hold."""
        held = max(1, documents)
        return math.log(1 + (max(self.documents, held) - held + 0.5) / (held + 0.5))


def make_slots(typed: Sequence[Word], lexicon: Lexicon, *, is_live: bool) -> list[Slot]:
    """One slot for each word; words that say little are required only where there are no others."""
    synonyms = _synonyms(typed, lexicon.thesaurus)
    lexicon.learn(
        term
        for word in [*typed, *(w for found in synonyms.values() for one in found for w in one.typed)]
        for term in terms_of(word)
    )
    slots = [
        _slot(word, lexicon, is_live=is_live and place == len(typed) - 1) for place, word in enumerate(typed)
    ]
    slots = [_widened(slot, synonyms.get(place, ()), lexicon) for place, slot in enumerate(slots)]
    if any(slot.is_required for slot in slots):
        return slots
    return [replace(slot, is_required=True) for slot in slots]


def slot_of(word: Word, lexicon: Lexicon, *, is_live: bool) -> Slot:
    """The slot of one word."""
    lexicon.learn(terms_of(word))
    return _slot(word, lexicon, is_live=is_live)


def terms_of(word: Word) -> list[str]:
    """The terms whose counts a word's slot needs."""
    if word.kind == "cjk":
        return word.scored
    return [*expand(word.text)[0], word.text, joined(word.text)]


def without_questions(run: str) -> list[str]:
    """A run of Chinese apart from what questions are made of: 打印机, 连接 of 打印机怎么连接."""
    for phrase in CHINESE_PHRASES:
        run = run.replace(phrase, " ")
    parts = run.split()
    return [core for part in parts if (core := part.strip("的了吗呢吧啊请我您你是在"))]


def run_expression(run: str) -> Expression:
    """Documents that hold every pair of a run of Chinese."""
    return All([Term(pair) for pair in dict.fromkeys(pairs(run))]) if len(run) > 1 else Term(run)


def _slot(word: Word, lexicon: Lexicon, *, is_live: bool) -> Slot:
    match word.kind:
        case "cjk":
            return _cjk_slot(word, lexicon)
        case "identifier":
            return _identifier_slot(word, lexicon, is_live=is_live)
        case "word":
            return _word_slot(word, lexicon, is_live=is_live)


def _cjk_slot(word: Word, lexicon: Lexicon) -> Slot:
    run = word.text
    terms = list(dict.fromkeys(pairs(run))) or [run]
    characters = dict.fromkeys(run) if len(run) > 1 else ()
    # Where a pair is unknown, its characters may still lead to what was meant.
    lone = dict.fromkeys(char for term in terms if not lexicon.counts[term] for char in term)
    single = [{char: lexicon.rarity(char) * lexicon.weights.unigram} for char in characters]
    return Slot(
        word=word,
        expression=run_expression(run),
        groups=[{term: lexicon.rarity(term)} for term in terms] + single,
        units=[Unit(lexicon.counts[term], Term(term)) for term in (*terms, *lone) if not _is_question(term)],
        is_required=not _is_question(run),
        marks=frozenset({run, *terms}),
    )


def _is_question(text: str) -> bool:
    return not without_questions(text)


def _word_slot(word: Word, lexicon: Lexicon, *, is_live: bool) -> Slot:
    text, root = word.text, stem(word.text)
    count = max(lexicon.counts[root], lexicon.counts[text])
    group = {root: lexicon.rarity(root)}
    expressions: list[Expression] = [Term(root)]
    if text != root:
        expressions.append(Term(text))
    longer: list[tuple[str, int]] = []
    if is_live and len(text) >= START_CHARS_MIN:
        expressions += [Term(text, is_prefix=True)]
        longer = [pair for pair in beginning(text, lexicon.words) if pair[0] not in {root, text}]
        for term, documents in longer:
            reached = stem(term)
            worth = lexicon.weights.longer * lexicon.rarity_of(documents)
            group[reached] = max(group.get(reached, 0.0), worth)
    is_number = text.isdigit()
    if len(text) >= TAIL_CHARS_MIN and (is_number or not count):
        expressions.append(Term(f"{TAIL}{text}", is_prefix=True))
    if text.isascii() and not is_number:
        expressions += _spelled(text, is_known=bool(count))
    meant = _meant_in_chinese(text, lexicon) if not count and not longer else []
    if meant:
        expressions.append(All([Term(pair) for pair in meant]))
    for pair in meant:
        group[pair] = lexicon.rarity(pair)
    expressions += [Term(seam) for seam in (word.seam_left, word.seam_right) if seam]
    reach = count + sum(documents for _, documents in longer)
    expression = Any(expressions)
    is_stop = is_stop_word(text) and not (is_live and longer and len(text) < 3)
    if is_stop:
        group = {term: weight * lexicon.weights.stop_word for term, weight in group.items()}
    return Slot(
        word=word,
        expression=expression,
        groups=[group],
        units=[Unit(reach, expression)],
        is_required=not is_stop,
        is_known=bool(count or longer or meant),
        marks=frozenset({root, *meant}),
        starts=frozenset({text}) if is_live else frozenset(),
    )


def _spelled(text: str, *, is_known: bool) -> list[Expression]:
    """Pinyin where it may be some; initials where it is no word."""
    found: list[Expression] = []
    if len(text) > 1 and _PINYIN.fullmatch(text) and (len(text) > _SHORT_PINYIN or not is_known):
        found.append(Term(f"{PINYIN}{text}", is_prefix=True))
    if len(text) > 1 and not is_known:
        found.append(Term(f"{INITIALS}{text}", is_prefix=True))
    return found


def _meant_in_chinese(text: str, lexicon: Lexicon) -> list[str]:
    """The pairs of characters that a word typed in pinyin means; none where it is not all pinyin."""
    if not (text.isascii() and SPELLED_MIN <= len(text) <= SPELLED_MAX and _PINYIN.fullmatch(text)):
        return []
    syllables = pinyin.table().syllables_of(text)
    found = [lexicon.words.spelled(syllables[place : place + 2]) for place in range(len(syllables) - 1)]
    if not found or not all(found):
        return []
    chosen = [found[0][0]]
    for options in found[1:]:
        fitting = [pair for pair in options if pair[0] == chosen[-1][1]]
        if not fitting:
            return []
        chosen.append(fitting[0])
    lexicon.learn(chosen)
    return chosen


def _identifier_slot(word: Word, lexicon: Lexicon, *, is_live: bool) -> Slot:
    whole, together = word.text, joined(word.text)
    scored = [term for term in expand(whole)[0] if term != whole]
    group = {whole: lexicon.rarity(whole), together: lexicon.rarity(together)}
    expressions: list[Expression] = [Term(whole), Term(together)]
    count = max(lexicon.counts[whole], lexicon.counts[together])
    if is_live:
        expressions += [Term(whole, is_prefix=True), Term(together, is_prefix=True)]
        for term, documents in beginning(whole, lexicon.words):
            group.setdefault(term, lexicon.weights.longer * lexicon.rarity_of(documents))
            count = max(count, documents)
    if len(together) >= TAIL_CHARS_MIN:
        expressions += [Term(f"{TAIL}{form}", is_prefix=True) for form in dict.fromkeys((whole, together))]
    parts = pieces(whole)
    if not count and 1 < len(parts) <= 4 and not all(part.isdigit() for part in parts):
        expressions.append(All([Term(stem(part)) for part in parts]))
    expressions += [Term(seam) for seam in (word.seam_left, word.seam_right) if seam]
    expression = Any(expressions)
    return Slot(
        word=word,
        expression=expression,
        groups=[group, *({term: lexicon.rarity(term) * lexicon.weights.part} for term in scored)],
        units=[Unit(count, expression), *(Unit(lexicon.counts[term], Term(term)) for term in scored)],
        is_required=True,
        is_known=bool(count),
        marks=frozenset({whole, together}),
        starts=frozenset({whole}),
    )


def _synonyms(typed: Sequence[Word], thesaurus: Thesaurus) -> Mapping[int, Sequence[Synonym]]:
    """Synonyms by the place of the word that carries them: the first of an expression.

    Those of a part of a run of Chinese come with the place of the run, too.
    """
    parts = parts_of(typed)
    found: dict[int, list[Synonym]] = {}
    for start, word in enumerate(typed):
        for length in range(min(thesaurus.length_max, len(parts) - start), 0, -1):
            others = thesaurus.others.get(parts[start : start + length])
            if others:
                found.setdefault(start, []).extend(others)
                break
        if word.kind == "cjk" and start not in found:
            inside = [key for key in thesaurus.others if len(key) == 1 and key[0] in word.text]
            inside = [key for key in inside if not any(key[0] != k[0] and key[0] in k[0] for k in inside)]
            for key in inside[:3]:
                found.setdefault(start, []).extend(thesaurus.others[key])
    return found


def _widened(slot: Slot, synonyms: Sequence[Synonym], lexicon: Lexicon) -> Slot:
    """The slot with what means the same: it matches, and counts less."""
    if not synonyms:
        return slot
    alternatives: list[Expression] = []
    extra: list[Group] = []
    marks: set[str] = set()
    for synonym in synonyms:
        typed = synonym.typed
        expressions: list[Expression] = [
            run_expression(word.text) if word.kind == "cjk" else Term(stem(word.text))
            for word in typed
            if word.kind == "cjk" or not is_stop_word(word.text) or len(typed) == 1
        ]
        alternatives.append(All(expressions) if len(expressions) > 1 else expressions[0])
        terms = [
            term
            for word in typed
            for term in (pairs(word.text) or [word.text] if word.kind == "cjk" else expand(word.text)[0])
            if not is_stop_word(term)
        ]
        share = lexicon.weights.synonym / max(1, len(terms))
        extra.append({term: lexicon.rarity(term) * share for term in terms})
        marks.update(terms)
    is_whole = parts_of([slot.word]) in lexicon.thesaurus.others or slot.word.kind != "cjk"
    return replace(
        slot,
        # What stands for a part of a run proposes documents, but does not stand for all of it.
        expression=Any([slot.expression, *alternatives]) if is_whole else slot.expression,
        literal=slot.expression,
        groups=[*slot.groups, *_best_of(extra)],
        units=[*slot.units, *(Unit(_fewest(part, lexicon), part) for part in alternatives)],
        marks=slot.marks | marks,
        is_known=True,
    )


def _best_of(groups: Sequence[Group]) -> list[Group]:
    """All synonyms as one group: a document that holds three of them is no better for it."""
    merged: dict[str, float] = {}
    for group in groups:
        for term, weight in group.items():
            merged[term] = max(merged.get(term, 0.0), weight)
    return [merged] if merged else []


def _fewest(expression: Expression, lexicon: Lexicon) -> int:
    match expression:
        case Term(text):
            return lexicon.counts.get(text, 0)
        case All(parts) | Any(parts):
            return min((_fewest(part, lexicon) for part in parts), default=0)
        case _:
            return 0
