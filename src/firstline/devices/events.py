"""What the devices slice announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("devices.device_enrolled")
@dataclass(frozen=True)
class DeviceEnrolled:
    """A device proved that it holds an enrolment token and was taken in."""

    device_id: int
    token_id: int


@event("devices.device_revoked")
@dataclass(frozen=True)
class DeviceRevoked:
    device_id: int


@event("devices.device_changed")
@dataclass(frozen=True)
class DeviceChanged:
    """A device is called otherwise, or belongs to somebody else."""

    device_id: int


@event("devices.facts_changed")
@dataclass(frozen=True)
class FactsChanged:
    """The inventory of a device differs from the one before."""

    device_id: int


@event("devices.owner_erased")
@dataclass(frozen=True)
class OwnerErased:
    """The owner of these devices was erased; whoever holds what happened there erases it."""

    person_id: int
    device_ids: list[int]
