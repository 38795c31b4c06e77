"""Keeps one connection to the gateway, and everything that travels on it."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from websockets.asyncio.client import ClientConnection

from firstline_agent import VERSION
from firstline_agent.capabilities.inventory import machine_facts, read_inventory
from firstline_agent.capabilities.metrics import read_heartbeat
from firstline_agent.core.runner import Runner
from firstline_agent.core.spool import Spool
from firstline_agent.platform.base import Platform
from firstline_agent.transport.backoff import Backoff
from firstline_agent.transport.pace import Pace
from firstline_agent.transport.socket import LOST, Address, TransportError, connect
from firstline_protocol.agent_side import (
    Acknowledged,
    AgentConnection,
    AgentEvent,
    CancelRequested,
    Challenged,
    CollectRequested,
    CommandRequested,
    Pinged,
    TurnedAway,
    Welcomed,
)
from firstline_protocol.enrolment import EnrolmentToken
from firstline_protocol.enums import LAST_REFUSALS, CollectKind, DeviceState
from firstline_protocol.errors import ProtocolError
from firstline_protocol.identity import DeviceKey
from firstline_protocol.messages import Welcome

Report = Callable[..., None]
_GREETING_SECONDS_MAX = 15.0
_COLLECT_SECONDS_MIN = 60.0
_INVENTORY_SECONDS = 6 * 3600.0
_TURNED_AWAY_SECONDS = 300.0


class Refusal(Exception):
    """The gateway turned this device away."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def greet(
    socket: ClientConnection,
    connection: AgentConnection,
    system: Platform,
    *,
    token: EnrolmentToken | None = None,
    owner_email: str = "",
) -> Welcome:
    """Say hello; raise Refusal, ProtocolError or one of LOST."""
    facts = await asyncio.to_thread(machine_facts, system)
    async with asyncio.timeout(_GREETING_SECONDS_MAX):
        while True:
            for event in connection.receive(_binary(await socket.recv())):
                if isinstance(event, Challenged):
                    hello = connection.send_hello(
                        agent_version=VERSION, facts=facts, token=token, owner_email=owner_email
                    )
                    await socket.send(hello)
                elif isinstance(event, TurnedAway):
                    raise Refusal(event.code)
                elif isinstance(event, Welcomed):
                    return event.welcome


