"""What notices hold of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.kit.rows import naming
from firstline.kit.traces import Traces
from firstline.notifications.actions import forget_name, forget_person
from firstline.notifications.models import Notification


def erase(traces: Traces) -> dict[str, int]:
    """Their own notices go; their name goes from those of others."""
    return {"notices": forget_person(traces.person_id), "mentions": forget_name(traces.wide)}


def _survey(traces: Traces) -> dict[str, int]:
    others = Notification.objects.exclude(person_id=traces.person_id)
    return {
        "notices": Notification.objects.filter(person_id=traces.person_id).count(),
        "mentions": naming(others, traces.wide, ["params"]).count(),
    }


PART = ErasurePart(
    name="notifications",
    label=_("Notices"),
    counts={"notices": _("notices to the person"), "mentions": _("notices to others that name the person")},
    survey=_survey,
)
