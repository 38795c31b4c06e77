"""The gateway against a real agent connection: who gets in, what is kept, what is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from django.db import connections

from firstline.accounts.testing import make_actor, make_person
from firstline.audit.models import AuditRecord
from firstline.devices import actions, consumers, enrolment
from firstline.devices.models import Device, EnrolmentToken
from firstline.devices.testing import Link, make_device
from firstline.kit import clock
from firstline.organizations.testing import make_organization
from firstline_protocol.agent_side import TurnedAway, Welcomed
from firstline_protocol.enrolment import decode_token
from firstline_protocol.identity import DeviceKey
from firstline_protocol.messages import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_minute() -> None:
    """No faults of earlier tests count."""
    consumers._violations.clear()


def play(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story in an event loop; the gateway's threads give their connections back."""

    async def with_cleanup() -> None:
        await story()
        loop = asyncio.get_running_loop()
        for _ in range(8):
            await loop.run_in_executor(consumers._threads, connections.close_all)

    asyncio.run(with_cleanup())


def make_token(**fields: object) -> EnrolmentToken:
    return EnrolmentToken.objects.create(
        organization=make_organization("Contoso"),
        **{"token_id": b"t" * 16, "expires_at": clock.now() + timedelta(hours=1), **fields},
    )


def test_token_enrols_a_device_once() -> None:
    owner = make_person("Alice Adams", "requester")
    token = make_token(owner=owner)
    wire = decode_token(enrolment.token_text(token))
    key = DeviceKey.generate()

    async def story() -> None:
        link = Link(key)
        await link.hello(wire)
        welcomed = await link.until(Welcomed)
        assert welcomed.welcome.organization == "Contoso"
        await link.leave()
        other = Link(DeviceKey.generate())
        await other.hello(wire)
        assert (await other.until(TurnedAway)).code == "token_used"
        await other.leave()

    play(story)
    device = Device.objects.get()
    assert (device.hostname, device.owner_id, bytes(device.identity or b"")) == (
        "lt-042",
        owner.pk,
        key.device_id,
    )
    assert not device.is_online
    verbs = list(AuditRecord.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["devices.device_enrolled", "devices.enrolment_refused"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"expires_at": clock.now() - timedelta(minutes=1)}, "token_expired"),
        ({"revoked_at": clock.now()}, "token_expired"),
        ({"token_id": b"u" * 16}, "token_unknown"),
    ],
)
def test_token_that_does_not_hold_is_refused(change: dict[str, object], code: str) -> None:
    wire = decode_token(enrolment.token_text(make_token()))
    EnrolmentToken.objects.update(**change)

    async def story() -> None:
        link = Link(DeviceKey.generate())
        await link.hello(wire)
        assert (await link.until(TurnedAway)).code == code
        await link.leave()

    play(story)
    assert not Device.objects.exists()


def test_unknown_and_revoked_devices_are_turned_away() -> None:
    key = DeviceKey.generate()
    device = make_device(make_organization("Contoso"), key=key)
    actions.revoke_device(actor=make_actor("Ida", "administrator"), device=device)

    async def story() -> None:
        for each, code in ((key, "device_revoked"), (DeviceKey.generate(), "device_unknown")):
            link = Link(each)
            await link.hello()
            assert (await link.until(TurnedAway)).code == code
            await link.leave()

    play(story)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\xff\x00junk", "frame"),
        (b"\x00" * 70_000, "too large"),
        (b"\xa2\x01\x18\x63\x02\xa0", "unknown type"),
    ],
)
def test_wrong_frames_end_the_link_and_are_recorded(frame: bytes, code: str) -> None:
    key = DeviceKey.generate()
    device = make_device(make_organization("Contoso"), key=key)

    async def story() -> None:
        link = Link(key)
        await link.hello()
        await link.until(Welcomed)
        await link.send(frame)
        while link.close_code is None:
            await link.events()
        await asyncio.wait_for(link._task, 120)

    play(story)
    found = AuditRecord.objects.get(verb="devices.protocol_violated")
    assert found.ref_id == device.pk, code
    device.refresh_from_db()
    assert not device.is_online


def test_flood_of_refused_tokens_does_not_fill_the_trail() -> None:
    wire = decode_token(enrolment.token_text(make_token()))
    EnrolmentToken.objects.update(revoked_at=clock.now())

    async def knock() -> None:
        link = Link(DeviceKey.generate())
        await link.hello(wire)
        assert (await link.until(TurnedAway)).code == "token_expired"
        await link.leave()

    async def story() -> None:
        await asyncio.gather(*(knock() for _ in range(consumers.VIOLATIONS_RECORDED_PER_MINUTE + 5)))

    play(story)
    found = AuditRecord.objects.filter(verb="devices.enrolment_refused").count()
    assert found == consumers.VIOLATIONS_RECORDED_PER_MINUTE


def test_heartbeat_is_kept_and_sampled() -> None:
    key = DeviceKey.generate()
    device = make_device(make_organization("Contoso"), key=key)
    beat = Heartbeat(
        at_ms=1, cpu_percent=12, memory_total_bytes=1000, memory_used_bytes=250,
        disk_total_bytes=100, disk_used_bytes=90, uptime_seconds=60,
    )  # fmt: skip

    async def story() -> None:
        link = Link(key)
        await link.hello()
        await link.until(Welcomed)
        await link.send(link.connection.send_heartbeat(beat))
        async with asyncio.timeout(120):
            while not await asyncio.to_thread(_has_sample, device.pk):  # noqa: ASYNC110 - until it is stored
                await asyncio.sleep(0.01)
        await link.leave()

    play(story)
    device.refresh_from_db()
    sample = device.health_samples.get()
    assert (sample.cpu_percent, sample.memory_percent, sample.disk_percent) == (12, 25, 90)
    assert device.health["uptime_seconds"] == 60


def _has_sample(device_id: int) -> bool:
    found = Device.objects.get(pk=device_id).health_samples.exists()
    connections.close_all()
    return found
