"""Devices out of a file: good lines come in, bad ones are named, twice is once."""

import pytest

from firstline.accounts.testing import make_actor, make_person
from firstline.devices.actions import import_devices
from firstline.devices.models import Device
from firstline.devices.testing import make_device
from firstline.kit.errors import InvalidInput, NotAllowed
from firstline_protocol.identity import DeviceKey

pytestmark = pytest.mark.django_db(transaction=True)

FILE = """主机名;序列号;型号;使用人;组织
LT-1;SN1;ThinkPad;alice.adams@example.com;
LT-2;SN2;Latitude;;Contoso
;SN3;Latitude;;Contoso
LT-4;;;nobody@example.com;
lt-1;;;alice.adams@example.com;
"""


def test_good_lines_come_in_once_and_bad_ones_are_named() -> None:
    make_person("Alice Adams", "requester")
    admin = make_actor("Ida", "administrator")

    first, second = import_devices(actor=admin, text=FILE), import_devices(actor=admin, text=FILE)

    assert [(line.number, line.reason.code) for line in first.bad] == [
        (4, "device_name_missing"), (5, "device_owner_unknown"), (6, "device_repeated"),
    ]  # fmt: skip
    assert (first.created, second.created, second.unchanged) == (2, 0, 2)
    assert Device.objects.get(hostname="LT-1").owner.name == "Alice Adams"


def test_enrolled_devices_keep_what_their_agent_said() -> None:
    alice = make_person("Alice Adams", "requester")
    device = make_device(alice.organization, key=DeviceKey.generate(), hostname="LT-1", model="Real")

    import_devices(actor=make_actor("Ida", "administrator"), text=FILE)

    device.refresh_from_db()
    assert (device.model, device.owner_id) == ("Real", alice.pk)


def test_who_may_not_and_files_that_are_none() -> None:
    with pytest.raises(NotAllowed):
        import_devices(actor=make_actor("Rita", "requester"), text=FILE)
    with pytest.raises(InvalidInput) as caught:
        import_devices(actor=make_actor("Ida", "administrator"), text="colour\nred\n")

    assert caught.value.code == "csv_columns_missing"
