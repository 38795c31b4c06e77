"""The packed form in which the ranker reads a document: 8 bytes for each of its scored terms.

A term's id (a hash, so that writing needs no dictionary), how often it occurs in title and
identifiers, in the text, and in the restricted text.
"""

import struct
from collections import Counter
from collections.abc import Mapping
from zlib import crc32

COUNT_MAX = 255


def term_id(term: str) -> int:
    """A stable number for a term."""
    return crc32(term.encode())


def pack(title: Mapping[str, int], text: Mapping[str, int], restricted: Mapping[str, int]) -> bytes:
    """The vector of a document, in ascending order of ids."""
    merged: dict[int, tuple[int, int, int]] = {}
    for term in {**title, **text, **restricted}:
        counts = (title.get(term, 0), text.get(term, 0), restricted.get(term, 0))
        merged[crc32(term.encode())] = counts
    flat = [
        number
        for key in sorted(merged)
        for number in (key, *(min(count, COUNT_MAX) for count in merged[key]))
    ]
    return struct.pack("<" + "IBBBx" * len(merged), *flat)


def counts_of(vector: bytes) -> Counter[int]:
    """The ids of a vector with how often they occur where everybody may read."""
    return Counter({key: title + text for key, title, text, _ in struct.iter_unpack("<IBBBx", vector)})
