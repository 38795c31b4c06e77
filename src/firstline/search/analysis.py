"""Text to terms, the same for both databases; change VERSION with any change here, and re-index."""

import re
import unicodedata
from collections.abc import Iterator

VERSION = 1
TOKEN_CHARS_MAX = 60
TEXT_CHARS_MAX = 100_000
TOKENS_MAX = 6_000
QUERY_TOKENS_MAX = 20

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003fffd"
# A run of CJK, or a word that may hold the signs which hold identifiers together: INC-42,
# 192.168.1.1, user@host, C:/temp, 0x8007_0005.
_RUN = re.compile(rf"[{_CJK}]+|[^\W{_CJK}]+(?:[-_./:@+#'][^\W{_CJK}]+)*")
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_IS_CJK = re.compile(rf"[{_CJK}]")


def tokens(text: str) -> list[str]:
    """The distinct terms under which `text` is found, in order of appearance.

    Words and identifiers whole and in pieces ("inc-42": also "inc", "42"); Chinese, Japanese and
    Korean as single characters and pairs.
    """
    found: dict[str, None] = {}
    for run in _runs(text):
        for term in _terms(run):
            found.setdefault(term)
        if len(found) >= TOKENS_MAX:
            break
    return list(found)[:TOKENS_MAX]


def query_terms(text: str) -> tuple[list[str], str]:
    """What a query asks for: terms that must all occur, and the start of the word still being typed ("").

    The last word is taken as a start unless a space follows it or it is CJK.
    """
    terms: dict[str, None] = {}
    prefix = ""
    runs = list(_runs(text))[:QUERY_TOKENS_MAX]
    for position, run in enumerate(runs):
        if _IS_CJK.match(run):
            for term in _pairs(run) if len(run) > 1 else [run]:
                terms.setdefault(term)
        elif position == len(runs) - 1 and not text[-1:].isspace():
            prefix = run[:TOKEN_CHARS_MAX]
        else:
            terms.setdefault(run[:TOKEN_CHARS_MAX])
    return list(terms)[:QUERY_TOKENS_MAX], prefix


def _runs(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", text[:TEXT_CHARS_MAX]).casefold()
    for match in _RUN.finditer(unicodedata.normalize("NFKC", folded)):
        yield match.group()


def _terms(run: str) -> Iterator[str]:
    if _IS_CJK.match(run):
        yield from run
        yield from _pairs(run)
        return
    yield run[:TOKEN_CHARS_MAX]
    pieces = re.split(r"[-_./:@+#']", run)
    for piece in pieces:
        yield piece[:TOKEN_CHARS_MAX]
        inner = _PIECE.findall(piece)
        if 1 < len(inner) <= 8:
            yield from (part[:TOKEN_CHARS_MAX] for part in inner)


def _pairs(run: str) -> Iterator[str]:
    return (run[index : index + 2] for index in range(len(run) - 1))
