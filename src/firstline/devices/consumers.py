"""The gateway: one WebSocket per device at /agent/v1, driven by the sans-I/O protocol."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, TypeVar

import structlog
from django.db import close_old_connections

from firstline.devices import actions
from firstline.devices.enums import DeviceState as StoredState
from firstline.devices.models import Device
from firstline_protocol.enums import CollectKind, DeviceState, RefusalCode
from firstline_protocol.errors import ProtocolError
from firstline_protocol.gateway_side import (
    GatewayConnection,
    HeartbeatReceived,
    HelloReceived,
    InventoryReceived,
    ResultReceived,
)
from firstline_protocol.identity import DEMO_GENESIS
from firstline_protocol.limits import SHOWN_CHARS_MAX
from firstline_protocol.messages import Cancel, Heartbeat, RunCommand
from firstline_protocol.text import clean_line

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
T = TypeVar("T")

HELLO_SECONDS = 10
SILENCE_SECONDS = 45
HEARTBEAT_SECONDS = 10
MESSAGES_PER_SECOND = 200
MESSAGES_BURST = 600
VIOLATIONS_RECORDED_PER_MINUTE = 30

_CLOSE_PROTOCOL, _CLOSE_RATE, _CLOSE_REPLACED, _CLOSE_REFUSED = 4400, 4429, 4409, 4403
_TOO_BIG = 1009

_threads = ThreadPoolExecutor(4, thread_name_prefix="gateway")
_links: dict[int, "_Link"] = {}
_violations: list[float] = []


async def gateway_application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one agent from its hello to the end of its link."""
    await receive()
    await send({"type": "websocket.accept"})
    client = scope.get("client") or ("?", 0)
    link = _Link(receive, send, str(client[0]))
    try:
        await link.run()
    except _Closed:
        return
    finally:
        await link.end()


def nudge(device_id: int) -> None:
    """Have the device's link look for pending commands; from the event loop's thread."""
    link = _links.get(device_id)
    if link is not None:
        link.wanted.set()


def connected_count() -> int:
    """How many agents this process holds."""
    return len(_links)


class _Closed(Exception):
    """The link is over."""


