"""The words of the index: how many documents hold one, which begin so, which may have been meant.

The frequent words are kept in memory as packed arrays (some megabytes at most) for prefixes and
repairs; counts come from the table. Loaded with the ranker, on the first search.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from firstline.search.analysis import is_han
from firstline.search.matching import among
from firstline.search.models import Term
from firstline.search.pinyin import table

KEPT_MAX = 30_000
LETTERS_MIN, LETTERS_MAX = 3, 20
PREFIX_TERMS_MAX = 50
RELOAD_SECONDS = 60.0
RELOAD_SHARE = 0.1
REPAIR_LETTERS_MIN = 4
PAIR = 2
_A = ord("a")


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a kind, at least one document."""

    documents: int
    title_length: float
    length: float


@dataclass(frozen=True, slots=True)
class Repair:
    """A word that may have been meant; lower `cost` is likelier."""

    word: str
    distance: int
    documents: int
    cost: float


class Words:
    """Frequent words of Latin letters, in alphabetical order."""

    def __init__(self, rows: Iterable[tuple[str, int]]) -> None:
        listed = list(rows)
        kept = sorted(
            (text, documents)
            for text, documents in listed
            if text.isascii() and text.isalpha() and LETTERS_MIN <= len(text) <= LETTERS_MAX
        )
        self.texts: NDArray[np.bytes_] = np.array([text for text, _ in kept], dtype=f"S{LETTERS_MAX}")
        self.documents: NDArray[np.int64] = np.array([count for _, count in kept], dtype=np.int64)
        self._lengths = np.char.str_len(self.texts).astype(np.int8) if kept else np.zeros(0, np.int8)
        self._letters = _letters(self.texts)
        chinese = [(text, count) for text, count in listed if len(text) == PAIR and is_han(text)]
        self._pairs: NDArray[np.str_] = np.array([text for text, _ in chinese], dtype=f"U{PAIR}")
        self._sounds: NDArray[np.uint32] | None = None
        self._pair_documents = np.array([count for _, count in chinese], dtype=np.int64)

    def beginning(self, start: str, limit: int = PREFIX_TERMS_MAX) -> list[tuple[str, int]]:
        """The most frequent words that begin so."""
        low = int(np.searchsorted(self.texts, start.encode()))
        high = int(np.searchsorted(self.texts, start.encode() + b"\x7f"))
        best = np.argsort(-self.documents[low:high], kind="stable")[:limit] + low
        return [(self.texts[place].decode(), int(self.documents[place])) for place in best]

    def near(self, word: str, *, is_start: bool, limit: int = 8) -> list[Repair]:
        """Words few edits away (OSA: one up to five letters, else two), likeliest first.

        With `is_start` also words that begin nearly so.
        """
        if not (REPAIR_LETTERS_MIN <= len(word) <= LETTERS_MAX and word.isascii() and word.isalpha()):
            return []
        most = 1 if len(word) <= 5 else 2
        found = self._near_whole(word, most)
        if is_start:
            for text, repair in self._near_start(word).items():
                found.setdefault(text, repair)
        found.pop(word, None)
        return sorted(found.values(), key=lambda repair: (repair.cost, repair.word))[:limit]

    def sounding_like(self, pair: str, limit: int = 3) -> list[tuple[str, int]]:
        """Frequent pairs of Chinese characters that are typed with the same pinyin, and differ in one."""
        same = self._sounding(_sound(pair))
        found = [(str(self._pairs[place]), int(self._pair_documents[place])) for place in same]
        found = [(text, count) for text, count in found if (text[0] == pair[0]) != (text[1] == pair[1])]
        return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]

    def spelled(self, syllables: Sequence[str]) -> list[str]:
        """Frequent pairs of characters that two syllables may spell, most frequent first."""
        same = self._sounding(crc32(" ".join(syllables).encode()))
        best = sorted(same, key=lambda place: (-int(self._pair_documents[place]), int(place)))[:3]
        return [str(self._pairs[place]) for place in best]

    def _sounding(self, sound: int) -> NDArray[np.int64]:
        if self._sounds is None:
            self._sounds = np.array([_sound(text) for text in self._pairs.tolist()], dtype=np.uint32)
        return np.flatnonzero(self._sounds == sound)

    def _near_whole(self, word: str, most: int) -> dict[str, Repair]:
        mask = np.abs(self._lengths - len(word)) <= most
        # An edit changes at most two letters of the set.
        mask &= np.bitwise_count(self._letters ^ _letters_of(word)) <= 2 * most
        places = np.flatnonzero(mask)
        names = [text.decode() for text in self.texts[places]]
        close = process.extract(word, names, scorer=OSA.distance, score_cutoff=most, limit=60)
        return {
            text: _repair(word, text, int(distance), int(self.documents[places[index]]))
            for text, distance, index in close
        }

    def _near_start(self, word: str) -> dict[str, Repair]:
        longer = np.flatnonzero(self._lengths > len(word))
        starts = self.texts[longer].astype(f"S{len(word)}")
        close = np.flatnonzero(np.bitwise_count(_letters(starts) ^ _letters_of(word)) <= 2)
        names = [text.decode() for text in starts[close]]
        near = process.extract(word, names, scorer=OSA.distance, score_cutoff=1, limit=200)
        places = [longer[close[index]] for _, distance, index in near if distance == 1]
        best = sorted(places, key=lambda place: (-int(self.documents[place]), int(place)))[:8]
        return {
            self.texts[place].decode(): _repair(
                word, self.texts[place].decode(), 1, int(self.documents[place])
            )
            for place in best
        }


