"""What alerts hold of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.kit.rows import naming
from firstline.kit.traces import Traces
from firstline.monitoring.actions import forget_person as erase
from firstline.monitoring.models import Alert

__all__ = ["PART", "erase"]


def _survey(traces: Traces) -> dict[str, int]:
    return {
        "raised": Alert.objects.filter(raised_by_id=traces.person_id).count(),
        "mentions": naming(Alert.objects.all(), traces.wide, ["text", "key"]).count(),
    }


PART = ErasurePart(
    name="monitoring",
    label=_("Alerts"),
    counts={
        "raised": _("alerts raised with the person’s token"),
        "mentions": _("alerts that name the person"),
    },
    survey=_survey,
)
