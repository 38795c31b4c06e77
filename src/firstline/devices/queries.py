"""Reads of devices and their health."""

from collections.abc import Sequence
from datetime import timedelta
from hmac import compare_digest

from django.db.models import F, Q, QuerySet

from firstline.devices import enrolment
from firstline.devices.models import Device, EnrolmentToken, HealthSample
from firstline.devices.permissions import DEVICE_VIEW
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.kit.text import clean
from firstline_protocol.enrolment import decode_token
from firstline_protocol.errors import ProtocolError


def visible_to(actor: Actor) -> QuerySet[Device]:
    """The devices that the actor may know of."""
    devices = Device.objects.select_related("owner", "organization")
    if actor.is_trusted:
        return devices
    own = Q(owner_id=actor.id) if actor.is_signed_in else Q(pk__in=[])
    if not actor.may(DEVICE_VIEW):
        return devices.filter(own)
    if actor.is_provider:
        return devices
    return devices.filter(own | Q(organization_id=actor.organization_id))


def get_device_for(actor: Actor, device_id: int) -> Device:
    """The device, or NotFound where the actor may not know of it."""
    device = visible_to(actor).filter(pk=device_id).first()
    if device is None:
        raise NotFound("device_unknown")
    return device


def find_devices(actor: Actor, text: str = "") -> QuerySet[Device]:
    """Visible devices whose name, serial, model or owner holds `text`."""
    devices = visible_to(actor)
    for word in clean(text).split()[:8]:
        devices = devices.filter(
            Q(hostname__icontains=word)
            | Q(display_name__icontains=word)
            | Q(serial__icontains=word)
            | Q(model__icontains=word)
            | Q(owner__name__icontains=word)
        )
    return devices


def devices_of(person_id: int) -> QuerySet[Device]:
    """A person's devices: those with an agent and on line first."""
    return (
        Device.objects.filter(owner_id=person_id)
        .exclude(state="revoked")
        .order_by("-is_online", "-last_seen_at", "hostname")
    )


def main_device_of(person_id: int) -> Device | None:
    """The device that a new ticket of the person is most likely about."""
    return devices_of(person_id).first()


def health_of(device: Device, *, hours: int = 6) -> Sequence[HealthSample]:
    """Samples of the last hours, oldest first."""
    since = clock.now() - timedelta(hours=hours)
    return list(HealthSample.objects.filter(device=device, at__gte=since).order_by("at"))


def device_by_name(name: str) -> Device | None:
    """The only device with this host name, name or serial; None when there is none or several."""
    found = list(
        Device.objects.filter(
            Q(hostname__iexact=name) | Q(display_name__iexact=name) | Q(serial__iexact=name)
        ).exclude(state="revoked")[:2]
    )
    return found[0] if len(found) == 1 else None


def standing_tokens() -> QuerySet[EnrolmentToken]:
    """Tokens that could still enrol a device."""
    return EnrolmentToken.objects.filter(revoked_at=None, expires_at__gt=clock.now()).select_related(
        "organization", "owner", "created_by"
    )


def token_in(text: str) -> EnrolmentToken | None:
    """The token that `text` is and that can still enrol a device; None for anything else."""
    try:
        told = decode_token(text)
    except ProtocolError:
        return None
    found = standing_tokens().filter(token_id=told.token_id, uses__lt=F("uses_max")).first()
    if found is None or not compare_digest(told.secret, enrolment.secret_of(told.token_id)):
        return None
    return found
