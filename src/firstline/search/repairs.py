"""Mistyped words: which word was meant, by what stands beside it and what the actor may see."""

import math
from collections.abc import Sequence
from dataclasses import replace

from firstline.search.analysis import stem
from firstline.search.expressions import All, Any, Expression, Term
from firstline.search.matching import Scope, count
from firstline.search.results import Correction
from firstline.search.slots import Lexicon, Slot, slot_of
from firstline.search.stopwords import is_stop_word
from firstline.search.vocabulary import REPAIR_LETTERS_MIN, Repair

TRIED_MAX = 6
TOGETHER_MAX = 100
RARE_DOCUMENTS_MAX = 3
RARE_TIMES = 100
WORDS_MAX = 4


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
    for place, slot in enumerate(slots):
        is_last = is_live and place == len(slots) - 1
        if not _may_be_mistyped(slot) or len(corrections) >= WORDS_MAX:
            continue
        beside = [
            other.expression
            for index, other in enumerate(result)
            if index != place and other.is_required and other.is_known
        ]
        if not slot.is_known and count(scope, slot.expression, conditions=conditions, cap=1):
            continue  # too new to be counted, or in notes alone
        chosen = _meant(slot, lexicon, scope, conditions, beside, is_start=is_last)
        if chosen is None:
            continue
        word = replace(slot.word, text=chosen.word)
        fixed = slot_of(word, lexicon, is_live=False)
        result[place] = _both(slot, fixed) if slot.is_known else fixed
        if not slot.is_known and not is_stop_word(chosen.word):
            corrections.append(Correction(slot.word.text, chosen.word))
    if not any(slot.is_required for slot in result):
        result = [replace(slot, is_required=True) for slot in result]
    return result, corrections


def _may_be_mistyped(slot: Slot) -> bool:
    text = slot.word.text
    if slot.word.kind != "word" or not (text.isascii() and text.isalpha()) or not slot.is_required:
        return False
    if len(text) < REPAIR_LETTERS_MIN:
        return False
    return not slot.is_known or slot.units[0].documents <= RARE_DOCUMENTS_MAX


def _meant(
    slot: Slot,
    lexicon: Lexicon,
    scope: Scope,
    conditions: Sequence[Expression],
    beside: Sequence[Expression],
    *,
    is_start: bool,
) -> Repair | None:
    near = lexicon.words.near(slot.word.text, is_start=is_start)[:TRIED_MAX]
    if slot.is_known:
        least = RARE_TIMES * max(1, slot.units[0].documents)
        near = [repair for repair in near if repair.distance == 1 and repair.documents >= least]
    for context in [beside] if not beside else [beside, []]:
        likely = [
            (together, repair)
            for repair in near
            if (
                together := count(
                    scope, _holds(repair.word, context), conditions=conditions, cap=TOGETHER_MAX
                )
            )
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
        groups=[merged, *slot.groups[1:]],
        units=[*slot.units, *fixed.units],
        marks=slot.marks | fixed.marks,
    )
