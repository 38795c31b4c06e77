"""Beginnings of two to eight characters are kept as lists on SQLite: a frequent one is then read, not merged."""

from django.db import migrations

SQLITE = [
    "DROP TABLE search_fts",
    """CREATE VIRTUAL TABLE search_fts USING fts5(
        terms, content='search_entrytext', content_rowid='entry_id', detail='none', columnsize=0,
        prefix='2 3 4 5 6 7 8', tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_`{|}~'''")""",
    "INSERT INTO search_fts (search_fts) VALUES ('rebuild')",
]


def keep_beginnings(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        with schema_editor.connection.cursor() as cursor:
            for statement in SQLITE:
                cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0008_judged_runs")]
    operations = [migrations.RunPython(keep_beginnings, migrations.RunPython.noop)]
