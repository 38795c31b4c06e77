"""Every write of knowledge."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import F, Q

from firstline.audit.actions import record
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.refs import Ref
from firstline.kit.rows import rewrite
from firstline.kit.text import clean, clean_line
from firstline.kit.traces import Traces
from firstline.knowledge import queries
from firstline.knowledge.enums import ArticleStatus, Audience
from firstline.knowledge.events import ArticlePublished, ArticleRated
from firstline.knowledge.models import Article, ArticleFeedback, ArticleVersion
from firstline.knowledge.permissions import ARTICLE_EDIT, ARTICLE_PUBLISH, check_can_edit
from firstline.knowledge.redaction import redact
from firstline.organizations.models import Organization, Team
from firstline.outbox.actions import publish as announce
from firstline.outbox.actions import transaction
from firstline.search import actions as search

BODY_CHARS_MAX = 100_000
REVIEW_AFTER = timedelta(days=180)
_HEADINGS = {"en": ("What happens", "What helps"), "zh-hans": ("现象", "解决方法")}


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """What a writer decides."""

    title: str
    body_markdown: str
    language: str
    audience: str = Audience.EMPLOYEES
    team: Team | None = None
    organization: Organization | None = None
    review_date: date | None = None


def create_article(*, actor: Actor, content: ArticleContent, variant_of: Article | None = None) -> Article:
    """A new draft, or the variant of an article in another language.

    Raises InvalidInput `article_title_missing`, `article_body_missing`, `article_too_long`,
    `article_language_unknown`, `article_language_taken`, `article_audience_unknown`,
    `article_team_missing`.
    """
    actor.check(ARTICLE_EDIT)
    row = Article(group=variant_of.group if variant_of else uuid.uuid4(), owner_id=_person_id(actor))
    _put(row, content)
    with transaction():
        _insert(row, actor)
    return row


def draft_from_ticket(
    *,
    actor: Actor,
    title: str,
    problem: str,
    solution: str,
    language: str,
    names: Sequence[str] = (),
    source: Ref | None = None,
) -> Article:
    """A draft in the words of a ticket, without `names`, addresses, telephone numbers and secrets.

    `removed` of the draft says how many of each were taken out. A second draft from the same
    source returns the first.
    """
    actor.check(ARTICLE_EDIT)
    language = language if language in dict(settings.LANGUAGES) else "en"
    if source is not None:
        known = Article.objects.filter(source_kind=source.kind, source_id=source.id).order_by("id").first()
        if known is not None:
            return known
    pieces = [redact(clean(text), names=names, language=language) for text in (title, problem, solution)]
    (short, _), (what, _), (how, _) = pieces
    happens, helps = _HEADINGS[language]
    row = Article(owner_id=_person_id(actor))
    body = f"## {happens}\n\n{_as_markdown(what)}\n\n## {helps}\n\n{_as_markdown(how)}"
    _put(row, ArticleContent(clean_line(short, 200) or happens, body[:BODY_CHARS_MAX], language))
    counts = sum((found for _, found in pieces[1:]), pieces[0][1])
    row.removed = dict(counts)
    if source is not None:
        row.source_kind, row.source_id, row.source_label = source.kind, source.id, source.label[:60]
    with transaction():
        _insert(row, actor)
    return row


def edit_article(*, actor: Actor, article: Article, content: ArticleContent, version: int) -> Article:
    """Change an article and keep the version before; nothing happens when nothing changed.

    `version` is the one the writer started from. Raises Conflict `article_changed` when it is not
    the last any more, and InvalidInput as `create_article`.
    """
    check_can_edit(actor, article)
    before = _state(article)
    words_before = (article.title, article.body_markdown)
    _put(article, content)
    words = (article.title, article.body_markdown)
    if words == words_before and _state(article) == before:
        return article
    article.version = version + 1
    article.updated_at = clock.now()
    with transaction():
        if not Article.objects.filter(pk=article.pk, version=version).update(version=F("version") + 1):
            raise Conflict("article_changed")
        article.save()
        _keep_version(article, actor)
        _index(article)
        new = _state(article) | {"version": article.version, "words": words != words_before}
        _audit(actor, "knowledge.article_edited", article, old=before, new=new)
    return article


def publish_article(*, actor: Actor, article: Article) -> Article:
    """Let the audience read it; announces `knowledge.article_published`."""
    return _move(actor, article, ArticleStatus.PUBLISHED, "knowledge.article_published")


def archive_article(*, actor: Actor, article: Article) -> Article:
    """Take it out of reading and search; it can be published again."""
    return _move(actor, article, ArticleStatus.ARCHIVED, "knowledge.article_archived")


def rate_article(*, actor: Actor, article: Article, is_solved: bool) -> None:
    """Say whether the article solved it; a person counts once, by their latest word.

    Announces `knowledge.article_rated`. Raises Conflict `article_not_published`.
    """
    if article.status != ArticleStatus.PUBLISHED or actor.kind != "person" or actor.id is None:
        raise Conflict("article_not_published")
    with transaction():
        row = Article.objects.select_for_update().get(pk=article.pk)
        said, is_new = ArticleFeedback.objects.get_or_create(
            article=row, person_id=actor.id, defaults={"is_solved": is_solved, "at": clock.now()}
        )
        if not is_new and said.is_solved == is_solved:
            return
        said.is_solved, said.at = is_solved, clock.now()
        said.save()
        if not is_new:
            row.solved_count -= not is_solved
            row.not_solved_count -= is_solved
        row.solved_count += is_solved
        row.not_solved_count += not is_solved
        row.save(update_fields=["solved_count", "not_solved_count"])
        announce(ArticleRated(row.pk, is_solved), actor=actor)
    article.solved_count, article.not_solved_count = row.solved_count, row.not_solved_count


def _move(actor: Actor, article: Article, status: ArticleStatus, verb: str) -> Article:
    actor.check(ARTICLE_PUBLISH)
    if article.status == status:
        return article
    before, article.status = article.status, status
    now = clock.now()
    if status == ArticleStatus.PUBLISHED:
        article.published_at = now
        article.review_date = article.review_date or (now + REVIEW_AFTER).date()
    with transaction():
        article.save(update_fields=["status", "published_at", "review_date"])
        _index(article)
        _audit(actor, verb, article, old=before, new=status)
        if status == ArticleStatus.PUBLISHED:
            announce(ArticlePublished(article.pk), actor=actor)
    return article


def _put(row: Article, content: ArticleContent) -> None:
    """Check what a writer decided and put it onto the row."""
    title, body = clean_line(content.title, 200), clean(content.body_markdown).strip()
    if not title:
        raise InvalidInput("article_title_missing", field="title")
    if not body:
        raise InvalidInput("article_body_missing", field="body_markdown")
    if len(body) > BODY_CHARS_MAX:
        raise InvalidInput("article_too_long", field="body_markdown", limit=BODY_CHARS_MAX)
    if content.language not in dict(settings.LANGUAGES):
        raise InvalidInput("article_language_unknown", field="language")
    if content.audience not in Audience.values:
        raise InvalidInput("article_audience_unknown", field="audience")
    if content.audience == Audience.TEAM and content.team is None:
        raise InvalidInput("article_team_missing", field="team")
    others = Article.objects.filter(group=row.group, language=content.language).exclude(pk=row.pk)
    if others.exists():
        raise InvalidInput("article_language_taken", field="language")
    row.title, row.body_markdown, row.language = title, body, content.language
    row.audience, row.review_date = content.audience, content.review_date
    row.team = content.team if content.audience == Audience.TEAM else None
    row.organization = content.organization if content.audience == Audience.EMPLOYEES else None


def _insert(row: Article, actor: Actor) -> None:
    row.created_at = row.updated_at = clock.now()
    row.save(force_insert=True)
    _keep_version(row, actor)
    _index(row)
    _audit(actor, "knowledge.article_created", row, new=_state(row) | {"removed": row.removed})


def _keep_version(row: Article, actor: Actor) -> None:
    ArticleVersion.objects.create(
        article=row,
        number=row.version,
        title=row.title,
        body_markdown=row.body_markdown,
        author_id=_person_id(actor),
        author_label=actor.label[:200],
        at=row.updated_at,
    )


def _index(row: Article) -> None:
    search.touch(kind=queries.KIND, object_ids=[row.pk])


def _state(row: Article) -> dict[str, object]:
    """What the trail keeps of an article: decisions, not words."""
    return {
        "language": row.language,
        "audience": row.audience,
        "team": row.team_id,
        "organization": row.organization_id,
        "review_date": row.review_date.isoformat() if row.review_date else None,
        "status": row.status,
    }


def _audit(actor: Actor, verb: str, row: Article, old: object = None, new: object = None) -> None:
    ref = Ref("article", row.pk, row.title[:100])
    record(actor=actor, verb=verb, ref=ref, organization_id=row.organization_id, old=old, new=new)


def _as_markdown(text: str) -> str:
    """Plain words of a mail or a form as Markdown: a line that looks like markup stays a line."""
    return "\n".join(f"\\{line}" if line[:1] in {"#", ">", "=", "~"} else line for line in text.split("\n"))


def _person_id(actor: Actor) -> int | None:
    return actor.id if actor.kind == "person" else None


def forget_person(traces: Traces) -> dict[str, int]:
    """Take an erased person's name out of articles and their versions; their own votes go."""
    with transaction():
        votes = ArticleFeedback.objects.filter(person_id=traces.person_id).delete()[0]
        ArticleVersion.objects.filter(author_id=traces.person_id).update(author_label=traces.stand_in)
    named = rewrite(Article.objects.all(), traces.wide, ["title", "body_markdown", "source_label"])
    rewrite(ArticleVersion.objects.all(), traces.wide, ["title", "body_markdown", "author_label"])
    search.touch_all(queries.KIND, Article.objects.filter(Q(pk__in=named) | Q(owner_id=traces.person_id)))
    return {"votes": votes, "mentions": len(named)}
