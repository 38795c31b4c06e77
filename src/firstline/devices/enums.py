"""Codes of devices and what the slice says when it refuses."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeviceState(models.TextChoices):
    """Whether a device may connect; inventory-only devices never do."""

    LISTED = "listed", _("Listed, without agent")
    ACTIVE = "active", _("Enrolled")
    REVOKED = "revoked", _("Revoked")


ERRORS = {
    "device_unknown": _("There is no such device."),
    "token_uses": _("A token enrols between 1 and 1,000 devices."),
    "token_hours": _("A token is valid for 1 hour to 30 days."),
    "device_name_missing": _("The device needs a name."),
    "device_repeated": _("%(hostname)s stands in line %(line)s already."),
    "device_owner_unknown": _("Nobody in this organisation has the address “%(address)s”."),
    "device_token_unknown": _("There is no such token."),
    "device_owner_elsewhere": _("The owner does not belong to %(name)s."),
    "device_organization_unknown": _("There is no organisation %(name)s."),
    "device_revoked_already": _("This device is revoked already."),
}
