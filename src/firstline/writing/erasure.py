"""What texts hold of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.kit.rows import naming
from firstline.kit.traces import Traces
from firstline.writing.actions import forget_person as erase
from firstline.writing.models import Signature, TextModule

__all__ = ["PART", "erase"]


def _survey(traces: Traces) -> dict[str, int]:
    others = Signature.objects.exclude(person_id=traces.person_id)
    return {
        "signatures": Signature.objects.filter(person_id=traces.person_id).count(),
        "mentions": naming(TextModule.objects.all(), traces.wide, ["name", "body_en", "body_zh"]).count()
        + naming(others, traces.wide, ["text_en", "text_zh"]).count(),
    }


PART = ErasurePart(
    name="writing",
    label=_("Text modules and signatures"),
    counts={
        "signatures": _("the person's own signature"),
        "mentions": _("texts of others that name the person"),
    },
    survey=_survey,
)
