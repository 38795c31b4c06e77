"""What mail holds of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.kit.rows import naming
from firstline.kit.traces import Traces
from firstline.mail.actions.forgetting import received_from, sent_to
from firstline.mail.models import OutboundMessage


def _survey(traces: Traces) -> dict[str, int]:
    return {
        "received": received_from(traces).count(),
        "sent": sent_to(traces).count(),
        "mentions": naming(OutboundMessage.objects.all(), traces.wide, ["subject", "text"]).count(),
    }


PART = ErasurePart(
    name="mail",
    label=_("Mail"),
    counts={
        "received": _("messages from the person, with their raw copies"),
        "sent": _("messages to the person, with their raw copies"),
        "mentions": _("other messages that name the person"),
    },
    survey=_survey,
)
