"""The engine's tables, and over them what matches: an FTS5 table kept in step by triggers, or a GIN index."""

import django.db.models.deletion
from django.db import migrations, models

DROP_OLD_SQLITE = ["DROP TABLE search_fts"] + [
    f"DROP TRIGGER search_document_{name}" for name in ("added", "removed", "changed")
]

SQLITE = [
    """CREATE VIRTUAL TABLE search_fts USING fts5(
        terms, content='search_entrytext', content_rowid='entry_id', detail='none', columnsize=0,
        prefix='2 3', tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_`{|}~'''")""",
    """CREATE TRIGGER search_text_added AFTER INSERT ON search_entrytext
    BEGIN INSERT INTO search_fts (rowid, terms) VALUES (NEW.entry_id, NEW.terms); END""",
    """CREATE TRIGGER search_text_removed AFTER DELETE ON search_entrytext
    BEGIN INSERT INTO search_fts (search_fts, rowid, terms) VALUES ('delete', OLD.entry_id, OLD.terms); END""",
    """CREATE TRIGGER search_text_changed AFTER UPDATE ON search_entrytext
    WHEN OLD.terms <> NEW.terms OR OLD.entry_id <> NEW.entry_id
    BEGIN
      INSERT INTO search_fts (search_fts, rowid, terms) VALUES ('delete', OLD.entry_id, OLD.terms);
      INSERT INTO search_fts (rowid, terms) VALUES (NEW.entry_id, NEW.terms);
    END""",
]

POSTGRESQL = [
    # Terms become lexemes as they are; PostgreSQL's own parser never sees them.
    """ALTER TABLE search_entrytext ADD COLUMN vector tsvector
    GENERATED ALWAYS AS (array_to_tsvector(array_remove(string_to_array(terms, ' '), ''))) STORED""",
    "CREATE INDEX search_text_vector ON search_entrytext USING gin (vector)",
    # Prefixes are looked up in the order of code points, whatever the database's collation.
    'CREATE INDEX search_term_prefix ON search_term (text COLLATE "C")',
]


def drop_old(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        _run(schema_editor, DROP_OLD_SQLITE)


def create_matching(apps, schema_editor):
    _run(schema_editor, POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def _run(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0003_changes'),
    ]

    operations = [
        migrations.RunPython(drop_old, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=30)),
                ('object_id', models.BigIntegerField()),
                ('organization_id', models.BigIntegerField(null=True)),
                ('changed_at', models.BigIntegerField(default=0)),
                ('version', models.PositiveSmallIntegerField()),
                ('title_length', models.PositiveIntegerField(default=0)),
                ('length', models.PositiveIntegerField(default=0)),
                ('restricted_length', models.PositiveIntegerField(default=0)),
                ('restricted', models.TextField(blank=True)),
                ('vector', models.BinaryField(default=b'')),
                ('title', models.CharField(max_length=300)),
                ('fields', models.TextField(default='{}')),
            ],
        ),
        migrations.CreateModel(
            name='KindTotal',
            fields=[
                ('kind', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('documents', models.BigIntegerField(default=0)),
                ('title_length', models.BigIntegerField(default=0)),
                ('length', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Synonym',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('expressions', models.TextField()),
                ('is_active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=30)),
                ('added', models.TextField(blank=True)),
                ('removed', models.TextField(blank=True)),
                ('documents', models.IntegerField(default=0)),
                ('title_length', models.IntegerField(default=0)),
                ('length', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('text', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('documents', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='EntryText',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='search.entry')),
                ('text', models.TextField(blank=True)),
                ('restricted_text', models.TextField(blank=True)),
                ('terms', models.TextField()),
            ],
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['version', 'kind', 'object_id'], name='search_entry_version'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('kind', 'object_id'), name='search_entry_once'),
        ),
        migrations.RunPython(create_matching, migrations.RunPython.noop),
    ]
