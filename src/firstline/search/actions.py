"""Writing the index: what is found, under which words, by whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from firstline.kit.text import clean, clean_line, truncate
from firstline.search.analysis import VERSION, tokens
from firstline.search.models import SearchDocument
from firstline.search.queries import kind_term, visibility_term

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Document:
    """One record to be found; `visibility` are tokens such as "org:3", "team:5", "person:9", "provider"."""

    kind: str
    object_id: int
    organization_id: int | None
    title: str
    text: str
    visibility: Sequence[str]


def index(
    *,
    kind: str,
    object_id: int,
    organization_id: int | None,
    title: str,
    text: str,
    visibility: Sequence[str],
) -> None:
    """Make a record findable, or change how, in the caller's transaction (asserted).

    An actor finds it who holds at least one of the `visibility` tokens; with none, nobody does.
    """
    index_many([Document(kind, object_id, organization_id, title, text, visibility)])


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
    special = [kind_term(document.kind), *(visibility_term(token) for token in document.visibility)]
    return SearchDocument(
        kind=document.kind,
        object_id=document.object_id,
        organization_id=document.organization_id,
        title=title,
        excerpt=truncate(" ".join(text[:600].split()), 300),
        terms=" ".join(filter(None, dict.fromkeys([*special, *tokens(f"{title}\n{text}")]))),
        version=VERSION,
    )


def _assert_atomic() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the index is written inside the transaction of the change")
