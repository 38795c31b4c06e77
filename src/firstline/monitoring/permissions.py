"""Who may report alerts, and whose."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.permissions import declare
from firstline.devices.models import Device
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput, NotAllowed

ALERT_RAISE = declare("monitoring:alert:raise", _("Report alerts, and that they are over"))


def check_can_raise(actor: Actor, organization_id: int, device: Device | None) -> None:
    """Raise unless the actor may report for this organisation, and the device is its own.

    A device may report about itself.
    """
    if device is not None and device.organization_id != organization_id:
        raise InvalidInput("alert_device_elsewhere", field="device")
    if actor.kind == "device" and device is not None and device.pk == actor.id:
        return
    actor.check(ALERT_RAISE)
    if not (actor.is_trusted or actor.is_provider or actor.organization_id == organization_id):
        raise NotAllowed("alert_device_elsewhere")
