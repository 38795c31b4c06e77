"""The index: what is matched and ranked, apart from the texts, and what words there are.

The matching structures over `EntryText.terms` are made by the migrations.
"""

from django.db import models

from firstline.audit.enums import Trigger
from firstline.search.enums import JudgedState, RebuildState

# SQLite keeps its FTS table in step by triggers; PostgreSQL has a generated column.
TRIGGERS = [
    Trigger("search_text_added", "search_entrytext", only="sqlite"),
    Trigger("search_text_changed", "search_entrytext", only="sqlite"),
    Trigger("search_text_removed", "search_entrytext", only="sqlite"),
]


class Entry(models.Model):
    """One document as the ranker reads it; ids rise with age, so the newest has the highest.

    Thousands are read for one search, so everything long is in `EntryText`.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    organization_id = models.BigIntegerField(null=True)
    changed_at = models.BigIntegerField(default=0)  # seconds of the epoch
    version = models.PositiveSmallIntegerField()
    title_length = models.PositiveIntegerField(default=0)
    length = models.PositiveIntegerField(default=0)
    restricted_length = models.PositiveIntegerField(default=0)
    # The tokens of who may read the restricted text, separated by blanks.
    restricted = models.TextField(blank=True)
    vector = models.BinaryField(default=b"")
    title = models.CharField(max_length=300)
    fields = models.TextField(default="{}")  # JSON

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]
        indexes = [models.Index(fields=["version", "kind", "object_id"], name="search_entry_version")]


class EntryText(models.Model):
    """The texts of a document: for phrases and snippets; and its terms, which the matcher indexes."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, primary_key=True)
    text = models.TextField(blank=True)
    restricted_text = models.TextField(blank=True)
    terms = models.TextField()


class Term(models.Model):
    """A word of the index and the number of documents that hold it where everybody may read."""

    text = models.CharField(max_length=80, primary_key=True)
    documents = models.PositiveIntegerField()


class KindTotal(models.Model):
    """How many documents of a kind there are, and how long all together."""

    kind = models.CharField(max_length=30, primary_key=True)
    documents = models.BigIntegerField(default=0)
    title_length = models.BigIntegerField(default=0)
    length = models.BigIntegerField(default=0)


class Tally(models.Model):
    """What a change of the index means for `Term` and `KindTotal`, until a job adds it up.

    Written in the change's transaction, so that nothing is lost; added up later, so that two
    transactions that both say "printer" need not wait for each other.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=30)
    added = models.TextField(blank=True)
    removed = models.TextField(blank=True)
    documents = models.IntegerField(default=0)
    title_length = models.IntegerField(default=0)
    length = models.IntegerField(default=0)


class Synonym(models.Model):
    """Words and expressions that mean the same here; searching one also finds the others, ranked lower."""

    id = models.BigAutoField(primary_key=True)
    # Expressions separated by commas, as an administrator reads and edits them.
    expressions = models.TextField()
    is_active = models.BooleanField(default=True)


class IndexChange(models.Model):
    """A record whose document must be made anew: written with its change, removed when the index has it.

    `is_bulk` waits for the catch-up child instead of the worker (renames, rebuilds).
    """

    kind = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    is_bulk = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["is_bulk", "id"], name="index_change_waiting"),
            models.Index(fields=["kind", "object_id"], name="index_change_of"),
        ]


class Rebuild(models.Model):
    """One rebuild of the whole index: where it stands, so that a killed one goes on from there."""

    state = models.CharField(max_length=8, choices=RebuildState, default=RebuildState.RUNNING)
    kind = models.CharField(max_length=30, blank=True)
    after_id = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # The analyser with which it was made, and who drives it: a second driver waits until the first is silent.
    version = models.PositiveSmallIntegerField(default=0)
    driver = models.CharField(max_length=32, blank=True)
    asked_by_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="running"), name="search_rebuild_alone"
            )
        ]


class JudgedRun(models.Model):
    """A judged set that was measured: its figures, and the questions that went wrong."""

    state = models.CharField(max_length=8, choices=JudgedState, default=JudgedState.RUNNING)
    asked_by_id = models.BigIntegerField()
    document_count = models.PositiveIntegerField()
    query_count = models.PositiveIntegerField()
    figures = models.JSONField(default=dict)
    misses = models.JSONField(default=list)
    error = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="running"), name="judged_run_alone"
            )
        ]
