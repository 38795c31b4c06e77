"""The child of `evaluation`: a scratch database is made, filled and searched.

The environment names the scratch database; the folder holds set.json and receives rankings.json.
Nobody types this; people type `search eval`.
"""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from firstline.kit.actor import Actor
from firstline.search import queries
from firstline.search.actions import Document, count_terms, index_many
from firstline.search.judging import DEPTH

KIND = "judged"
JUDGE = Actor(kind="person", id=1, label="judge", organization_id=1, is_provider=True)
BATCH = 200
PROCESSES_MAX = 4
SHARE_MIN = 200


class Command(BaseCommand):
    help = "Answer the questions of a judged set on a scratch database; see `search eval`."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: object, folder: Path, **_options: Any) -> None:
        work = json.loads((folder / "set.json").read_text(encoding="utf-8"))
        rows: list[dict[str, str]] = work["documents"]
        _make_tables()
        _register(rows)
        _index(rows)
        rankings = _answers(work["queries"], rows, live=work["live"])
        (folder / "rankings.json").write_text(json.dumps(rankings), encoding="utf-8")


def _make_tables() -> None:
    """The tables of search and what they need; nothing is seeded."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("search"))


def _register(rows: list[dict[str, str]]) -> None:
    queries.register_source(
        queries.Source(
            kind=KIND,
            label=KIND,
            icon="file",
            documents=lambda numbers: _documents(rows, numbers),
            ids_after=lambda after, limit: range(after + 1, len(rows) + 1)[:limit],
            visible=lambda _actor, numbers: set(numbers),
            url=lambda _number, _actor: "",
            tokens=lambda _actor: ["provider"],
        )
    )


def _index(rows: list[dict[str, str]]) -> None:
    numbers = range(1, len(rows) + 1)
    for start in range(0, len(rows), BATCH):
        with transaction.atomic():
            index_many(_documents(rows, numbers[start : start + BATCH]))
    while count_terms():
        pass


def _documents(rows: list[dict[str, str]], numbers: Sequence[int]) -> Iterator[Document]:
    """Documents are numbered from 1, in the order of the file."""
    for number in numbers:
        row = rows[number - 1]
        yield Document(
            kind=KIND,
            object_id=number,
            organization_id=None,
            title=row["title"],
            text=row["text"],
            visibility=["provider"],
        )


def _answers(texts: list[str], rows: list[dict[str, str]], *, live: bool) -> list[list[str]]:
    """Every question's ranking; many are divided among forked children, each with its own connection."""
    count = min(PROCESSES_MAX, os.cpu_count() or 1, 1 + len(texts) // SHARE_MIN)
    if count == 1:
        return [_answer(rows, live, text) for text in texts]
    connections.close_all()
    with get_context("fork").Pool(count) as pool:
        return pool.map(partial(_answer, rows, live), texts, chunksize=1 + len(texts) // (count * 8))


def _answer(rows: list[dict[str, str]], live: bool, text: str) -> list[str]:
    found = queries.ranking(JUDGE, text, kinds=[KIND], limit=DEPTH, live=live)
    return [rows[number - 1]["id"] for _kind, number in found]
