"""The demonstration's knowledge articles, published by the real actions at their own times."""

from datetime import timedelta

from firstline.accounts.queries import actor_for
from firstline.demo.content import Article as Told
from firstline.demo.content import Content
from firstline.demo.house import Built
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.knowledge import actions
from firstline.knowledge.models import Article


def fill(content: Content, built: Built) -> None:
    """Write and publish every article; later variants join the first of their group."""
    now = clock.now()
    first_of: dict[str, Article] = {}
    for told in sorted(content.articles, key=lambda article: -article.age_days):
        with clock.frozen(now - timedelta(days=told.age_days)):
            written = actions.create_article(
                actor=actor_for(built.people[told.owner]),
                content=_content(told, built),
                variant_of=first_of.get(told.group),
            )
            first_of.setdefault(told.group, written)
            actions.publish_article(actor=SYSTEM, article=written)
        # What readers said before this demonstration began; who they were is not told.
        Article.objects.filter(pk=written.pk).update(
            solved_count=told.solved, not_solved_count=told.not_solved
        )


def _content(told: Told, built: Built) -> actions.ArticleContent:
    return actions.ArticleContent(
        title=told.title,
        body_markdown=told.body,
        language=told.language,
        audience=told.audience,
        team=built.teams[told.team] if told.team else None,
    )
