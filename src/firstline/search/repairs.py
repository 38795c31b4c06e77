"""Mistyped words: which word was meant, by what stands beside it and what the actor may see."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from firstline.search.analysis import Word, pairs, stem
from firstline.search.expressions import All, Any, Expression, Term
from firstline.search.matching import Scope, count
from firstline.search.results import Correction
from firstline.search.slots import Lexicon, Slot, make_slots, run_expression, slot_of
from firstline.search.stopwords import is_stop_word
from firstline.search.vocabulary import PAIR, REPAIR_LETTERS_MIN, Repair

TRIED_MAX = 6
TOGETHER_MAX = 100
RARE_DOCUMENTS_MAX = 3
RARE_TIMES = 100
WORDS_MAX = 4
# How often the index is asked for the sake of mistyped words, in one search.
QUESTIONS_MAX = 12
RUN_MAX = 12
PART_LETTERS_MIN = 3


def repaired(
    slots: Sequence[Slot],
    lexicon: Lexicon,
    scope: Scope,
    conditions: Sequence[Expression],
    *,
    is_live: bool,
) -> tuple[list[Slot], list[Correction]]:
    """The slots with the word that was meant in place of each unknown one, and what was put in place.

    A word is only put in place where the actor can see a document that holds it. A rare word that
    resembles a far more frequent one keeps its own documents first and gains the other's.
    """
    result = list(slots)
    corrections: list[Correction] = []
    within = _Within(lexicon, scope, conditions)
    for place, slot in enumerate(slots):
        beside = [
            other.expression
            for index, other in enumerate(result)
            if index != place and other.is_required and other.is_known
        ]
        is_start = is_live and place == len(slots) - 1
        is_asked = within.left > 0 and len(corrections) < WORDS_MAX
        fixed = _fixed(slot, within, beside, is_start=is_start) if is_asked else None
        if fixed is None:
            continue
        result[place], used = fixed
        if used:
            corrections.append(Correction(slot.word.text, used))
    if any(new.word != old.word or len(_words(new)) > 1 for new, old in zip(result, slots, strict=True)):
        result = _as_if_typed(result, slots, lexicon, is_live=is_live)
    if not any(slot.is_required for slot in result):
        result = [replace(slot, is_required=True) for slot in result]
    return result, corrections


def _as_if_typed(
    result: Sequence[Slot], slots: Sequence[Slot], lexicon: Lexicon, *, is_live: bool
) -> list[Slot]:
    """The slots of the words put in place, with what means the same, as if they had been typed."""
    typed: list[Word] = []
    either: dict[int, Slot] = {}
    for new, old in zip(result, slots, strict=True):
        if new is not old and new.word == old.word and len(_words(new)) == 1:
            either[len(typed)] = new
        typed += _words(new)
    is_live = is_live and result[-1].word == slots[-1].word and len(_words(result[-1])) == 1
    anew = make_slots(typed, lexicon, is_live=is_live)
    return [either.get(place, slot) for place, slot in enumerate(anew)]


def _words(slot: Slot) -> list[Word]:
    return list(slot.apart) or [slot.word]


@dataclass(slots=True)
class _Within:
    """Where a word must be found to be put in place."""

    lexicon: Lexicon
    scope: Scope
    conditions: Sequence[Expression]
    left: int = QUESTIONS_MAX

    def count(self, words: Expression, cap: int = 1) -> int:
        self.left -= 1
        return count(self.scope, words, conditions=self.conditions, cap=cap)


def _fixed(
    slot: Slot, within: _Within, beside: Sequence[Expression], *, is_start: bool
) -> tuple[Slot, str] | None:
    """The slot to search instead, and the word to tell about; None where the word stays as it is."""
    lexicon = within.lexicon
    if slot.word.kind == "cjk":
        run = _sounding(slot, within)
        return (slot_of(replace(slot.word, text=run), lexicon, is_live=False), run) if run else None
    if not _may_be_mistyped(slot):
        return None
    if not slot.is_known and within.count(slot.expression):
        return None  # too new to be counted, or in notes alone
    chosen = _meant(slot, within, beside, is_start=is_start)
    if not slot.is_known and (chosen is None or chosen.distance > 1):
        parts = _parts(slot, lexicon)
        if parts and within.count(All([Term(stem(part)) for part in parts])):
            return _apart(slot, parts, lexicon), " ".join(parts)
    if chosen is None:
        return None
    fixed = slot_of(replace(slot.word, text=chosen.word), lexicon, is_live=False)
    if slot.is_known:
        return _both(slot, fixed), ""
    return fixed, "" if is_stop_word(chosen.word) else chosen.word


def _sounding(slot: Slot, within: _Within) -> str | None:
    """A run of Chinese with one wrong character put right by its sound; None where nothing is wrong."""
    run, lexicon = slot.word.text, within.lexicon
    if not 1 < len(run) <= RUN_MAX or all(lexicon.counts[pair] for pair in pairs(run)):
        return None
    if within.count(slot.expression):
        return None
    candidates: dict[str, int] = {}
    for place, pair in enumerate(pairs(run)):
        if not lexicon.counts[pair]:
            for other, documents in lexicon.words.sounding_like(pair):
                candidates[run[:place] + other + run[place + PAIR :]] = documents
    for candidate, _documents in sorted(candidates.items(), key=lambda one: (-one[1], one[0]))[:TRIED_MAX]:
        lexicon.learn(pairs(candidate))
        left = sum(not lexicon.counts[pair] for pair in pairs(candidate))
        if left < sum(not lexicon.counts[pair] for pair in pairs(run)) and within.count(
            run_expression(candidate)
        ):
            return candidate
    return None


def _parts(slot: Slot, lexicon: Lexicon) -> tuple[str, str] | None:
    """Two words typed as one: docking, station of dockingstation."""
    text = slot.word.text
    cuts = [(text[:at], text[at:]) for at in range(PART_LETTERS_MIN, len(text) - PART_LETTERS_MIN + 1)]
    lexicon.learn(form for cut in cuts for part in cut for form in (part, stem(part)))
    best = max(cuts, key=lambda cut: min(lexicon.counts[part] for part in cut), default=None)
    return best if best and min(lexicon.counts[part] for part in best) else None


def _apart(slot: Slot, parts: Sequence[str], lexicon: Lexicon) -> Slot:
    slots = [slot_of(Word(part, "word"), lexicon, is_live=False) for part in parts]
    return replace(
        slot,
        expression=All([one.expression for one in slots]),
        groups=[group for one in slots for group in one.groups],
        units=[unit for one in slots for unit in one.units],
        marks=frozenset(mark for one in slots for mark in one.marks),
        is_known=True,
        apart=tuple(one.word for one in slots),
    )


def _may_be_mistyped(slot: Slot) -> bool:
    text = slot.word.text
    if slot.word.kind != "word" or not (text.isascii() and text.isalpha()) or not slot.is_required:
        return False
    if len(text) < REPAIR_LETTERS_MIN:
        return False
    return not slot.is_known or slot.units[0].documents <= RARE_DOCUMENTS_MAX


def _meant(slot: Slot, within: _Within, beside: Sequence[Expression], *, is_start: bool) -> Repair | None:
    near = within.lexicon.words.near(slot.word.text, is_start=is_start)[:TRIED_MAX]
    if slot.is_known:
        least = RARE_TIMES * max(1, slot.units[0].documents)
        near = [repair for repair in near if repair.distance == 1 and repair.documents >= least]
    for context in [beside] if not beside else [beside, []]:
        likely = [
            (together, repair)
            for repair in near
            if (together := within.count(_holds(repair.word, context), TOGETHER_MAX))
        ]
        if likely:
            return min(likely, key=lambda pair: (_cost(pair[1], pair[0]), pair[1].word))[1]
    return None


def _cost(repair: Repair, together: int) -> float:
    """As `Repair.cost`, by how often the word stands beside the others rather than at all."""
    return repair.cost + 0.5 * math.log1p(repair.documents) - 1.5 * math.log1p(together)


def _holds(word: str, beside: Sequence[Expression]) -> Expression:
    return All([Any([Term(stem(word)), Term(word)]), *beside])


def _both(slot: Slot, fixed: Slot) -> Slot:
    """Either word; a document that holds the rare one has the higher weight by its rarity."""
    merged = {**(fixed.groups[0] if fixed.groups else {}), **slot.groups[0]}
    return replace(
        slot,
        expression=Any([slot.expression, fixed.expression]),
        literal=None,
        groups=[merged, *slot.groups[1:]],
        units=[*slot.units, *fixed.units],
        marks=slot.marks | fixed.marks,
    )
