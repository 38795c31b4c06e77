"""The searchable form of records of any slice; matching structures are made by the migrations."""

from django.db import models

from firstline.audit.enums import Trigger
from firstline.search.enums import RebuildState

# SQLite keeps its FTS table in step by triggers; PostgreSQL has a generated column.
TRIGGERS = [
    Trigger("search_document_added", "search_searchdocument", only="sqlite"),
    Trigger("search_document_changed", "search_searchdocument", only="sqlite"),
    Trigger("search_document_removed", "search_searchdocument", only="sqlite"),
]


class SearchDocument(models.Model):
    """One record as search knows it; ids rise with age, so the newest has the highest."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    organization_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=300)
    excerpt = models.CharField(max_length=300, blank=True)
    # Terms, the kind and who may see it, separated by blanks (`actions.terms_of`).
    terms = models.TextField()
    version = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_document_once")]


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
