"""Writing the index: what is found, under which words, by whom."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from firstline.kit.text import clean, clean_line, truncate
from firstline.search.analysis import VERSION, tokens
from firstline.search.documents import Document
from firstline.search.models import SearchDocument
from firstline.search.queries import kind_term, visibility_term
from firstline.search.touch_actions import touch

__all__ = ["Document", "index", "index_many", "remove", "touch"]

_BATCH = 200


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
    """`index` for many records with few statements; later ones count as newer."""
    _assert_atomic()
    rows = {(document.kind, document.object_id): _row(document) for document in documents}
    SearchDocument.objects.bulk_create(
        rows.values(),
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["organization_id", "title", "excerpt", "terms", "version"],
    )


def remove(*, kind: str, object_ids: Iterable[int]) -> None:
    """Make records unfindable, in the caller's transaction (asserted)."""
    _assert_atomic()
    SearchDocument.objects.filter(kind=kind, object_id__in=list(object_ids)).delete()


def _row(document: Document) -> SearchDocument:
    title = clean_line(document.title, 300)
    text = clean(document.text)
    words = "\n".join([title, text, *document.identifiers, *document.names])
    special = [kind_term(document.kind), *(visibility_term(token) for token in document.visibility)]
    return SearchDocument(
        kind=document.kind,
        object_id=document.object_id,
        organization_id=document.organization_id,
        title=title,
        excerpt=truncate(" ".join(text[:600].split()), 300),
        terms=" ".join(
            filter(
                None,
                dict.fromkeys([*special, *tokens(words)]),
            )
        ),
        version=VERSION,
    )


def _assert_atomic() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the index is written inside the transaction of the change")
