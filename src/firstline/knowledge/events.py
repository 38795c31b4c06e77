"""What knowledge announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("knowledge.article_published")
@dataclass(frozen=True)
class ArticlePublished:
    """An article can be read by its audience, for the first time or anew."""

    article_id: int


@event("knowledge.article_rated")
@dataclass(frozen=True)
class ArticleRated:
    """Somebody said whether an article solved it."""

    article_id: int
    is_solved: bool
