"""Judged sets: documents and questions from JSON lines, and how good a ranking of them is."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firstline.kit.errors import InvalidInput

DEPTH = 100
MEASURES = ("map", "mrr", "recall@5", "ndcg@10", "hit@1", "hit@5", "hit@10")


@dataclass(frozen=True, slots=True)
class JudgedDocument:
    """Something to be found."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """What somebody types, the ids of what answers it, and ids that do not count at all."""

    text: str
    relevant: frozenset[str]
    exclude: frozenset[str] = frozenset()


def read_documents(path: Path) -> list[JudgedDocument]:
    """The documents of a file of JSON lines with `id`, `title` and `text`.

    Raises `InvalidInput` naming file and line for anything else, an id twice, or none at all.
    """
    found: dict[str, JudgedDocument] = {}
    for place, row in _rows(path):
        document = JudgedDocument(
            _id(row.get("id"), place), _text(row, "title", place), _text(row, "text", place)
        )
        if document.id in found:
            raise InvalidInput("judged_id_twice", **place, id=document.id)
        found[document.id] = document
    if not found:
        raise InvalidInput("judged_file_empty", file=path.name)
    return list(found.values())


def read_queries(path: Path) -> list[JudgedQuery]:
    """The questions of a file of JSON lines with `text`, `relevant` (ids) and maybe `exclude` (ids).

    Raises `InvalidInput` naming file and line for anything else, or when nothing is relevant.
    """
    queries = [
        JudgedQuery(_text(row, "text", place), _ids(row, "relevant", place), _ids(row, "exclude", place))
        for place, row in _rows(path)
    ]
    if not queries:
        raise InvalidInput("judged_file_empty", file=path.name)
    if not any(query.relevant - query.exclude for query in queries):
        raise InvalidInput("judged_nothing_relevant", file=path.name)
    return queries


def measure(queries: Sequence[JudgedQuery], rankings: Sequence[Sequence[str]]) -> dict[str, float]:
    """The means of all `MEASURES` over the questions that have an answer, from 0 to 1.

    A relevant document that was not found counts as missed; excluded ones are taken out of the
    ranking first. With binary relevance; ranks below `DEPTH` do not count.
    """
    rows = [
        of_ranking(query, ranking)
        for query, ranking in zip(queries, rankings, strict=True)
        if query.relevant - query.exclude
    ]
    return {name: sum(row[name] for row in rows) / len(rows) for name in MEASURES}


def of_ranking(query: JudgedQuery, ranking: Sequence[str]) -> dict[str, float]:
    """The measures of one question."""
    wanted = query.relevant - query.exclude
    ranks = [
        rank
        for rank, found in enumerate((one for one in ranking if one not in query.exclude), start=1)
        if found in wanted and rank <= DEPTH
    ]
    gain = sum(1 / math.log2(rank + 1) for rank in ranks if rank <= 10)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(wanted), 10) + 1))
    first = ranks[0] if ranks else math.inf
    return {
        "map": sum(place / rank for place, rank in enumerate(ranks, start=1)) / len(wanted),
        "mrr": 1 / first,
        "recall@5": sum(rank <= 5 for rank in ranks) / len(wanted),
        "ndcg@10": gain / best,
        "hit@1": float(first <= 1),
        "hit@5": float(first <= 5),
        "hit@10": float(first <= 10),
    }


def _rows(path: Path) -> Iterator[tuple[dict[str, Any], Mapping[str, Any]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput("judged_file_unreadable", file=path.name, reason=error.strerror or "") from error
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        place: dict[str, Any] = {"file": path.name, "line": number}
        try:
            row = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise InvalidInput("judged_line_unreadable", **place) from error
        if not isinstance(row, dict):
            raise InvalidInput("judged_line_unreadable", **place)
        yield place, row


def _text(row: Mapping[str, Any], name: str, place: dict[str, Any]) -> str:
    value = row.get(name, "" if name == "title" else None)
    if not isinstance(value, str):
        raise InvalidInput("judged_text_missing", **place, name=name)
    return value


def _ids(row: Mapping[str, Any], name: str, place: dict[str, Any]) -> frozenset[str]:
    values = row.get(name, [] if name == "exclude" else None)
    if not isinstance(values, list):
        raise InvalidInput("judged_ids_missing", **place, name=name)
    return frozenset(_id(value, place) for value in values)


def _id(value: object, place: dict[str, Any]) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise InvalidInput("judged_id_missing", **place)
    return str(value)
