"""The one ranker, the same on every database: BM25F over packed vectors, in numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstline.search.matching import Candidates, Scope
from firstline.search.vectors import term_id
from firstline.search.vocabulary import Totals
from firstline.search.weights import Weights

_TABLE_BITS = 16
_ENTRY = np.dtype([("id", "<u4"), ("title", "u1"), ("text", "u1"), ("notes", "u1"), ("_", "u1")])

# What counts once: the best of some terms, each with its weight.
Group = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Scores of candidates, in their order; `coverage` is the share of the words' weight they hold."""

    scores: NDArray[np.float64]
    coverage: NDArray[np.float64]


def score(
    candidates: Candidates,
    groups: Sequence[Group],
    *,
    scope: Scope,
    totals: Mapping[str, Totals],
    weights: Weights,
) -> Ranked:
    """BM25F of each candidate over `groups`; restricted words count where `scope` may read them."""
    count = len(candidates.ids)
    if not count or not groups:
        return Ranked(np.zeros(count), np.zeros(count))
    packed = b"".join(candidates.vectors)
    entries = np.frombuffer(packed, _ENTRY)
    ends = np.cumsum(list(map(len, candidates.vectors))) // 8
    ids, owners_of, weight_of = _features(groups)
    places = _places(np.frombuffer(packed, "<u4")[::2], ids)
    chosen = entries[places]
    readable = np.array(scope.readable(candidates))
    own = np.searchsorted(ends, places, side="right")
    frequency = chosen["title"] * weights.title + chosen["text"] + chosen["notes"] * readable[own]
    norm = _norms(candidates, readable, totals, weights)
    saturated = frequency * (weights.k1 + 1) / (frequency + norm[own])
    low = np.searchsorted(ids, chosen["id"], side="left")
    repeats = np.searchsorted(ids, chosen["id"], side="right") - low
    feature = np.repeat(low, repeats) + _ranges(repeats)
    table = np.zeros((count, len(groups)))
    np.maximum.at(
        table,
        (np.repeat(own, repeats), owners_of[feature]),
        weight_of[feature] * np.repeat(saturated, repeats),
    )
    most = np.array([max(group.values(), default=0.0) for group in groups])
    coverage = (table > 0) @ most / max(float(most.sum()), 1e-9)
    return Ranked(table.sum(axis=1), coverage)


def _features(
    groups: Sequence[Group],
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.float64]]:
    rows = sorted(
        (term_id(term), place, weight) for place, group in enumerate(groups) for term, weight in group.items()
    )
    return (
        np.array([row[0] for row in rows], dtype=np.uint32),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
    )


def _places(all_ids: NDArray[np.uint32], ids: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Where wanted ids stand among all; a table of their low bits first, since few do."""
    mask = np.uint32((1 << _TABLE_BITS) - 1)
    table = np.zeros(1 << _TABLE_BITS, dtype=bool)
    table[ids & mask] = True
    maybe = np.flatnonzero(table[all_ids & mask])
    found = np.searchsorted(ids, all_ids[maybe])
    found[found == len(ids)] = 0
    return maybe[ids[found] == all_ids[maybe]] if len(ids) else maybe[:0]


def _norms(
    candidates: Candidates,
    readable: NDArray[np.bool_],
    totals: Mapping[str, Totals],
    weights: Weights,
) -> NDArray[np.float64]:
    averages = {
        kind: max(1.0, (total.title_length + total.length) / total.documents)
        for kind, total in totals.items()
    }
    lengths = np.array(candidates.title_lengths, dtype=np.float64) + np.array(candidates.lengths)
    lengths += np.array(candidates.restricted_lengths) * readable
    average = np.array([averages.get(kind, 0.0) for kind in candidates.kinds])
    average[average == 0] = max(1.0, float(lengths.mean()))
    norms: NDArray[np.float64] = weights.k1 * (1 - weights.b + weights.b * lengths / average)
    return norms


def _ranges(repeats: NDArray[np.int64]) -> NDArray[np.int64]:
    """0..n-1 for each n, one after the other."""
    starts = np.cumsum(repeats) - repeats
    return np.arange(int(repeats.sum())) - np.repeat(starts, repeats)
