"""Text to terms, the same for both databases; change VERSION with any change here: rows re-index themselves.

A *scored* term counts for rank: word stems, identifiers whole and in pieces, Chinese characters
and pairs. An *extra* term only matches: a word as it was written, an identifier without its
separators, the seam between a Latin word and a Chinese one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import Stemmer

from firstline.search.hanzi import SIMPLIFIED

VERSION = 4
TOKEN_CHARS_MAX = 60
TEXT_CHARS_MAX = 100_000
TERMS_MAX = 6_000
TAILS_MAX = 4

CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003fffd"
# A run of CJK, or a word with the signs that hold identifiers together: INC-42, 192.168.1.1,
# user@host, C:\temp, 0x8007_0005, C#, C++.
RUN = re.compile(rf"[{CJK}]+|[^\W{CJK}]+(?:[-./:@+#'’\\&]{{1,3}}[^\W{CJK}]+)*(?:\+\+|#(?!\w))?")
IS_CJK = re.compile(rf"[{CJK}]")
_SEAM = re.compile(rf"(?=([^\W_{CJK}][{CJK}]|[{CJK}][^\W_{CJK}]))")
_SEPARATORS = re.compile(r"[-_./:@+#'’\\&]+")
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_CODE = re.compile("0x0*([0-9a-f]{2,})")  # 11b is enough of 0x0000011b
_LETTERS_WITH_MARKS = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")

_stem = Stemmer.Stemmer("english").stemWord
# Words whose terms are remembered: few in the service, whose memory is short.
_remembered = 8_000
_cache: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}


@dataclass(frozen=True, slots=True)
class Analysis:
    """The terms of a text: how often each scored one occurs, and the extra ones."""

    scored: Counter[str]
    extra: set[str]

    @property
    def length(self) -> int:
        return self.scored.total()


@dataclass(frozen=True, slots=True)
class Word:
    """A run of a query as typed: a plain word, an identifier, or a run of Chinese.

    `seam_left` and `seam_right` are the terms of its borders with a run of the other script.
    """

    text: str
    kind: Literal["word", "identifier", "cjk"]
    seam_left: str = ""
    seam_right: str = ""

    @property
    def scored(self) -> list[str]:
        return list(self.text) + pairs(self.text) if self.kind == "cjk" else list(expand(self.text)[0])


def normalise(text: str) -> str:
    """Lower case, full-width and accented letters folded, Traditional characters simplified."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if _LETTERS_WITH_MARKS.search(folded):
        apart = unicodedata.normalize("NFKD", folded)
        folded = unicodedata.normalize("NFC", "".join(c for c in apart if unicodedata.category(c) != "Mn"))
    return folded.translate(SIMPLIFIED)


def analyse(text: str) -> Analysis:
    """The terms under which `text` is found; at most `TERMS_MAX` different scored ones."""
    folded = normalise(text[:TEXT_CHARS_MAX])
    if not folded:
        return Analysis(Counter(), set())
    runs = Counter(RUN.findall(folded))
    scored: dict[str, int] = {}
    extra: set[str] = set()
    is_ascii = folded.isascii()
    counted, cached = scored.get, _cache.get
    for run, count in runs.items():
        if not is_ascii and IS_CJK.match(run):
            for term in (*run, *pairs(run)):
                scored[term] = counted(term, 0) + count
            continue
        terms, others = cached(run) or expand(run)
        for term in terms:
            scored[term] = counted(term, 0) + count
        if others:
            extra.update(others)
        if len(scored) > TERMS_MAX:
            break
    if not is_ascii:
        extra.update(_SEAM.findall(folded))
    extra.difference_update(scored)
    return Analysis(Counter(scored), extra)


def words(text: str) -> list[Word]:
    """The runs of a query, in order."""
    folded = normalise(text)
    return list(_words(folded))


def _words(folded: str) -> Iterator[Word]:
    for match in RUN.finditer(folded):
        run, start, end = match.group(), match.start(), match.end()
        is_cjk = bool(IS_CJK.match(run))
        left, right = folded[max(0, start - 1) : start + 1], folded[end - 1 : end + 1]
        bare = _bare(run)
        if not joined(bare):
            continue  # an underscore is no word
        yield Word(
            text=run if is_cjk else bare[:TOKEN_CHARS_MAX],
            kind="cjk" if is_cjk else "word" if bare.isalpha() or bare.isdigit() else "identifier",
            seam_left=left if _SEAM.match(left) else "",
            seam_right=right if _SEAM.match(right) else "",
        )


def expand(run: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The scored and the extra terms of one Latin run, normalised before."""
    known = _cache.get(run)
    if known is None:
        if len(_cache) >= _remembered:
            _cache.clear()
        known = _cache[run] = _expand(_bare(run))
    return known


def remember(most: int) -> None:
    """Keep the terms of so many words at hand, in a process that reads thousands of texts."""
    global _remembered
    _remembered = most


def stem(word: str) -> str:
    """The stem of a normalised word."""
    return _stem(word) if word.isalpha() else word


def pairs(run: str) -> list[str]:
    """The overlapping pairs of characters of a run of Chinese."""
    return [first + second for first, second in pairwise(run)]


def joined(run: str) -> str:
    """An identifier without its separators: lt042 of lt-042."""
    return _SEPARATORS.sub("", run)[:TOKEN_CHARS_MAX]


def pieces(run: str) -> list[str]:
    """The parts of an identifier between its separators."""
    return [piece for piece in _SEPARATORS.split(run) if piece]


def is_han(text: str) -> bool:
    """Whether a text begins with a character of a script that is written without blanks."""
    return bool(IS_CJK.match(text))


def _bare(run: str) -> str:
    """Without apostrophes: user of user's, dont of don't."""
    if "'" in run or "’" in run:
        run = run.replace("’", "'").removesuffix("'s").replace("'", "")
    return run


def _expand(run: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    run = run[: TOKEN_CHARS_MAX * 4]
    if run.isalpha():
        word = run[:TOKEN_CHARS_MAX]
        root = _stem(word)
        return (root,), (word,) if root != word else ()
    if run.isdigit():
        return (run[:TOKEN_CHARS_MAX],), ()
    return _expand_identifier(run)


def _expand_identifier(run: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    whole = run[:TOKEN_CHARS_MAX]
    parts = pieces(run)
    scored, extra = {whole: None}, {joined(run): None}
    if len(parts) > 1 and joined(run).isalpha():
        scored[stem(joined(run))] = None  # e-mail is email, and wi-fi is wifi
    for part in parts:
        inner = _PIECE.findall(part)
        for small in [part, *(inner if 1 < len(inner) <= 8 else ())]:
            if len(small) > 1 or (small == part and small.isdigit()) or small == run:
                term = small[:TOKEN_CHARS_MAX]
                scored[stem(term)] = None
                extra[term] = None
    for start in range(1, min(len(parts) - 1, TAILS_MAX + 1)):
        tail = run.find(parts[start], sum(map(len, parts[:start])))
        extra[run[tail : tail + TOKEN_CHARS_MAX]] = None
    if code := _CODE.fullmatch(run):
        scored[code.group(1)] = None
    if run[0] == "v" and run[1:2].isdigit():
        extra[whole[1:]] = None
    return tuple(scored), tuple(term for term in extra if term and term not in scored)
