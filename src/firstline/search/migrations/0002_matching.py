"""What matches: an FTS5 table kept in step by triggers, or a GIN index over a generated column."""

from django.db import migrations

SQLITE = [
    """CREATE VIRTUAL TABLE search_fts USING fts5(
        terms, content='search_searchdocument', content_rowid='id', detail='none', columnsize=0,
        prefix='2 3', tokenize = "ascii tokenchars '-_./:@+#=''' ")""",
    """CREATE TRIGGER search_document_added AFTER INSERT ON search_searchdocument
    BEGIN INSERT INTO search_fts (rowid, terms) VALUES (NEW.id, NEW.terms); END""",
    """CREATE TRIGGER search_document_removed AFTER DELETE ON search_searchdocument
    BEGIN INSERT INTO search_fts (search_fts, rowid, terms) VALUES ('delete', OLD.id, OLD.terms); END""",
    """CREATE TRIGGER search_document_changed AFTER UPDATE ON search_searchdocument
    WHEN OLD.terms <> NEW.terms OR OLD.id <> NEW.id
    BEGIN
      INSERT INTO search_fts (search_fts, rowid, terms) VALUES ('delete', OLD.id, OLD.terms);
      INSERT INTO search_fts (rowid, terms) VALUES (NEW.id, NEW.terms);
    END""",
]

POSTGRESQL = [
    """ALTER TABLE search_searchdocument ADD COLUMN vector tsvector
    GENERATED ALWAYS AS (array_to_tsvector(array_remove(string_to_array(terms, ' '), ''))) STORED""",
    "CREATE INDEX search_document_vector ON search_searchdocument USING gin (vector)",
]

SQLITE_BACK = ["DROP TABLE search_fts"] + [
    f"DROP TRIGGER search_document_{name}" for name in ("added", "removed", "changed")
]
POSTGRESQL_BACK = ["ALTER TABLE search_searchdocument DROP COLUMN vector"]


def forwards(apps, schema_editor):
    _run(schema_editor, POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def backwards(apps, schema_editor):
    _run(schema_editor, POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK)


def _run(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
