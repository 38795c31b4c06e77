"""Who may read and write articles."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.permissions import declare
from firstline.kit.actor import Actor
from firstline.knowledge.enums import ArticleStatus
from firstline.knowledge.models import Article

ARTICLE_VIEW = declare("knowledge:article:view", _("Read articles and drafts at the desk"))
ARTICLE_EDIT = declare("knowledge:article:edit", _("Write and change drafts of articles"))
ARTICLE_PUBLISH = declare("knowledge:article:publish", _("Publish, change and archive articles"))


def check_can_edit(actor: Actor, article: Article) -> None:
    """Drafts are open to every writer; what others already read needs the right to publish."""
    actor.check(ARTICLE_EDIT if article.status == ArticleStatus.DRAFT else ARTICLE_PUBLISH)


def can_edit(actor: Actor, article: Article) -> bool:
    """`check_can_edit` as a question."""
    return actor.may(ARTICLE_EDIT if article.status == ArticleStatus.DRAFT else ARTICLE_PUBLISH)
