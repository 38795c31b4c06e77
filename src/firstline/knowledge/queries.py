"""Reads of knowledge: who may read what, what may answer a question."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, When

from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.kit.text import clean
from firstline.knowledge.enums import ArticleStatus, Audience
from firstline.knowledge.models import Article, ArticleFeedback
from firstline.knowledge.permissions import ARTICLE_EDIT, ARTICLE_VIEW
from firstline.search import queries as search

KIND = "article"
EVERYBODY = "everybody"
SIGNED_IN = "signed_in"
PROVIDER = "provider"
WRITERS = "writers"
FOUND_MAX = 100


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article that may answer; `score` only orders."""

    id: int
    title: str
    excerpt: str
    language: str
    solved_count: int
    asked_count: int
    score: float


def visible_to(actor: Actor) -> QuerySet[Article]:
    """The articles that `actor` may read: published ones by audience, and drafts for those who write."""
    rows = Article.objects.all()
    if actor.is_trusted:
        return rows
    allowed = Q(audience=Audience.PUBLIC)
    if actor.is_signed_in:
        own = Q(organization=None) | Q(organization_id=actor.organization_id)
        allowed |= Q(audience=Audience.EMPLOYEES) & (Q() if actor.is_provider else own)
        allowed |= Q(audience=Audience.TEAM, team_id__in=actor.team_ids)
    published = Q(status=ArticleStatus.PUBLISHED) & allowed
    if actor.may(ARTICLE_EDIT):
        unpublished = Q(status__in=[ArticleStatus.DRAFT, ArticleStatus.ARCHIVED])
        return rows.filter(published | unpublished & (~Q(audience=Audience.TEAM) | allowed))
    return rows.filter(published)


def get_article_for(actor: Actor, article_id: int) -> Article:
    """One article; raises `article_not_found` alike for missing and forbidden."""
    row = visible_to(actor).select_related("owner", "team", "organization").filter(pk=article_id).first()
    if row is None:
        raise NotFound("article_not_found")
    return row


def get_published_for(actor: Actor, article_id: int) -> Article:
    """One article as its audience reads it; raises `article_not_found` for drafts, too."""
    row = get_article_for(actor, article_id)
    if row.status != ArticleStatus.PUBLISHED:
        raise NotFound("article_not_found")
    return row


def own_language_first(rows: QuerySet[Article], language: str) -> QuerySet[Article]:
    """The same rows with those in `language` in front."""
    is_other = Case(When(language=language, then=0), default=1, output_field=IntegerField())
    return rows.order_by(is_other, "-updated_at", "-id")


def article_list(actor: Actor, *, text: str = "", status: str = "", language: str = "") -> QuerySet[Article]:
    """Articles the actor may read, newest change first; those found for `text`, the best first."""
    rows = visible_to(actor).select_related("team", "owner").order_by("-updated_at", "-id")
    if status in ArticleStatus.values:
        rows = rows.filter(status=status)
    if language:
        rows = rows.filter(language=clean(language))
    if clean(text).strip():
        found = [hit.object_id for hit in search.find(actor, text, kinds=[KIND], limit=FOUND_MAX).hits]
        best = Case(*(When(pk=pk, then=place) for place, pk in enumerate(found)), output_field=IntegerField())
        rows = rows.filter(pk__in=found).order_by(best, "-id") if found else rows.none()
    return rows


def suggest(text: str, actor: Actor, limit: int = 5, *, title: str = "") -> list[Suggestion]:
    """Published articles that may answer `text`, the likeliest first; none until enough is typed.

    The words of `title` weigh more; where nothing is like the whole, they alone count. The
    reader's language and proven help break near ties.
    """
    hits = search.similar(actor, text, title=title, kinds=[KIND], limit=limit * 3)
    if title and not hits:
        hits = _like_title(actor, title, limit)
    published = visible_to(actor).filter(
        pk__in=[hit.object_id for hit in hits], status=ArticleStatus.PUBLISHED
    )
    rows = {row.pk: row for row in published} if hits else {}
    suggestions = [
        Suggestion(
            id=row.pk,
            title=row.title,
            excerpt="".join(part for part, _is_match in hit.snippet_parts),
            language=row.language,
            solved_count=row.solved_count,
            asked_count=row.asked_count,
            score=hit.score * _favour(row, actor),
        )
        for hit in hits
        if (row := rows.get(hit.object_id)) is not None
    ]
    return sorted(suggestions, key=lambda one: -one.score)[:limit]


def _like_title(actor: Actor, title: str, limit: int) -> list[search.Hit]:
    """Articles like a title; of one too short for likeness, those that hold every word."""
    if hits := search.similar(actor, title, kinds=[KIND], limit=limit):
        return hits
    found = search.find(actor, title, kinds=[KIND], limit=limit, live=False)
    return [] if found.is_partial else list(found.hits)


def variants(article: Article, actor: Actor) -> list[Article]:
    """The same article in other languages, as far as the actor may read them."""
    return list(visible_to(actor).filter(group=article.group).exclude(pk=article.pk).order_by("language"))


def feedback_of(article: Article, actor: Actor) -> bool | None:
    """Whether the article solved it for this person; None when they did not say."""
    if actor.kind != "person" or actor.id is None:
        return None
    return (
        ArticleFeedback.objects.filter(article=article, person_id=actor.id)
        .values_list("is_solved", flat=True)
        .first()
    )


def tokens_of(actor: Actor) -> list[str]:
    """The visibility tokens by which the actor finds articles: the same as `visible_to`."""
    held = [EVERYBODY]
    if actor.is_signed_in or actor.is_trusted:
        held.append(SIGNED_IN)
    if actor.is_provider:
        held.append(PROVIDER)
    elif actor.organization_id is not None:
        held.append(f"org:{actor.organization_id}")
    teams = [f"team:{team_id}" for team_id in sorted(actor.team_ids)]
    if actor.may(ARTICLE_EDIT):
        held += [WRITERS, *(f"{WRITERS}:{team}" for team in teams)]
    return held + teams


def visibility_of(article: Article) -> list[str]:
    """The tokens under which an article is found; one that is not published, by those who write."""
    if article.status != ArticleStatus.PUBLISHED:
        return [f"{WRITERS}:team:{article.team_id}" if article.audience == Audience.TEAM else WRITERS]
    if article.audience == Audience.PUBLIC:
        return [EVERYBODY]
    if article.audience == Audience.TEAM:
        return [f"team:{article.team_id}"]
    return [f"org:{article.organization_id}", PROVIDER] if article.organization_id else [SIGNED_IN]


def may_read_at_desk(actor: Actor) -> bool:
    """Whether the desk's pages are open to the actor."""
    return actor.may(ARTICLE_VIEW)


def _favour(row: Article, actor: Actor) -> float:
    """Up to a third more for the reader's language, and up to a fifth for proven help."""
    is_own_language = 1.33 if row.language == actor.language else 1.0
    return is_own_language * (1 + 0.2 * (row.solved_count + 1) / (row.asked_count + 2))
