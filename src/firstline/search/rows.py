"""A document as the rows that stand for it in the index."""

import json
from collections import Counter
from dataclasses import dataclass

from firstline.kit.text import clean, clean_line
from firstline.search.analysis import VERSION, Analysis, analyse
from firstline.search.documents import Document
from firstline.search.terms import RESTRICTED, special_terms
from firstline.search.vectors import pack

TITLE_CHARS_MAX = 300
LENGTH_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """One document, analysed; `words` are what the dictionary counts."""

    kind: str
    object_id: int
    organization_id: int | None
    changed_at: int
    version: int
    title_length: int
    length: int
    restricted_length: int
    restricted: str
    vector: bytes
    title: str
    fields: str
    text: str
    restricted_text: str
    terms: str
    words: frozenset[str]


def row_of(document: Document) -> Row:
    """The row of a document; raises ValueError for a token or kind that could not be stored."""
    title, text = clean_line(document.title, TITLE_CHARS_MAX), clean(document.text)
    hidden = clean(document.restricted_text)
    heading = analyse(title)
    called = analyse("\n".join([*document.identifiers, *document.names]))
    body, notes = analyse(text), analyse(hidden)
    words = _words(heading, called, body)
    inner = {f"{RESTRICTED}{term}" for term in _words(notes) - words}
    terms = sorted(words | inner | special_terms(document))
    return Row(
        kind=document.kind,
        object_id=document.object_id,
        organization_id=document.organization_id,
        changed_at=int(document.changed_at.timestamp()) if document.changed_at else 0,
        version=VERSION,
        title_length=heading.length,
        length=body.length,
        restricted_length=notes.length,
        restricted=" ".join(sorted(document.restricted_visibility)) if hidden else "",
        vector=pack(_either(heading.scored, called.scored), body.scored, notes.scored),
        title=title,
        fields=json.dumps(
            {name: list(values) for name, values in document.fields.items()}, ensure_ascii=False
        ),
        text=text,
        restricted_text=hidden,
        terms=" ".join(term for term in terms if term),
        words=frozenset(words),
    )


def _words(*parts: Analysis) -> set[str]:
    found: set[str] = set()
    for part in parts:
        found.update(part.scored)
        found |= part.extra
    return found


def _either(heading: Counter[str], called: Counter[str]) -> Counter[str]:
    """The title's counts; an identifier or name counts once more, however often it is given."""
    counts = Counter(heading)
    counts.update(called.keys())
    return counts
