"""What devices hold of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.devices.models import Device
from firstline.kit.rows import naming
from firstline.kit.traces import Traces


def _survey(traces: Traces) -> dict[str, int]:
    others = Device.objects.exclude(owner_id=traces.person_id)
    return {
        "devices": Device.objects.filter(owner_id=traces.person_id).count(),
        "mentions": naming(others, traces.wide, ["hostname", "display_name", "facts"]).count(),
    }


PART = ErasurePart(
    name="devices",
    label=_("Devices"),
    counts={
        "devices": _("devices that lose their owner and the names signed in there"),
        "mentions": _("devices of others that name the person"),
    },
    survey=_survey,
)
