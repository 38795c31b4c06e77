"""The packed form in which the ranker reads a document: 8 bytes for each of its scored terms.

A term's id (a hash, so that writing needs no dictionary), how often it occurs in title and
identifiers, in the text, and in the restricted text.
"""

from collections.abc import Mapping
from zlib import crc32

COUNT_MAX = 255
_COUNTS = [bytes([count]) for count in range(COUNT_MAX + 1)]
_IN_TEXT = [bytes([0, count, 0, 0]) for count in range(COUNT_MAX + 1)]
_ids: dict[str, bytes] = {}
_IDS_MAX = 10_000


def term_id(term: str) -> int:
    """A stable number for a term."""
    return crc32(term.encode())


def pack(title: Mapping[str, int], text: Mapping[str, int], restricted: Mapping[str, int]) -> bytes:
    """The vector of a document."""
    special = {**title, **restricted}
    parts: list[bytes] = []
    for term, count in text.items():
        if term not in special:
            parts += (_id(term), _IN_TEXT[min(count, COUNT_MAX)])
    for term in special:
        counts = (title.get(term, 0), text.get(term, 0), restricted.get(term, 0))
        parts += (_id(term), *(_COUNTS[min(count, COUNT_MAX)] for count in counts), b"\0")
    return b"".join(parts)


def _id(term: str) -> bytes:
    known = _ids.get(term)
    if known is None:
        if len(_ids) >= _IDS_MAX:
            _ids.clear()
        known = _ids[term] = crc32(term.encode()).to_bytes(4, "little")
    return known
