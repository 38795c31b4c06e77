"""Reads of knowledge: who may read what, what may answer a question."""

import math
import re
from collections import Counter
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
_HAN = re.compile("[\u3400-\u9fff]")
# Words that every question holds.
_STOP_WORDS = """
    the and for with not can could does did has have had was were are this that there when what why how you
    your please help need from into but get got any our its it's i'm don't doesn't can't won't after since
    still 我的 不能 不了 怎么 怎样 如何 为什 什么 请问 可以 没有 一个 这个 是不 能不 帮忙 一下 我们 的时 时候
"""
_STOP = frozenset(_STOP_WORDS.split())


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
    """Articles the actor may read, newest change first, narrowed by words of title and body.

    Published ones are searched by the index; drafts and archived ones by containing the text.
    """
    rows = visible_to(actor).select_related("team", "owner").order_by("-updated_at", "-id")
    if status in ArticleStatus.values:
        rows = rows.filter(status=status)
    if language:
        rows = rows.filter(language=clean(language))
    if words := clean(text).strip():
        hits = search.search(tokens_of(actor), text, kinds=[KIND], limit=200)
        contains = Q(title__icontains=words) | Q(body_markdown__icontains=words)
        rows = rows.filter(
            Q(pk__in=[hit.object_id for hit in hits]) | (~Q(status=ArticleStatus.PUBLISHED) & contains)
        )
    return rows


def suggest(text: str, actor: Actor, limit: int = 5) -> list[Suggestion]:
    """Published articles that may answer `text`, the likeliest first; none until enough is typed.

    Articles that share rare words with the text win, words of the title count three times,
    and the reader's language and proven help break near ties.
    """
    wanted = [term for term in search.terms_of(text) if _says_something(term)][:40]
    if not wanted:
        return []
    found = search.any_of(tokens_of(actor), wanted, kinds=[KIND], limit=200)
    spread = Counter(term for match in found for term in match.terms)
    weights = {term: math.log(1 + len(found) / spread[term]) + 0.2 for term in spread}
    scores = {}
    for match in found:
        title = set(search.terms_of(match.hit.title))
        score = sum(weights[term] * (3 if term in title else 1) for term in match.terms)
        if len(match.terms) > 1 or match.terms & title:
            scores[match.hit.object_id] = score
    best = sorted(scores, key=lambda key: -scores[key])[: limit * 3]
    rows = {row.pk: row for row in visible_to(actor).filter(pk__in=best, status=ArticleStatus.PUBLISHED)}
    excerpts = {match.hit.object_id: match.hit.excerpt for match in found}
    suggestions = [
        Suggestion(
            id=row.pk,
            title=row.title,
            excerpt=excerpts[row.pk],
            language=row.language,
            solved_count=row.solved_count,
            asked_count=row.asked_count,
            score=scores[row.pk] * _favour(row, actor),
        )
        for row in rows.values()
    ]
    return sorted(suggestions, key=lambda one: (-one.score, -one.id))[:limit]


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
    """The visibility tokens by which the actor finds articles."""
    held = [EVERYBODY]
    if actor.is_signed_in or actor.is_trusted:
        held.append(SIGNED_IN)
    return [*held, *search.tokens_of(actor)]


def visibility_of(article: Article) -> list[str]:
    """The tokens under which an article is found; none unless it is published."""
    if article.status != ArticleStatus.PUBLISHED:
        return []
    if article.audience == Audience.PUBLIC:
        return [EVERYBODY]
    if article.audience == Audience.TEAM:
        return [f"team:{article.team_id}"]
    return [f"org:{article.organization_id}", "provider"] if article.organization_id else [SIGNED_IN]


def may_read_at_desk(actor: Actor) -> bool:
    """Whether the desk's pages are open to the actor."""
    return actor.may(ARTICLE_VIEW)


def _says_something(term: str) -> bool:
    """Pairs of Chinese characters and words of three letters or more that not every question holds."""
    return term not in _STOP and (len(term) >= 2 if _HAN.match(term) else len(term) >= 3)


def _favour(row: Article, actor: Actor) -> float:
    """Up to a third more for the reader's language, and up to a fifth for proven help."""
    is_own_language = 1.33 if row.language == actor.language else 1.0
    return is_own_language * (1 + 0.2 * (row.solved_count + 1) / (row.asked_count + 2))
