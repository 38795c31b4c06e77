"""What assignment holds of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from firstline.accounts.queries import ErasurePart
from firstline.kit.traces import Traces
from firstline.tickets.models import Ticket


def _survey(traces: Traces) -> dict[str, int]:
    return {"released": Ticket.objects.filter(assignee_id=traces.person_id, is_open=True).count()}


def _warn(traces: Traces) -> list[str]:
    count = _survey(traces)["released"]
    if not count:
        return []
    return [
        ngettext(
            "%(count)s open ticket is assigned to this person. It will be assigned anew.",
            "%(count)s open tickets are assigned to this person. They will be assigned anew.",
            count,
        )
        % {"count": count}
    ]


PART = ErasurePart(
    name="routing",
    label=_("Assignment"),
    counts={"released": _("open tickets that are assigned anew")},
    survey=_survey,
    warn=_warn,
)
