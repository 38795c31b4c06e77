"""What the index holds, for those who keep it in step."""

from firstline.search.models import Entry


def indexed_ids(kind: str, after: int, last: int | None, *, limit: int = 100_000) -> set[int]:
    """The records of a kind that have a document, with ids above `after` and up to `last` (None: all)."""
    rows = Entry.objects.filter(kind=kind, object_id__gt=after).order_by("object_id")
    if last is not None:
        rows = rows.filter(object_id__lte=last)
    return set(rows.values_list("object_id", flat=True)[:limit])


def indexed_kinds() -> set[str]:
    """The kinds of which the index holds documents."""
    return set(Entry.objects.order_by().values_list("kind", flat=True).distinct())


def indexed_counts() -> dict[str, int]:
    """How many documents of each kind there are."""
    counts: dict[str, int] = {}
    for kind in sorted(indexed_kinds()):
        counts[kind] = Entry.objects.filter(kind=kind).count()
    return counts