class _Link:
    def __init__(self, receive: Receive, send: Send, address: str) -> None:
        self._receive = receive
        self._send = send
        self._address = address
        self._connection = GatewayConnection(nonce=secrets.token_bytes(32))
        self._allowance = float(MESSAGES_BURST)
        self._counted_at = time.monotonic()
        self._health_at = self._sample_at = 0.0
        self._device: Device | None = None
        self._feeder: asyncio.Task[None] | None = None
        self.wanted = asyncio.Event()

    async def run(self) -> None:
        await self._bytes(self._connection.send_challenge())
        await self._admit()
        assert self._device is not None
        previous = _links.get(self._device.pk)
        _links[self._device.pk] = self
        if previous is not None:
            await previous.close(_CLOSE_REPLACED)
        await _in_thread(_set_online, self._device.pk, True)
        log.info("agent_connected", device=self._device.pk)
        await self._bytes(self._connection.send_collect(CollectKind.INVENTORY))
        self._feeder = asyncio.create_task(self._feed())
        self.wanted.set()
        while True:
            await self._take(await self._next(SILENCE_SECONDS))

    async def end(self) -> None:
        if self._feeder is not None:
            self._feeder.cancel()
        if self._device is not None and _links.get(self._device.pk) is self:
            del _links[self._device.pk]
            await _in_thread(_set_online, self._device.pk, False)

    async def close(self, code: int) -> None:
        try:
            await self._send({"type": "websocket.close", "code": code})
        except (RuntimeError, OSError):
            log.debug("close_failed", code=code)  # The other side was faster.

    async def _admit(self) -> None:
        events = await self._events(await self._next(HELLO_SECONDS))
        hello = next((event for event in events if isinstance(event, HelloReceived)), None)
        if hello is None:
            await self._violate("unexpected_message")
            raise _Closed
        # Taken before the wait, so that many refusals at once count one by one.
        is_recorded = hello.enrolment is not None and _take_record()
        admission = await _in_thread(_admit, hello, is_recorded)
        if is_recorded and admission.device is not None:
            _violations.pop()
        if admission.device is None:
            log.warning("agent_refused", code=str(admission.refusal), address=self._address)
            await self._refuse(admission.refusal or RefusalCode.DEVICE_UNKNOWN)
            raise _Closed
        self._device = admission.device
        stored = await _in_thread(actions.command_sink().stored, admission.device.pk)
        for command_id, seq in stored.items():
            self._connection.note_stored(command_id, seq)
        await self._bytes(
            self._connection.send_welcome(
                state=DeviceState.ACTIVE,
                organization=clean_line(admission.device.organization.name, SHOWN_CHARS_MAX),
                device_name=clean_line(admission.device.label, SHOWN_CHARS_MAX),
                server_time_ms=time.time_ns() // 1_000_000,
                genesis=DEMO_GENESIS,
                heartbeat_seconds=HEARTBEAT_SECONDS,
            )
        )

    async def _take(self, data: bytes) -> None:
        assert self._device is not None
        for event in await self._events(data):
            match event:
                case ResultReceived(result, is_duplicate):
                    if not is_duplicate:
                        await _in_thread(actions.command_sink().take, self._device.pk, result)
                    await self._bytes(self._connection.send_ack(result.command_id, result.seq))
                case HeartbeatReceived(heartbeat):
                    await self._on_heartbeat(heartbeat)
                case InventoryReceived(inventory):
                    await _in_thread(actions.store_facts, self._device.pk, asdict(inventory))

    async def _on_heartbeat(self, heartbeat: Heartbeat) -> None:
        assert self._device is not None
        now = time.monotonic()
        if now - self._health_at < actions.HEALTH_WRITE_SECONDS:
            return
        self._health_at = now
        is_sample = now - self._sample_at >= actions.SAMPLE_SECONDS
        if is_sample:
            self._sample_at = now
        await _in_thread(_store_health, self._device.pk, asdict(heartbeat), is_sample)

    async def _feed(self) -> None:
        """Deliver pending commands whenever somebody says that there are some."""
        assert self._device is not None
        while True:
            await self.wanted.wait()
            self.wanted.clear()
            if await _in_thread(_is_revoked, self._device.pk):
                await self.close(_CLOSE_REFUSED)
                return
            for message in await _in_thread(actions.command_sink().pending, self._device.pk):
                await self._deliver(message)

    async def _deliver(self, message: RunCommand | Cancel) -> None:
        if isinstance(message, Cancel):
            await self._bytes(self._connection.send_cancel(message.command_id))
            return
        try:
            frame = self._connection.send_run_command(message)
        except ProtocolError as error:
            # One request that cannot travel must not hold up those behind it; it expires.
            log.error("command_undeliverable", command=str(message.command_id), code=error.code)
            return
        await self._bytes(frame)

    async def _next(self, seconds: float) -> bytes:
        try:
            message = await asyncio.wait_for(self._receive(), seconds)
        except TimeoutError:
            await self.close(_CLOSE_PROTOCOL)
            raise _Closed from None
        if message["type"] == "websocket.disconnect":
            if message.get("code") == _TOO_BIG:
                await self._record("frame_too_large")
            raise _Closed
        self._count()
        if self._allowance < 0:
            await self._record("rate_exceeded")
            await self.close(_CLOSE_RATE)
            raise _Closed
        data = message.get("bytes")
        if data is None:
            await self._violate("text_frame")
            raise _Closed
        return bytes(data)

    def _count(self) -> None:
        now = time.monotonic()
        earned = (now - self._counted_at) * MESSAGES_PER_SECOND
        self._allowance = min(MESSAGES_BURST, self._allowance + earned) - 1
        self._counted_at = now

    async def _events(self, data: bytes) -> list[Any]:
        try:
            return list(self._connection.receive(data))
        except ProtocolError as error:
            if error.code == "wrong_version":
                await self._record(error.code)
                await self._refuse(RefusalCode.VERSION)
            else:
                await self._violate(error.code)
            raise _Closed from error

    async def _refuse(self, code: RefusalCode) -> None:
        """Say why before the connection closes."""
        await self._bytes(self._connection.send_refused(str(code)))
        await self.close(_CLOSE_REFUSED)

    async def _violate(self, code: str) -> None:
        await self._record(code)
        await self.close(_CLOSE_PROTOCOL)

    async def _record(self, code: str) -> None:
        log.warning("agent_protocol_violated", code=code, address=self._address)
        if _take_record():
            device_id = self._device.pk if self._device else None
            await _in_thread(_record_violation, device_id, self._address, code)

    async def _bytes(self, data: bytes) -> None:
        await self._send({"type": "websocket.send", "bytes": data})


def _take_record() -> bool:
    """At most so many faults a minute: a flood must not fill the audit trail, from which nothing goes."""
    now = time.monotonic()
    _violations[:] = [at for at in _violations if now - at < 60]
    if len(_violations) >= VIOLATIONS_RECORDED_PER_MINUTE:
        return False
    _violations.append(now)
    return True


def _admit(hello: HelloReceived, record_refusal: bool) -> actions.Admission:
    return actions.admit(hello.hello, hello.enrolment, record_refusal=record_refusal)


async def _in_thread(function: Callable[..., T], *arguments: object) -> T:
    """Database work belongs into the gateway's own threads, never into the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _with_connection, function, arguments)


def _with_connection(function: Callable[..., T], arguments: tuple[object, ...]) -> T:
    close_old_connections()
    return function(*arguments)


def _set_online(device_id: int, online: bool) -> None:
    actions.set_online(device_id, online=online)


def _store_health(device_id: int, health: dict[str, int], sample: bool) -> None:
    actions.store_health(device_id, health, sample=sample)


def _record_violation(device_id: int | None, address: str, code: str) -> None:
    actions.record_violation(device_id=device_id, address=address, code=code)


def _is_revoked(device_id: int) -> bool:
    return Device.objects.filter(pk=device_id, state=StoredState.REVOKED).exists()
