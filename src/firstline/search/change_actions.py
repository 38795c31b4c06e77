"""Making documents anew for what changed: the same steps for a single change and for a whole rebuild.

Nothing is lost and nothing old wins: a change leaves its row in the transaction that makes it. Whoever
works on a record takes all its rows before reading it, and writes the document only where all of them are
still there afterwards; had somebody else read it later, they would have removed them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q

from firstline.kit import clock
from firstline.search.actions import remove, write_rows
from firstline.search.models import IndexChange
from firstline.search.rows import Row, row_of
from firstline.search.sources import source_of

log = structlog.get_logger(__name__)

BATCH = 50
_WRITE_BATCH = 20
_RETRY_BASE = timedelta(seconds=5)
_RETRY_MAX = timedelta(hours=6)

Key = tuple[str, int]


def work_off(limit: int = BATCH, *, is_bulk: bool = False, write_batch: int = _WRITE_BATCH) -> int:
    """Bring the index up to date with the oldest changes; how many records were done.

    A record whose document cannot be made is tried again later, less and less often, and does
    not hold up the others.
    """
    now = clock.now()
    waiting = IndexChange.objects.filter(is_bulk=is_bulk).filter(Q(retry_at=None) | Q(retry_at__lte=now))
    keys = list(dict.fromkeys(waiting.order_by("id").values_list("kind", "object_id")[:limit]))
    for kind, ids in _by_kind(keys).items():
        try:
            bring_up_to_date(kind, ids, write_batch=write_batch)
        except Exception:  # noqa: BLE001 -- one hostile record must not stop the index; each alone tells which
            _one_by_one(kind, ids)
    return len(keys)


def waiting_count(*, is_bulk: bool) -> int:
    """How many changes wait for the index."""
    return IndexChange.objects.filter(is_bulk=is_bulk).count()


def bring_up_to_date(kind: str, ids: Sequence[int], *, write_batch: int = _WRITE_BATCH) -> int:
    """Make the documents of these records anew and write them in short transactions; how many exist.

    Records without a row of their own in `IndexChange` are left alone.
    """
    noted = waiting_of(kind, ids)
    source = source_of(kind)
    # Analysed before the transaction, so that the lock of the only writer is held briefly.
    made = source.documents(sorted(noted)) if source and noted else ()
    return write_made(kind, noted, [row_of(each) for each in made], write_batch=write_batch)


def waiting_of(kind: str, ids: Sequence[int]) -> dict[int, set[int]]:
    """The notes of these records, by record: to be asked for before the documents are made."""
    noted: dict[int, set[int]] = defaultdict(set)
    rows = IndexChange.objects.filter(kind=kind, object_id__in=ids)
    for pk, object_id in rows.values_list("pk", "object_id"):
        noted[object_id].add(pk)
    return noted


def write_made(
    kind: str, noted: Mapping[int, set[int]], made: Sequence[Row], *, write_batch: int = _WRITE_BATCH
) -> int:
    """Write documents that were made after `waiting_of`, in short transactions; how many exist.

    Noted records for which none was made go from the index.
    """
    found = {row.object_id: row for row in made}
    ordered = sorted(noted)
    for start in range(0, len(ordered), write_batch):
        part = ordered[start : start + write_batch]
        _write(kind, {pk: noted[pk] for pk in part}, found)
    return len(found)


def _write(kind: str, rows: Mapping[int, set[int]], found: Mapping[int, Row]) -> None:
    """One short transaction: take the rows away, and write what nobody else has written since."""
    with transaction.atomic(durable=True):
        wanted = [pk for each in rows.values() for pk in each]
        standing = set(
            IndexChange.objects.select_for_update()
            .filter(pk__in=wanted)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        mine = [object_id for object_id, each in rows.items() if each <= standing]
        IndexChange.objects.filter(pk__in=standing).delete()
        write_rows([found[object_id] for object_id in mine if object_id in found])
        remove(kind=kind, object_ids=[object_id for object_id in mine if object_id not in found])


def _one_by_one(kind: str, ids: Iterable[int]) -> None:
    for object_id in ids:
        try:
            bring_up_to_date(kind, [object_id])
        except Exception:  # the worker outlives any record
            log.exception("index_failed", kind=kind, object_id=object_id)
            _put_off(kind, object_id)


def _put_off(kind: str, object_id: int) -> None:
    with transaction.atomic(durable=True):
        rows = IndexChange.objects.filter(kind=kind, object_id=object_id)
        attempts = max(rows.values_list("attempts", flat=True), default=0)
        wait = min(_RETRY_MAX, _RETRY_BASE * 4 ** min(attempts, 8))
        rows.update(attempts=F("attempts") + 1, retry_at=clock.now() + wait)


def _by_kind(keys: Iterable[Key]) -> dict[str, list[int]]:
    kinds: dict[str, list[int]] = defaultdict(list)
    for kind, object_id in keys:
        kinds[kind].append(object_id)
    return kinds
