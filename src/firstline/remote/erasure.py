"""What requests to devices hold of a person: erased, and counted before for the page that asks."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.kit.rows import naming
from firstline.kit.traces import Traces
from firstline.remote.models import Command, CommandOutput


def _survey(traces: Traces) -> dict[str, int]:
    theirs = Command.objects.filter(device__owner_id=traces.person_id)
    return {
        "asked": Command.objects.filter(asked_by_id=traces.person_id).count(),
        "outputs": theirs.filter(pk__in=CommandOutput.objects.values("command_id")).count(),
        "mentions": naming(Command.objects.all(), traces.wide, ["text", "reason"]).count(),
    }


PART = ErasurePart(
    name="remote",
    label=_("Requests to devices"),
    counts={
        "asked": _("requests that no longer name who asked"),
        "outputs": _("outputs of commands and checks on the person’s devices"),
        "mentions": _("other requests that name the person"),
    },
    survey=_survey,
)
