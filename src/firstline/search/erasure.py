"""What search holds of a person besides its index, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.kit.rows import naming
from firstline.kit.traces import Traces
from firstline.search.models import JudgedRun, Synonym


def _survey(traces: Traces) -> dict[str, int]:
    return {
        "synonyms": naming(Synonym.objects.all(), traces.wide, ["expressions"]).count(),
        "questions": naming(JudgedRun.objects.all(), traces.wide, ["misses", "error"]).count(),
    }


PART = ErasurePart(
    name="search",
    label=_("Search"),
    counts={
        "synonyms": _("tables of equal words that name the person"),
        "questions": _("measured sets of questions that name the person"),
    },
    survey=_survey,
)
