"""Rows of the plain index stay findable by their words until a job has made them anew.

Notes were documents of their own there; they are part of their ticket now and come back with it.
"""

from collections import Counter

from django.db import migrations

_BATCH = 500


def keep_rows(apps, schema_editor):
    old = apps.get_model("search", "SearchDocument")
    entry, text = apps.get_model("search", "Entry"), apps.get_model("search", "EntryText")
    tally = apps.get_model("search", "Tally")
    after = 0
    while rows := list(old.objects.filter(pk__gt=after).order_by("pk")[:_BATCH]):
        after = rows[-1].pk
        kept = [row for row in rows if row.kind != "ticket_note"]
        entry.objects.bulk_create(
            entry(
                id=row.pk, kind=row.kind, object_id=row.object_id, organization_id=row.organization_id,
                version=row.version, title=row.title,
            )
            for row in kept
        )  # fmt: skip
        text.objects.bulk_create(
            text(entry_id=row.pk, text=row.excerpt, terms=_terms(row.kind, row.terms)) for row in kept
        )
        # Their words are counted, so that what replaces them counts right.
        words = Counter(term for row in kept for term in row.terms.split(" ") if term and term[0] != "=")
        for kind in {row.kind for row in kept}:
            tally.objects.create(kind=kind, documents=sum(row.kind == kind for row in kept))
        tally.objects.create(kind="", added=" ".join(f"{count}*{term}" for term, count in words.items()))
    if after and schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('search_entry', 'id'), %s)", [after])


def _terms(kind, terms):
    """Visibility terms belong to their kind now."""
    return " ".join(
        f"={kind}/{term[1:]}" if term.startswith("=") and not term.startswith("==") else term
        for term in terms.split(" ")
    )


class Migration(migrations.Migration):
    dependencies = [("search", "0004_engine")]
    operations = [
        migrations.RunPython(keep_rows, migrations.RunPython.noop),
        migrations.DeleteModel(name="SearchDocument"),
    ]
