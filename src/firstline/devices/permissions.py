"""Who may see and change devices."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.permissions import declare
from firstline.devices.models import Device
from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound

DEVICE_VIEW = declare("devices:device:view", _("See devices, their inventory and health"))
DEVICE_ENROL = declare("devices:device:enrol", _("Enrol devices and revoke them"))
DEVICE_EDIT = declare("devices:device:edit", _("Change names and owners of devices"))


def can_see_device(actor: Actor, device: Device) -> bool:
    """Owners see their own; technicians of the provider all, others those of their organisation."""
    if actor.is_trusted or (actor.is_signed_in and device.owner_id == actor.id):
        return True
    if not actor.may(DEVICE_VIEW):
        return False
    return actor.is_provider or device.organization_id == actor.organization_id


def check_can_see_device(actor: Actor, device: Device) -> None:
    """Raise NotFound: who may not see a device does not learn that it exists."""
    if not can_see_device(actor, device):
        raise NotFound("device_unknown")
