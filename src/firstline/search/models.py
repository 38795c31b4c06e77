"""The searchable form of records of any slice; matching structures are made by the migrations."""

from django.db import models

from firstline.audit.enums import Trigger

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
