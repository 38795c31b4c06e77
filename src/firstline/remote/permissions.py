"""Who may ask a device to do something; the device's user decides in the end."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.permissions import declare
from firstline.devices.models import Device
from firstline.devices.permissions import check_can_see_device
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.remote.enums import CommandKind

COMMAND_RUN = declare("remote:command:run", _("Ask devices to run commands"))
DIAGNOSTICS_RUN = declare("remote:diagnostics:run", _("Ask devices for a check-up"))


def can_request(actor: Actor, kind: str) -> bool:
    """Whether the actor may ask for this kind of work at all."""
    return actor.may(COMMAND_RUN if kind == CommandKind.COMMAND else DIAGNOSTICS_RUN)


def check_can_request(actor: Actor, device: Device, kind: str) -> None:
    """Raise NotAllowed or NotFound by person, InvalidInput by device."""
    check_can_see_device(actor, device)
    actor.check(COMMAND_RUN if kind == CommandKind.COMMAND else DIAGNOSTICS_RUN)
    if not device.has_agent:
        raise InvalidInput("device_without_agent")
