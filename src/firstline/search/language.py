"""What a person typed, taken apart: words, phrases and filters. Any text means something."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz.distance import OSA

from firstline.kit.text import clean, truncate
from firstline.search.analysis import RUN, Word, words
from firstline.search.results import Problem
from firstline.search.stopwords import is_stop_word

QUERY_CHARS_MAX = 1_000
WORDS_MAX = 32
RUN_CHARS_MAX = 80
PHRASES_MAX = 8
FILTERS_MAX = 16
# So many names that are no filter are compared with those that are.
GUESSED_MAX = 8
TOLD_CHARS_MAX = 80

_QUOTES = str.maketrans("“”„‟「」『』＂《》", '"' * 11)
_QUOTED = re.compile(r'"([^"]*)("|$)')
# name:value, name:"value with blanks"; a name is letters of any script.
_FILTER = re.compile(r'(?<![^\s(（])(-?)([^\W\d_][\w-]{0,30})[:：]("([^"]*)("|$)|[^\s"]*)')
_NEGATED = re.compile(r"(?<![^\s(（])-(?=[^\W_])(\S+)")


@dataclass(frozen=True, slots=True)
class Filter:
    """`name:value`; one of the values typed for a name has to fit."""

    name: str
    value: str
    is_negative: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart. `is_live`: the last word is still being typed."""

    words: Sequence[Word] = ()
    phrases: Sequence[str] = ()
    filters: Sequence[Filter] = ()
    excluded: Sequence[Word] = ()
    excluded_phrases: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    is_live: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.phrases or self.filters)


@dataclass(slots=True)
class _Found:
    filters: list[Filter] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    excluded_phrases: list[str] = field(default_factory=list)
    excluded: list[Word] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


def parse(text: str, names: Mapping[str, str], *, live: bool = True) -> Query:
    """Take a query apart; `names` are the fields' names and aliases, casefolded, with the field meant.

    What looks like an operator but is none is text: an address, a path, a lone quote or sign.
    """
    found = _Found()
    if len(text) > QUERY_CHARS_MAX:
        text = text[:QUERY_CHARS_MAX]
        found.problems.append(Problem("query_too_long"))
    rest = clean(text).replace("\n", " ").translate(_QUOTES)
    is_live = live and rest[-1:].isalnum()
    rest = _FILTER.sub(lambda match: _filter(match, names, found), rest)
    rest = _take_quoted(rest, found)
    rest = _NEGATED.sub(lambda match: _negated(match, found), rest)
    typed = _once(words(rest))
    if len(typed) > WORDS_MAX:
        found.problems.append(Problem("words_dropped", _told(word.text for word in typed[WORDS_MAX:])))
    if max(len(found.filters), len(found.excluded)) > FILTERS_MAX:
        found.problems.append(Problem("filters_dropped", str(FILTERS_MAX)))
    return Query(
        words=typed[:WORDS_MAX],
        phrases=found.phrases[:PHRASES_MAX],
        filters=found.filters[:FILTERS_MAX],
        excluded=found.excluded[:FILTERS_MAX],
        excluded_phrases=found.excluded_phrases[:PHRASES_MAX],
        problems=found.problems,
        is_live=is_live and bool(typed) and len(typed) <= WORDS_MAX and rest[-1:].isalnum(),
    )


def _told(words: Iterable[str]) -> str:
    """The first of some words, as they are told about."""
    return truncate(" ".join(words), TOLD_CHARS_MAX)


def _once(typed: Sequence[Word]) -> list[Word]:
    """Each word once, where it stands last: the last one may be live. Long runs of Chinese are cut."""
    kept = {word.text: word for word in reversed(typed)}
    return [
        replace(word, text=word.text[:RUN_CHARS_MAX]) if word.kind == "cjk" else word
        for word in reversed(kept.values())
    ]


def _filter(match: re.Match[str], names: Mapping[str, str], found: _Found) -> str:
    sign, name, raw = match.group(1), match.group(2).casefold(), match.group(3)
    value = (match.group(4) if match.group(4) is not None else raw).strip()
    if name not in names:
        if _is_nearly(name, names, found):
            found.problems.append(Problem("filter_unknown", match.group(2)))
        return match.group()
    if not value or not RUN.search(value):
        found.problems.append(Problem("value_missing", match.group(2)))
        return " "
    found.filters += [
        Filter(names[name], one.strip(), is_negative=bool(sign))
        for one in (re.split("[,，]", value) if match.group(4) is None else [value])
        if one.strip()
    ]
    return " "


def _is_nearly(name: str, names: Collection[str], found: _Found) -> bool:
    """Whether a name was typed that is one edit away from a filter's, the first time it occurs."""
    if name in found.unknown or len(found.unknown) >= GUESSED_MAX:
        return False
    found.unknown.add(name)
    return any(OSA.distance(name, known, score_cutoff=1) == 1 for known in names)


def unquoted(query: Query) -> Query:
    """The same query with its phrases as plain words."""
    quoted = [word for phrase in query.phrases for word in words(phrase)]
    # What is still being typed stays last.
    return replace(query, words=_once([*quoted, *query.words])[-WORDS_MAX:], phrases=())


def _take_quoted(text: str, found: _Found) -> str:
    def take(match: re.Match[str]) -> str:
        inside = " ".join(match.group(1).split())
        if not match.group(2):
            # An open quote is being typed or was left over: its words count, as words.
            if inside:
                found.problems.append(Problem("quote_open"))
            return f" {match.group(1)}"
        if not RUN.search(inside):
            return " "
        is_negative = text[: match.start()].endswith("-") and not text[: match.start() - 1][-1:].strip()
        (found.excluded_phrases if is_negative else found.phrases).append(inside)
        return " "

    return _QUOTED.sub(take, text)


def _negated(match: re.Match[str], found: _Found) -> str:
    """A word to leave out; `-t`, `-all`, `-not` are parts of what was typed: nobody leaves out so little."""
    typed = words(match.group(1))
    if all(word.text.isascii() and (len(word.text) == 1 or is_stop_word(word.text)) for word in typed):
        return f" {match.group(1)}"
    found.excluded += typed
    return " "
