"""Adding up what changes of the index mean for the dictionary."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db import connection

from firstline.search.models import KindTotal, Tally

_LOCK = 0x5EA2C4


def add_up(limit: int) -> bool:
    """Fold the oldest tallies into `Term` and `KindTotal`, in the caller's transaction.

    True when more are waiting. Whoever comes second on PostgreSQL leaves the work to the first.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return False
        tallies = list(Tally.objects.order_by("id")[: limit + 1])
        folded = tallies[:limit]
        if not folded:
            return False
        terms: Counter[str] = Counter()
        totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for tally in folded:
            terms.update(_counted(tally.added))
            terms.subtract(_counted(tally.removed))
            totals[tally.kind].update(
                documents=tally.documents, title_length=tally.title_length, length=tally.length
            )
        changed = sorted(terms.items())
        cursor.executemany(
            "INSERT INTO search_term (text, documents) VALUES (%s, %s)"
            " ON CONFLICT (text) DO UPDATE SET documents = search_term.documents + excluded.documents",
            [pair for pair in changed if pair[1] > 0],
        )
        fewer = [(-count, term) for term, count in changed if count < 0]
        cursor.executemany(
            "UPDATE search_term SET documents = documents - %s WHERE text = %s AND documents > %s",
            [(count, term, count) for count, term in fewer],
        )
        cursor.executemany(
            "DELETE FROM search_term WHERE text = %s AND documents <= %s",
            [(term, count) for count, term in fewer],
        )
        for kind, sums in sorted(totals.items()):
            cursor.execute(
                "INSERT INTO search_kindtotal (kind, documents, title_length, length) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (kind) DO UPDATE"
                " SET documents = search_kindtotal.documents + excluded.documents,"
                " title_length = search_kindtotal.title_length + excluded.title_length,"
                " length = search_kindtotal.length + excluded.length",
                [kind, sums["documents"], sums["title_length"], sums["length"]],
            )
        # Not "all up to the last": one with a lower id may be committed only now.
        cursor.executemany("DELETE FROM search_tally WHERE id = %s", [(tally.id,) for tally in folded])
    return len(tallies) > limit


def in_words(terms: Iterable[str]) -> str:
    """How a tally keeps words, with the number of documents where it is not one."""
    return " ".join(f"{n}*{term}" if n > 1 else term for term, n in Counter(terms).items())


def _counted(kept: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for item in filter(None, kept.split(" ")):
        number, star, term = item.partition("*")  # no term holds a star
        if star:
            counts[term] += int(number)
        else:
            counts[item] += 1
    return counts


def totals() -> dict[str, KindTotal]:
    """The sums of each kind."""
    return {row.kind: row for row in KindTotal.objects.all()}
