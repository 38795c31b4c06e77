"""Articles as search knows them."""

from collections.abc import Collection, Iterator, Sequence

from django.conf import settings
from django.utils.translation import pgettext_lazy

from firstline.kit.actor import Actor
from firstline.knowledge.enums import ArticleStatus, Audience
from firstline.knowledge.models import Article
from firstline.knowledge.permissions import ARTICLE_VIEW
from firstline.knowledge.queries import KIND, tokens_of, visibility_of, visible_to
from firstline.search.actions import Document
from firstline.search.queries import FieldSpec, Source, register_source


def register() -> None:
    """Make articles searchable."""
    register_source(
        Source(
            kind=KIND,
            label=pgettext_lazy("found", "Articles"),
            icon="book",
            documents=documents,
            ids_after=ids_after,
            visible=still_visible,
            url=address_of,
            tokens=tokens_of,
            fields=_FIELDS,
        )
    )


def documents(ids: Sequence[int]) -> Iterator[Document]:
    """The documents of these articles, drafts included, with one query."""
    for article in Article.objects.filter(pk__in=ids).select_related("owner").order_by("id"):
        fields = {
            "language": [article.language],
            "article": [article.status],
            "audience": [article.audience],
            "owner": [article.owner.name] if article.owner else [],
        }
        yield Document(
            kind=KIND,
            object_id=article.pk,
            organization_id=article.organization_id,
            title=article.title,
            text=article.body_markdown,
            visibility=visibility_of(article),
            fields={name: values for name, values in fields.items() if values},
            changed_at=article.updated_at,
        )


def ids_after(after_id: int, limit: int) -> Sequence[int]:
    """The next articles in order of their ids."""
    return list(Article.objects.filter(pk__gt=after_id).order_by("pk").values_list("pk", flat=True)[:limit])


def still_visible(actor: Actor, ids: Collection[int]) -> set[int]:
    """Which of these articles the actor may read now."""
    return set(visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))


def address_of(article_id: int, actor: Actor) -> str:
    """Where the actor reads an article."""
    return f"/desk/articles/{article_id}/" if actor.may(ARTICLE_VIEW) else f"/portal/articles/{article_id}/"


def _writes(actor: Actor) -> bool:
    return actor.may(ARTICLE_VIEW)


_FIELDS = (
    FieldSpec(
        "language", pgettext_lazy("field", "Language"), aliases=("lang", "语言"),
        choices=lambda: dict(settings.LANGUAGES),
    ),
    FieldSpec(
        "article", pgettext_lazy("field", "Article"), aliases=("文章", "文章状态"),
        choices=lambda: {each.value: each.label for each in ArticleStatus}, is_open_to=_writes,
    ),
    FieldSpec(
        "audience", pgettext_lazy("field", "Audience"), aliases=("读者",),
        choices=lambda: {each.value: each.label for each in Audience}, is_open_to=_writes,
    ),
    FieldSpec("owner", pgettext_lazy("field", "Owner"), aliases=("作者",), is_open_to=_writes),
)  # fmt: skip
