"""Terms that are not words: who may see a document, its kind and fields, and ways of typing it.

No analysed term begins with one of these signs, so nothing that people type can mean them.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

from firstline.search.analysis import joined, normalise
from firstline.search.documents import Document
from firstline.search.pinyin import spellings

SEEN_BY, KIND, FIELD, RESTRICTED, PINYIN, INITIALS, TAIL = "=", "==", "=:", "~", "|", "^", "<"
SPECIAL = (SEEN_BY, RESTRICTED, PINYIN, INITIALS, TAIL)
VALUE_CHARS_MAX = 100
TAIL_CHARS_MIN = 3
TAIL_CHARS_MAX = 40
_NAME = re.compile(r"[a-z0-9_:.-]{1,60}")


def kind_term(kind: str) -> str:
    """How a kind stands among the terms."""
    if not _NAME.fullmatch(kind):
        raise ValueError(f"{kind!r} cannot be a kind")
    return f"{KIND}{kind}"


def visibility_term(kind: str, token: str) -> str:
    """How a visibility token of a kind's documents stands among the terms."""
    if not _NAME.fullmatch(token) or not _NAME.fullmatch(kind):
        raise ValueError(f"{token!r} of {kind!r} cannot be a visibility token")
    return f"{SEEN_BY}{kind}/{token}"


def restricted_term(kind: str, token: str) -> str:
    """The same for who may find a document by its restricted text."""
    return f"{RESTRICTED}{visibility_term(kind, token)}"


def field_term(name: str, value: str) -> str:
    """How a field's value stands among the terms, whatever signs it holds."""
    plain = " ".join(normalise(value).split())[:VALUE_CHARS_MAX]
    return f"{FIELD}{name}:{quote(plain, safe='')}"


def spelled_terms(title: str, names: Iterable[str]) -> set[str]:
    """Pinyin and initials of a title and of names."""
    found: set[str] = set()
    for text, is_name in [(title, False), *((name, True) for name in names)]:
        if not text.isascii():
            for full, initials in spellings(normalise(text), is_name=is_name):
                found.add(f"{PINYIN}{full}")
                if len(initials) > 1:
                    found.add(f"{INITIALS}{initials}")
    return found


def tail_terms(identifiers: Iterable[str]) -> set[str]:
    """The ends of identifiers, so that they are found by a part from anywhere in them."""
    found: set[str] = set()
    for identifier in identifiers:
        plain = normalise(identifier)[:TAIL_CHARS_MAX]
        for form in {"".join(plain.split()), joined("".join(plain.split()))}:
            found.update(f"{TAIL}{form[start:]}" for start in range(len(form) - TAIL_CHARS_MIN + 1))
    return found


def special_terms(document: Document) -> set[str]:
    """All terms of a document that are not words of it."""
    kind = document.kind
    found = {kind_term(kind)}
    found.update(visibility_term(kind, token) for token in document.visibility)
    if document.restricted_text:
        found.update(restricted_term(kind, token) for token in document.restricted_visibility)
    for name, values in document.fields.items():
        found.update(field_term(name, value) for value in values)
    found |= spelled_terms(document.title, document.names)
    found |= tail_terms(document.identifiers)
    return found


def countable(terms: str) -> set[str]:
    """The words among the stored terms of a document: what the dictionary counts."""
    return {term for term in terms.split(" ") if term and not term.startswith(SPECIAL)}
