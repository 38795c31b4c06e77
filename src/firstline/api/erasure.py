"""What the API holds of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.api.actions import forget_answers_of
from firstline.api.models import StoredAnswer
from firstline.kit.traces import Traces


def erase(traces: Traces) -> dict[str, int]:
    """Answers that were kept for a repeat of the request go."""
    return {"answers": forget_answers_of(traces)}


def _survey(traces: Traces) -> dict[str, int]:
    return {"answers": StoredAnswer.objects.filter(person_id=traces.person_id).count()}


PART = ErasurePart(
    name="api", label=_("API"), counts={"answers": _("answers kept for a repeated request")}, survey=_survey
)
