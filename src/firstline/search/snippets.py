"""Which part of a text to show, and what in it was searched for; segments, never markup."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from firstline.search.analysis import CJK, RUN, expand, joined, normalise, stem
from firstline.search.results import Part

SNIPPET_CHARS = 180
BEFORE_CHARS = 50
READ_CHARS_MAX = 20_000
_CHARACTER = re.compile(rf"[{CJK}]")


@dataclass(frozen=True, slots=True)
class Marks:
    """What to highlight: stems and identifiers, beginnings of words, runs of Chinese."""

    terms: frozenset[str]
    starts: tuple[str, ...]
    runs: tuple[str, ...]
    _known: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, terms: Iterable[str], starts: Iterable[str]) -> "Marks":
        """Marks from the slots' terms; longer runs of Chinese first."""
        kept = {term for term in terms if term}
        runs = sorted((term for term in kept if _CHARACTER.match(term)), key=lambda run: (-len(run), run))
        return cls(frozenset(kept), tuple(start for start in starts if start), tuple(runs))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where `text` holds what is marked, in order, none overlapping."""
        found: list[tuple[int, int]] = []
        known = self._known
        for match in RUN.finditer(text[:READ_CHARS_MAX]):
            run = match.group()
            is_marked = known.get(run)
            if is_marked is None:
                if _CHARACTER.match(run):
                    found += self._inside_run(run, match.start())
                    continue
                is_marked = known[run] = self._is_marked(normalise(run))
            if is_marked:
                found.append(match.span())
        return _merged(found)

    def _is_marked(self, word: str) -> bool:
        if stem(word) in self.terms or joined(word) in self.terms or word.startswith(self.starts):
            return True
        return any(term in self.terms for term in expand(word)[0]) if not word.isalpha() else False

    def _inside_run(self, run: str, offset: int) -> list[tuple[int, int]]:
        plain = normalise(run)
        if len(plain) != len(run):
            return []
        found: list[tuple[int, int]] = []
        for wanted in self.runs:
            # Single characters are marked only where nothing longer is asked for.
            if len(wanted) == 1 and len(self.runs[0]) > 1:
                continue
            start = plain.find(wanted)
            while start >= 0:
                found.append((offset + start, offset + start + len(wanted)))
                start = plain.find(wanted, start + 1)
        return found


def parts_of(text: str, marks: Marks) -> list[Part]:
    """The whole text in parts."""
    return _parts(text, marks.spans(text), 0, len(text))


def snippet(text: str, marks: Marks) -> list[Part]:
    """The stretch of `text` that holds most of what is marked; its beginning where nothing is."""
    text = " ".join(text[: READ_CHARS_MAX * 2].split())
    spans = marks.spans(text)
    start = _best_start(text, spans)
    end = min(len(text), start + SNIPPET_CHARS)
    if end < len(text):
        blank = text.rfind(" ", start + SNIPPET_CHARS * 2 // 3, end)
        end = blank if blank > 0 else end
    parts = _parts(text, spans, start, end)
    if start > 0:
        parts.insert(0, ("…", False))
    if end < len(text):
        parts.append(("…", False))
    return parts


def _best_start(text: str, spans: Sequence[tuple[int, int]]) -> int:
    best, start = 0, 0
    last = 0
    for first, (begin, _) in enumerate(spans):
        last = max(last, first)
        while last + 1 < len(spans) and spans[last + 1][1] <= begin + SNIPPET_CHARS - BEFORE_CHARS:
            last += 1
        different = len({text[a:b].casefold() for a, b in spans[first : last + 1]})
        worth = different * 8 + (last - first + 1)
        if worth > best:
            best, start = worth, begin
    start = max(0, start - BEFORE_CHARS)
    blank = text.find(" ", start, start + BEFORE_CHARS // 2) if start else -1
    return blank + 1 if blank > 0 else start


def _parts(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> list[Part]:
    parts: list[Part] = []
    at = start
    for begin, finish in spans:
        if begin < at or finish > end:
            continue
        if begin > at:
            parts.append((text[at:begin], False))
        parts.append((text[begin:finish], True))
        at = finish
    if at < end:
        parts.append((text[at:end], False))
    return parts


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