class Link:
    """Connects, and connects again; what was not acknowledged is sent again each time."""

    def __init__(
        self,
        *,
        address: Address,
        ca_file: Path | None,
        key: DeviceKey,
        genesis: bytes,
        log_seq: int,
        system: Platform,
        spool: Spool,
        report: Report,
    ) -> None:
        self.address = address
        self.is_connected = False
        self.clock_offset_ms: int | None = None
        self.runner: Runner | None = None
        self._ca_file = ca_file
        self._key = key
        self._genesis = genesis
        self._log_seq = log_seq
        self._system = system
        self._spool = spool
        self._report = report
        self._is_quarantined = True
        self._results = asyncio.Event()
        self._collect = {kind: asyncio.Event() for kind in CollectKind}

    def wake(self) -> None:
        """There are new results to send."""
        self._results.set()

    async def run(self) -> None:
        """Until cancelled. Failures are reported once each, not on every try."""
        backoff = Backoff()
        told = ""
        while True:
            delay = 0.0
            try:
                await self._one_connection(backoff)
                code, params = "connection_lost", {"why": ""}
            except Refusal as refusal:
                code, params = "turned_away", {"code": refusal.code}
                delay = _TURNED_AWAY_SECONDS if refusal.code in LAST_REFUSALS else 0.0
            except ProtocolError as error:
                code, params = "protocol_broken", {"code": error.code}
            except LOST as error:
                code, params = "connection_lost", {"why": str(error)}
            except TransportError:
                raise
            except Exception as error:  # noqa: BLE001 - the agent's own loop: recorded, and it goes on
                code, params = "unexpected", {"why": repr(error)}
            if self.is_connected or told != code + str(params):
                self._report(code, **params)
                told = code + str(params)
            self.is_connected = False
            await asyncio.sleep(delay or backoff.next_delay())

    async def _one_connection(self, backoff: Backoff) -> None:
        socket = await connect(self.address, self._ca_file)
        try:
            connection = AgentConnection(self._key, genesis=self._genesis, log_seq=self._log_seq)
            welcome = await greet(socket, connection, self._system)
            self._is_quarantined = welcome.state is not DeviceState.ACTIVE
            self.clock_offset_ms = time.time_ns() // 1_000_000 - welcome.server_time_ms
            backoff.reset()
            self.is_connected = True
            self._report("connected", organization=welcome.organization, gateway=self.address.url)
            await self._talk(socket, connection, welcome.heartbeat_seconds)
        finally:
            await socket.close()

    async def _talk(self, socket: ClientConnection, connection: AgentConnection, every: int) -> None:
        sides = [
            asyncio.create_task(self._listen(socket, connection)),
            asyncio.create_task(self._send_results(socket, connection)),
            asyncio.create_task(self._beat(socket, connection, every)),
            asyncio.create_task(self._describe(socket, connection)),
        ]
        try:
            done, _pending = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            for side in done:
                side.result()
        finally:
            for side in sides:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)

    async def _listen(self, socket: ClientConnection, connection: AgentConnection) -> None:
        while True:
            for event in connection.receive(_binary(await socket.recv())):
                answer = self._on_event(event, connection)
                if answer is not None:
                    await socket.send(answer)

    def _on_event(self, event: AgentEvent, connection: AgentConnection) -> bytes | None:
        assert self.runner is not None
        match event:
            case CommandRequested():
                self.runner.request(event.request, is_quarantined=self._is_quarantined)
            case CancelRequested():
                self.runner.cancel(event.command_id)
            case Acknowledged():
                self._spool.acknowledge(event.command_id, event.seq)
            case CollectRequested():
                self._collect[event.what].set()
            case Pinged():
                now_ms = time.time_ns() // 1_000_000
                return connection.send_pong(sent_at_ms=event.sent_at_ms, device_time_ms=now_ms)
        return None

    async def _send_results(self, socket: ClientConnection, connection: AgentConnection) -> None:
        """Everything the spool holds, each result once per connection and in order."""
        sent: dict[UUID, int] = {}
        pace = Pace()
        while True:
            self._results.clear()
            for record in self._spool.records():
                command_id = record.request.command_id
                for result in list(record.results):
                    if result.seq > sent.get(command_id, 0):
                        await pace.wait()
                        await socket.send(connection.send_result(result))
                        sent[command_id] = result.seq
            await self._results.wait()

    async def _beat(self, socket: ClientConnection, connection: AgentConnection, every: int) -> None:
        assert self.runner is not None
        asked = self._collect[CollectKind.HEALTH]
        while True:
            asked.clear()
            heartbeat = await asyncio.to_thread(read_heartbeat, self.runner.running_count)
            await socket.send(connection.send_heartbeat(heartbeat))
            await asyncio.sleep(min(every, 1))
            await _wait_for(asked, every - min(every, 1))

    async def _describe(self, socket: ClientConnection, connection: AgentConnection) -> None:
        """An inventory on every connection, when asked (at most once a minute), and a few times a day."""
        asked = self._collect[CollectKind.INVENTORY]
        while True:
            asked.clear()
            inventory = await asyncio.to_thread(read_inventory, self._system)
            await socket.send(connection.send_inventory(inventory))
            await asyncio.sleep(_COLLECT_SECONDS_MIN)
            await _wait_for(asked, _INVENTORY_SECONDS)


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


def _binary(data: str | bytes) -> bytes:
    if isinstance(data, str):
        raise ProtocolError("bad_frame", "text")
    return data
