"""A small gateway: the protocol's own server side on a real socket, with a store that outlives it."""

import asyncio
import contextlib
import time
from uuid import UUID, uuid4

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from firstline_protocol import gateway_side as side
from firstline_protocol import messages as m
from firstline_protocol.enrolment import EnrolmentToken, encode_token
from firstline_protocol.errors import ProtocolError
from firstline_protocol.identity import DEMO_GENESIS

SECRET = b"s" * 16


class Gateway:
    """Knows devices by enrolment, stores each result once, and can be stopped and started again."""

    def __init__(self):
        self.port = 0
        self.scheme = "ws"
        self.tls = None
        self.host = "127.0.0.1"
        self.state = "active"
        self.refuse_with = None
        self.genesis = DEMO_GENESIS
        self.devices = {}
        self.uses_left = 1
        self.results: dict[UUID, dict[int, object]] = {}
        self.deliveries = 0
        self.inventories = []
        self.heartbeats = []
        self.pongs = []
        self.hellos = []
        self.errors = []
        self.is_acknowledging = True
        self._changed = asyncio.Condition()
        self._links = []
        self._server = None

    async def start(self):
        self._server = await serve(self._handle, self.host, self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        self._server.close()
        await self._server.wait_closed()

    @property
    def token(self):
        url = f"{self.scheme}://{self.host}:{self.port}/agent/v1"
        return encode_token(
            EnrolmentToken(
                DEMO_GENESIS, 0, DEMO_GENESIS, url, b"t" * 16, SECRET, (), 1, int(time.time()) + 3600
            )
        )

    async def run(self, text, kind="command", timeout_seconds=300, **more):
        """Ask for a command and return its id."""
        request = m.RunCommand(uuid4(), kind, text, timeout_seconds, "Ana", "INC-42", "disk full", **more)
        self.results[request.command_id] = {}
        await self.send(lambda connection: connection.send_run_command(request))
        return request.command_id

    async def send(self, make):
        socket, connection = await self.until(lambda: self._links and self._links[-1])
        await socket.send(make(connection))

    async def until(self, condition, seconds=120):
        """Wait for something true."""
        async with asyncio.timeout(seconds), self._changed:
            while not (found := condition()):
                await self._changed.wait()
            return found

    async def ended(self, command_id):
        """Wait for the last result of a command; return all in order."""
        await self.until(lambda: any(isinstance(r, m.LAST_RESULT_TYPES) for r in self.stored(command_id)))
        return self.stored(command_id)

    def stored(self, command_id):
        return [result for _seq, result in sorted(self.results[command_id].items())]

    def output(self, command_id, stream="stdout"):
        return b"".join(
            result.data
            for result in self.stored(command_id)
            if isinstance(result, m.CommandOutput) and result.stream == stream
        )

    async def _handle(self, socket):
        connection = side.GatewayConnection(nonce=uuid4().bytes)
        link = (socket, connection)
        try:
            await socket.send(connection.send_challenge())
            async for data in socket:
                for event in connection.receive(data):
                    await self._on_event(event, socket, connection)
                async with self._changed:
                    if connection.is_open and link not in self._links:
                        self._links.append(link)
                    self._changed.notify_all()
        except ProtocolError as error:
            self.errors.append(error.code)
        except ConnectionClosed:
            pass
        finally:
            with contextlib.suppress(ValueError):
                self._links.remove(link)

    async def _on_event(self, event, socket, connection):
        match event:
            case side.HelloReceived():
                self.hellos.append(event.hello)
                await socket.send(self._greet(event, connection))
            case side.ResultReceived():
                result = event.result
                self.deliveries += 1
                if self.is_acknowledging:
                    self.results[result.command_id].setdefault(result.seq, result)
                    await socket.send(connection.send_ack(result.command_id, result.seq))
            case side.InventoryReceived():
                self.inventories.append(event.inventory)
            case side.HeartbeatReceived():
                self.heartbeats.append(event.heartbeat)
            case side.PongReceived():
                self.pongs.append(event.pong)

    def _greet(self, event, connection):
        if self.refuse_with:
            return connection.send_refused(self.refuse_with)
        if event.hello.device_id not in self.devices:
            if event.enrolment is None:
                return connection.send_refused("device_unknown")
            if not event.enrolment.holds(SECRET):
                return connection.send_refused("token_wrong")
            if not self.uses_left:
                return connection.send_refused("token_used")
            self.uses_left -= 1
            self.devices[event.hello.device_id] = event.hello
        return connection.send_welcome(
            state=self.state,
            organization="Example 公司",
            device_name=event.hello.facts.hostname,
            server_time_ms=time.time_ns() // 1_000_000,
            genesis=self.genesis,
            heartbeat_seconds=1,
        )
