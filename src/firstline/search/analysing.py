"""Children that read and analyse documents for a rebuild, while the process that asks them writes.

Nothing imported here needs Django's models: `_begin` loads them in the child.
"""

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor

import django
from django.conf import settings

from firstline.search.analysis import remember
from firstline.search.rows import Row, row_of
from firstline.search.sources import source_of

CHILDREN_MAX = 2
NICE = 10
_WORDS_REMEMBERED = 50_000
_PR_SET_PDEATHSIG = 1


class Analysers:
    """At most two children; each holds one batch at a time, and ends with the process that started it."""

    def __init__(self, database: str) -> None:
        count = min(CHILDREN_MAX, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
        self._pool = ProcessPoolExecutor(
            count, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(database,)
        )

    def ask(self, kind: str, ids: Sequence[int]) -> Future[list[Row]] | None:
        """The rows of the documents that exist among these records, later; None where the children died."""
        try:
            return self._pool.submit(_analysed, kind, list(ids))
        except BrokenExecutor:
            return None

    def close(self) -> None:
        """End the children; what was asked and is not under way is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def follow_parent() -> None:
    """Low priority, and an end with whoever started this (Linux tells a child that its parent died)."""
    os.nice(max(0, NICE - os.nice(0)))
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    except (OSError, AttributeError):  # Another system: it goes on to its end.
        return


def _begin(database: str) -> None:
    follow_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asks stops the children
    django.setup()
    settings.DATABASES["default"]["NAME"] = database
    remember(_WORDS_REMEMBERED)


def _analysed(kind: str, ids: list[int]) -> list[Row]:
    source = source_of(kind)
    if source is None:
        raise LookupError(kind)  # never: then everything of the kind would go
    return [row_of(each) for each in source.documents(ids)] if ids else []
