"""Noting that records changed, so that the index follows."""

from collections.abc import Iterable

from django.db import connection

from firstline.outbox import actions as outbox
from firstline.search.models import IndexChange


def touch(*, kind: str, object_ids: Iterable[int], is_bulk: bool = False) -> None:
    """Have the documents of these records made anew, in the caller's transaction (asserted).

    The worker does it within a second after the commit: it asks the kind's source for the
    documents, and removes those that the source no longer gives. Cheap (one insert). With
    `is_bulk`, for thousands at once, a child process does it (`search.catch_up`).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("changes are noted inside the transaction of the change")
    rows = [IndexChange(kind=kind, object_id=pk, is_bulk=is_bulk) for pk in dict.fromkeys(object_ids)]
    if not rows:
        return
    IndexChange.objects.bulk_create(rows, batch_size=500)
    if not is_bulk:
        outbox.wake()
