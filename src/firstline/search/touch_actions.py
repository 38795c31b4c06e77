"""Noting that records changed, so that the index follows."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from firstline.kit.rows import insert
from firstline.outbox import actions as outbox
from firstline.search.models import IndexChange

CATCH_UP = "search.catch_up"
FEW = 200
_STEP = 2000
_worker: list[Callable[[int], int]] = []


def touch(*, kind: str, object_ids: Iterable[int], is_bulk: bool = False) -> None:
    """Have the documents of these records made anew, in the caller's transaction (asserted).

    The worker does it within a second after the commit: it asks the kind's source for the
    documents, and removes those that the source no longer gives. Cheap (one insert). With
    `is_bulk`, for thousands at once, a child process does it.
    """
    if not note(kind=kind, object_ids=object_ids, is_bulk=is_bulk):
        return
    if is_bulk:
        # Where one waits already it will see these rows; where one is about to end, the next tick does.
        outbox.enqueue(CATCH_UP, {}, dedupe=f"{CATCH_UP}@now")
    else:
        outbox.wake()


def note(*, kind: str, object_ids: Iterable[int], is_bulk: bool) -> int:
    """`touch` for who does the work, too: nobody is woken for it; how many records."""
    if not connection.in_atomic_block:
        raise RuntimeError("changes are noted inside the transaction of the change")
    rows = [IndexChange(kind=kind, object_id=pk, is_bulk=is_bulk) for pk in dict.fromkeys(object_ids)]
    if rows:
        insert(rows)
    return len(rows)


def touch_all(kind: str, rows: QuerySet[Any]) -> int:
    """`touch` for every row of a query, in transactions of its own of at most 2,000; how many.

    Few go the short way, thousands to the child. May be repeated.
    """
    ordered = rows.order_by("pk").values_list("pk", flat=True).distinct()
    ids = list(ordered[:_STEP])
    count, is_bulk = 0, len(ids) > FEW
    while ids:
        with transaction.atomic(durable=True):
            touch(kind=kind, object_ids=ids, is_bulk=is_bulk)
        count += len(ids)
        ids = list(ordered.filter(pk__gt=ids[-1])[:_STEP])
    return count


def register_worker(work_off: Callable[[int], int]) -> None:
    """What `catch_up` calls; it lies above the actions that it needs itself."""
    _worker[:] = [work_off]


def catch_up(limit: int = 500) -> int:
    """Work off some of the changes that were noted with `is_bulk`, in short transactions; how many.

    For programs that bring in thousands (an import): the service's own child would do it later.
    """
    return sum(work_off(limit) for work_off in _worker)
