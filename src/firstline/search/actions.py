"""Writing the index: what is found, under which words, by whom."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection

from firstline.outbox.actions import transaction
from firstline.search import counting
from firstline.search.documents import Document
from firstline.search.models import Entry, EntryText, Tally
from firstline.search.rows import Row, row_of
from firstline.search.synonym_actions import delete_synonym, save_synonym
from firstline.search.terms import countable
from firstline.search.touch_actions import catch_up, touch, touch_all

__all__ = [
    "Document",
    "catch_up",
    "count_terms",
    "delete_synonym",
    "index",
    "index_many",
    "remove",
    "save_synonym",
    "touch",
    "touch_all",
]

_BATCH = 200
_ENTRY = (
    "kind",
    "object_id",
    "organization_id",
    "changed_at",
    "version",
    "title_length",
    "length",
    "restricted_length",
    "restricted",
    "vector",
    "title",
    "fields",
)
_TEXT = ("text", "restricted_text", "terms")


def index(
    *,
    kind: str,
    object_id: int,
    organization_id: int | None,
    title: str,
    text: str,
    visibility: Sequence[str],
    restricted_text: str = "",
    restricted_visibility: Sequence[str] = (),
    identifiers: Sequence[str] = (),
    names: Sequence[str] = (),
    fields: Mapping[str, Sequence[str]] | None = None,
    changed_at: datetime | None = None,
) -> None:
    """Make a record findable, or change how, in the caller's transaction (asserted); see `Document`."""
    index_many(
        [
            Document(
                kind=kind,
                object_id=object_id,
                organization_id=organization_id,
                title=title,
                text=text,
                visibility=visibility,
                restricted_text=restricted_text,
                restricted_visibility=restricted_visibility,
                identifiers=identifiers,
                names=names,
                fields=fields or {},
                changed_at=changed_at,
            )
        ]
    )


def index_many(documents: Iterable[Document]) -> None:
    """`index` for many records with few statements; later ones count as newer.

    A changed one keeps its age.
    """
    _assert_atomic()
    for batch in _batches(documents):
        write_rows([row_of(document) for document in batch])


def write_rows(analysed: Iterable[Row]) -> None:
    """`index_many` for documents that were analysed before the transaction (`rows.row_of`)."""
    _assert_atomic()
    rows = {(row.kind, row.object_id): row for row in analysed}
    for kind in dict.fromkeys(kind for kind, _ in rows):
        _write(kind, [row for row in rows.values() if row.kind == kind])


def remove(*, kind: str, object_ids: Iterable[int]) -> None:
    """Make records unfindable, in the caller's transaction (asserted)."""
    _assert_atomic()
    wanted = list(object_ids)
    for start in range(0, len(wanted), _BATCH):
        entries = Entry.objects.filter(kind=kind, object_id__in=wanted[start : start + _BATCH])
        known = _known(kind, wanted[start : start + _BATCH])
        if known:
            _tally(kind, [], known)
            EntryText.objects.filter(entry__in=[row["id"] for row in known.values()]).delete()
            entries.filter(pk__in=[row["id"] for row in known.values()]).delete()


def count_terms(limit: int = 40) -> bool:
    """Add up tallies into the dictionary, in a transaction of its own; whether more are waiting."""
    with transaction():
        return counting.add_up(limit)


def _write(kind: str, rows: list[Row]) -> None:
    known = _known(kind, [row.object_id for row in rows])
    ids: dict[int, int] = {object_id: row["id"] for object_id, row in known.items()}
    with connection.cursor() as cursor:
        if known:
            changed = ", ".join(f"{name} = %s" for name in _ENTRY)
            cursor.executemany(
                f"UPDATE search_entry SET {changed} WHERE id = %s",  # noqa: S608 - names only
                [(*_values(row, _ENTRY), ids[row.object_id]) for row in rows if row.object_id in ids],
            )
        fresh = [row for row in rows if row.object_id not in ids]
        if fresh:
            names, places = ", ".join(_ENTRY), ", ".join(["%s"] * len(_ENTRY))
            # Two transactions may meet the same record for the first time: the later one's words count.
            cursor.executemany(
                f"INSERT INTO search_entry ({names}) VALUES ({places})"  # noqa: S608 - names only
                " ON CONFLICT (kind, object_id) DO UPDATE"
                " SET vector = excluded.vector, title = excluded.title",
                [_values(row, _ENTRY) for row in fresh],
            )
            new_ids = Entry.objects.filter(kind=kind, object_id__in=[row.object_id for row in fresh])
            ids.update(new_ids.values_list("object_id", "id"))
        cursor.executemany(
            "INSERT INTO search_entrytext (entry_id, text, restricted_text, terms) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (entry_id) DO UPDATE SET text = excluded.text,"
            " restricted_text = excluded.restricted_text, terms = excluded.terms",
            [(ids[row.object_id], *_values(row, _TEXT)) for row in rows],
        )
    _tally(kind, rows, known)


def _known(kind: str, object_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What the index holds of some records, locked until the transaction ends."""
    entries = Entry.objects.filter(kind=kind, object_id__in=object_ids).order_by("id").select_for_update()
    rows = list(entries.values("id", "object_id", "title_length", "length"))
    terms = dict(
        EntryText.objects.filter(entry__in=[row["id"] for row in rows]).values_list("entry_id", "terms")
    )
    return {row["object_id"]: {**row, "terms": terms.get(row["id"], "")} for row in rows}


def _tally(kind: str, rows: list[Row], known: Mapping[int, Mapping[str, Any]]) -> None:
    """Note what the dictionary gains and loses: words as often as documents hold them."""
    added: list[str] = []
    removed: list[str] = []
    for row in rows:
        old = countable(known[row.object_id]["terms"]) if row.object_id in known else set()
        added += row.words - old
        removed += old - row.words
    kept = {row.object_id for row in rows}
    for object_id, before in known.items():
        if object_id not in kept:
            removed += countable(before["terms"])
    Tally.objects.create(
        kind=kind,
        added=counting.in_words(added),
        removed=counting.in_words(removed),
        documents=sum(row.object_id not in known for row in rows) - sum(key not in kept for key in known),
        title_length=sum(row.title_length for row in rows)
        - sum(row["title_length"] for row in known.values()),
        length=sum(row.length for row in rows) - sum(row["length"] for row in known.values()),
    )


def _values(row: Row, names: Iterable[str]) -> list[Any]:
    return [getattr(row, name) for name in names]


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    rest = iter(documents)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _assert_atomic() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the index is written inside the transaction of the change")
