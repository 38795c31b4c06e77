"""The fixed cast, each with a browser, and a device with an agent."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from firstline.accounts.models import Person
from firstline.devices.models import Device
from firstline.devices.testing import make_device
from firstline.kit import clock
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_cast, make_ticket
from firstline_protocol.identity import DeviceKey

Enter = Callable[[Person], Client]

HEALTH = {
    "cpu_percent": 17,
    "memory_used_bytes": 5 * 2**30,
    "memory_total_bytes": 16 * 2**30,
    "disk_used_bytes": 180 * 2**30,
    "disk_total_bytes": 500 * 2**30,
    "uptime_seconds": 93_600,
}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def enter() -> Enter:
    """A browser in which the person has signed in."""

    def entered(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return client

    return entered


@pytest.fixture
def tina(cast: Cast, enter: Enter) -> Client:
    """The browser of the technician."""
    return enter(cast.technician)


@pytest.fixture
def device(cast: Cast) -> Device:
    """The requester's machine: enrolled, on line, with an inventory."""
    return make_device(
        cast.contoso,
        owner=cast.requester,
        key=DeviceKey.generate(),
        is_online=True,
        last_seen_at=clock.now(),
        os_name="Debian",
        os_version="12",
        model="ThinkPad T14",
        serial="PF-2SK7Q",
        health=HEALTH,
        facts={
            "cpu_model": "Ryzen 7",
            "cpu_cores": 8,
            "memory_bytes": 16 * 2**30,
            "disks": [{"mount": "/", "used_bytes": 10**9, "size_bytes": 10**10}, "not a disk"],
            "interfaces": [{"name": "eth0", "is_up": True, "addresses": ["192.0.2.7"]}],
        },
    )


@pytest.fixture
def ticket(cast: Cast, device: Device) -> Ticket:
    """What the requester asked for in the portal, from their machine."""
    return make_ticket(cast, "VPN drops every ten minutes", device=device)
