"""The numbers of the ranker, in one place; they are changed only with `bench/search` at hand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """BM25F with a few mild factors."""

    k1: float = 1.4
    b: float = 0.75
    title: float = 2.5
    # A synonym, a repaired word's neighbour and a longer word that only begins so, against the word itself.
    synonym: float = 0.4
    longer: float = 0.8
    # Single Chinese characters and the parts of an identifier, against pairs and the whole.
    unigram: float = 1.0
    part: float = 0.5
    stop_word: float = 0.5
    # What a document that holds every word of a short query counts more.
    full: float = 3.0
    # How much of the score depends on how many of the words (by rarity) a document holds.
    coverage: float = 0.25
    # Beside documents that hold every word: what share of the words, by rarity, another must hold.
    partial_min: float = 0.2
    # The most that freshness adds, and after how many days half of it is gone.
    freshness: float = 0.05
    freshness_days: float = 90.0
    # Similar documents: the share of shared groups of four characters in the score.
    grams: float = 0.5


WEIGHTS = Weights()
