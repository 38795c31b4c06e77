"""A request's way to a device and back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from django.db import connections

from firstline.accounts.testing import make_actor
from firstline.audit.models import AuditRecord
from firstline.devices import consumers
from firstline.devices.models import Device
from firstline.devices.testing import Link, make_device
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed, NotFound
from firstline.organizations.testing import make_organization
from firstline.remote import actions, queries
from firstline.remote.models import Command
from firstline_protocol import messages as wire
from firstline_protocol.agent_side import Acknowledged, CommandRequested, Welcomed
from firstline_protocol.enums import CheckStatus, ConsentAnswer, ConsentPlace, FinishReason, Stream
from firstline_protocol.identity import DeviceKey
from firstline_protocol.limits import OUTPUT_BYTES_MAX

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key() -> DeviceKey:
    return DeviceKey.generate()


@pytest.fixture
def device(key: DeviceKey) -> Device:
    return make_device(make_organization("Contoso"), key=key)


@pytest.fixture
def technician() -> Actor:
    return make_actor("Tess Turner", "technician")


def play(story: Callable[[], Awaitable[None]]) -> None:
    async def with_cleanup() -> None:
        await story()
        loop = asyncio.get_running_loop()
        for _ in range(8):
            await loop.run_in_executor(consumers._threads, connections.close_all)

    asyncio.run(with_cleanup())


async def connect(key: DeviceKey) -> Link:
    link = Link(key)
    await link.hello()
    await link.until(Welcomed)
    return link


async def say(link: Link, result: wire.Result) -> None:
    """Send a result and wait until it is stored."""
    await link.send(link.connection.send_result(result))
    await link.until(Acknowledged)


def test_command_runs_with_consent_and_keeps_every_byte(
    key: DeviceKey, device: Device, technician: Actor
) -> None:
    command = actions.request_command(actor=technician, device=device, text="printf 你好", reason="Test")

    async def story() -> None:
        link = await connect(key)
        request = (await link.until(CommandRequested)).request
        assert (request.text, request.technician, request.reason) == ("printf 你好", "Tess Turner", "Test")
        name, raw = request.command_id, "你好".encode()
        await say(link, wire.ConsentAsked(name, 1, 1, 60))
        await say(link, wire.ConsentAnswered(name, 2, 2, ConsentAnswer.ALLOWED, ConsentPlace.PAGE))
        await say(link, wire.CommandStarted(name, 3, 3, "lin"))
        await say(link, wire.CommandOutput(name, 4, 4, Stream.STDOUT, raw[:4]))
        await link.leave()
        # The server restarts in the middle: the agent repeats what was not acknowledged, and goes on.
        link = await connect(key)
        await say(link, wire.CommandOutput(name, 4, 4, Stream.STDOUT, raw[:4]))
        await say(link, wire.CommandOutput(name, 5, 5, Stream.STDOUT, raw[4:]))
        await say(link, wire.CommandOutput(name, 6, 6, Stream.STDERR, b"warning"))
        await say(link, wire.CommandFinished(name, 7, 7, FinishReason.EXITED, 1234, 3))
        await link.leave()

    play(story)
    command.refresh_from_db()
    assert (command.state, command.exit_code, command.duration_ms, command.consent) == (
        "done",
        3,
        1234,
        "allowed",
    )
    assert queries.output_of([command.pk])[command.pk] == [
        queries.OutputBlock("stdout", "你好"),
        queries.OutputBlock("stderr", "warning"),
    ]
    assert AuditRecord.objects.filter(verb="remote.consent_answered", actor_kind="device").count() == 1


def test_diagnostics_keep_their_report(key: DeviceKey, device: Device, technician: Actor) -> None:
    command = actions.request_diagnostics(actor=technician, device=device)

    async def story() -> None:
        link = await connect(key)
        name = (await link.until(CommandRequested)).request.command_id
        check = wire.Check("disk", CheckStatus.WARN, "91 %", ("/",))
        await say(link, wire.ConsentAnswered(name, 1, 1, ConsentAnswer.ALLOWED, ConsentPlace.TERMINAL))
        await say(link, wire.DiagnosticsReport(name, 2, 2, (check,)))
        await say(link, wire.CommandFinished(name, 3, 3, FinishReason.EXITED, 10, 0))
        await link.leave()

    play(story)
    command.refresh_from_db()
    assert command.report == [{"code": "disk", "status": "warn", "value": "91 %", "params": ["/"]}]
    assert command.state == "done"


def test_refusal_at_the_device_ends_the_request(key: DeviceKey, device: Device, technician: Actor) -> None:
    command = actions.request_command(actor=technician, device=device, text="id")

    async def story() -> None:
        link = await connect(key)
        name = (await link.until(CommandRequested)).request.command_id
        await say(link, wire.ConsentAnswered(name, 1, 1, ConsentAnswer.REFUSED, ConsentPlace.PAGE))
        await say(link, wire.CommandRefused(name, 2, 2, "user_refused"))
        await link.leave()

    play(story)
    command.refresh_from_db()
    assert (command.state, command.end_reason, command.exit_code) == ("refused", "user_refused", None)


def test_who_may_ask(device: Device, technician: Actor) -> None:
    with pytest.raises(NotFound):
        actions.request_command(actor=make_actor("Rita", "requester"), device=device, text="id")
    owner = make_actor("Olga Owner", "requester")
    Device.objects.filter(pk=device.pk).update(owner_id=owner.id)
    device.refresh_from_db()
    with pytest.raises(NotAllowed):
        actions.request_command(actor=owner, device=device, text="id")
    with pytest.raises(InvalidInput) as empty:
        actions.request_command(actor=technician, device=device, text=" \n")
    bare = make_device(make_organization("Contoso"), hostname="bare")
    with pytest.raises(InvalidInput) as listed:
        actions.request_command(actor=technician, device=bare, text="id")

    assert (empty.value.code, listed.value.code) == ("command_empty", "device_without_agent")
    assert not Command.objects.exists()


def test_cancel_and_expiry_of_a_device_that_never_comes(device: Device, technician: Actor) -> None:
    cancelled = actions.request_command(actor=technician, device=device, text="id")
    actions.cancel_request(actor=technician, command=cancelled)
    with pytest.raises(Conflict):
        actions.cancel_request(actor=technician, command=cancelled)
    with clock.frozen(clock.now() - timedelta(hours=2)):
        late = actions.request_command(actor=technician, device=device, text="id")

    assert actions.expire_requests() == 1
    assert actions.expire_requests() == 0
    cancelled.refresh_from_db()
    late.refresh_from_db()
    assert (cancelled.state, late.state) == ("cancelled", "expired")


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\ufeff", "\u2028"])
def test_command_with_invisible_characters_is_refused(device: Device, technician: Actor, hidden: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.request_command(actor=technician, device=device, text=f"rm {hidden}-r x")

    assert refused.value.code == "command_invisible"
    assert not Command.objects.exists()


def test_request_that_cannot_travel_does_not_hold_up_the_next(
    key: DeviceKey, device: Device, technician: Actor
) -> None:
    stuck = actions.request_command(actor=technician, device=device, text="id")
    Command.objects.filter(pk=stuck.pk).update(text="id\u200b")
    actions.request_command(actor=technician, device=device, text="uptime", reason="a\u061cb")

    async def story() -> None:
        link = await connect(key)
        request = (await link.until(CommandRequested)).request
        assert (request.text, request.reason) == ("uptime", "ab")
        await link.leave()

    play(story)


def test_device_cannot_change_how_a_request_ended(key: DeviceKey, device: Device, technician: Actor) -> None:
    command = actions.request_command(actor=technician, device=device, text="id")

    async def story() -> None:
        link = await connect(key)
        name = (await link.until(CommandRequested)).request.command_id
        await say(link, wire.ConsentAnswered(name, 1, 1, ConsentAnswer.REFUSED, ConsentPlace.PAGE))
        await say(link, wire.CommandRefused(name, 2, 2, "user_refused"))
        await link.leave()
        link = await connect(key)
        await say(link, wire.ConsentAnswered(name, 3, 3, ConsentAnswer.ALLOWED, ConsentPlace.PAGE))
        await link.leave()

    play(story)
    command.refresh_from_db()
    assert (command.state, command.consent, command.last_seq) == ("refused", "refused", 2)


def test_output_beyond_the_limit_is_not_kept(key: DeviceKey, device: Device, technician: Actor) -> None:
    command = actions.request_command(actor=technician, device=device, text="yes")
    Command.objects.filter(pk=command.pk).update(output_bytes=OUTPUT_BYTES_MAX - 3)

    async def story() -> None:
        link = await connect(key)
        name = (await link.until(CommandRequested)).request.command_id
        await say(link, wire.CommandOutput(name, 1, 1, Stream.STDOUT, b"abc"))
        await say(link, wire.CommandOutput(name, 2, 2, Stream.STDOUT, b"d"))
        await say(link, wire.CommandFinished(name, 3, 3, FinishReason.EXITED, 10, 0))
        await link.leave()

    play(story)
    command.refresh_from_db()
    assert queries.output_of([command.pk])[command.pk] == [queries.OutputBlock("stdout", "abc")]
    assert (command.is_truncated, command.state) == (True, "done")