def _repair(typed: str, word: str, distance: int, documents: int) -> Repair:
    """A noisy channel: an edit is e⁴ times rarer than none, one of the first letter rarer still."""
    cost = 4.0 * distance + (1.5 if typed[0] != word[0] else 0.0) - float(np.log1p(documents))
    return Repair(word, distance, documents, cost)


def _sound(pair: str) -> int:
    """A number for how a pair of characters is typed."""
    return crc32(" ".join(next(iter(table().of(character)), character) for character in pair).encode())


def _letters_of(word: str) -> int:
    return sum({1 << (ord(letter) - _A) for letter in word if "a" <= letter <= "z"})


def _letters(texts: NDArray[np.bytes_]) -> NDArray[np.uint32]:
    """Which letters each word holds, as bits."""
    if not len(texts):
        return np.zeros(0, np.uint32)
    signs = np.frombuffer(texts.tobytes(), dtype=np.uint8).reshape(len(texts), -1)
    held = np.zeros(len(texts), np.uint32)
    for column in range(signs.shape[1]):
        letter = signs[:, column]
        is_letter = (letter >= _A) & (letter < _A + 26)
        held |= np.where(is_letter, np.uint32(1) << (letter.astype(np.uint32) - _A).clip(0, 25), np.uint32(0))
    return held


@dataclass(slots=True)
class _Kept:
    words: Words
    documents: int
    at: float


_kept: _Kept | None = None
_loading = threading.Lock()


def forget() -> None:
    """Load the words again before their next use."""
    global _kept
    _kept = None


def frequent_words(documents: int) -> Words:
    """The words in memory; read again when the index of `documents` has changed since, at most once a minute
    unless it grew or shrank by a tenth."""
    global _kept
    kept = _kept
    if kept is not None:
        changed = abs(kept.documents - documents)
        is_old = changed > 0 and time.monotonic() - kept.at > RELOAD_SECONDS
        if not is_old and changed <= RELOAD_SHARE * kept.documents:
            return kept.words
    with _loading:
        if _kept is kept:
            rows = Term.objects.order_by("-documents", "text").values_list("text", "documents")[:KEPT_MAX]
            _kept = _Kept(Words(rows.iterator(chunk_size=5_000)), documents, time.monotonic())
    return _kept.words if _kept is not None else Words([])


def documents_with(terms: Iterable[str]) -> dict[str, int]:
    """How many documents hold each of some terms; unknown ones are left out."""
    wanted = list(dict.fromkeys(terms))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(*among("SELECT text, documents FROM search_term WHERE text {}", wanted))
        return dict(cursor.fetchall())


def beginning(start: str, words: Words) -> list[tuple[str, int]]:
    """The most frequent terms that begin so; for identifiers from the table, from three characters on."""
    if start.isascii() and start.isalpha():
        return words.beginning(start)
    if len(start) < 3:
        return []
    binary = ' COLLATE "C"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT text, documents FROM search_term WHERE text{binary} >= %s AND text{binary} < %s"  # noqa: S608
            f" ORDER BY documents DESC, text{binary} LIMIT %s",
            [start, start + "\U0010ffff", PREFIX_TERMS_MAX],
        )
        return [(str(text), int(count)) for text, count in cursor.fetchall()]


def totals() -> dict[str, Totals]:
    """The sums of each kind that has documents."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, documents, title_length, length FROM search_kindtotal")
        return {kind: Totals(*sums) for kind, *sums in cursor.fetchall() if sums[0] > 0}
