"""What articles hold of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.kit.rows import naming
from firstline.kit.traces import Traces
from firstline.knowledge.actions import forget_person as erase
from firstline.knowledge.models import Article, ArticleFeedback

__all__ = ["PART", "erase"]


def _survey(traces: Traces) -> dict[str, int]:
    return {
        "votes": ArticleFeedback.objects.filter(person_id=traces.person_id).count(),
        "mentions": naming(Article.objects.all(), traces.wide, ["title", "body_markdown"]).count(),
    }


PART = ErasurePart(
    name="knowledge",
    label=_("Articles"),
    counts={"votes": _("votes on articles"), "mentions": _("articles that name the person")},
    survey=_survey,
)
