"""Devices for tests of any slice: rows, and an agent's end of a link without sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from firstline.accounts.models import Person
from firstline.devices.consumers import gateway_application
from firstline.devices.enums import DeviceState
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.organizations.models import Organization
from firstline_protocol.agent_side import AgentConnection, AgentEvent
from firstline_protocol.enrolment import EnrolmentToken
from firstline_protocol.identity import DEMO_GENESIS, DeviceKey
from firstline_protocol.messages import MachineFacts

FACTS = MachineFacts(hostname="lt-042", os_name="Debian", os_version="12", architecture="x86_64")


def make_device(
    organization: Organization, *, owner: Person | None = None, key: DeviceKey | None = None, **fields: Any
) -> Device:
    """A saved device; with `key` an enrolled one."""
    enrolled = (
        {
            "state": DeviceState.ACTIVE,
            "identity": key.device_id,
            "public_point": key.public_point,
            "enrolled_at": clock.now(),
        }
        if key
        else {}
    )
    defaults = {"hostname": "lt-042", **enrolled, **fields}
    return Device.objects.create(organization=organization, owner=owner, **defaults)


class Link:
    """An agent connected to the gateway in this event loop."""

    def __init__(self, key: DeviceKey) -> None:
        self.connection = AgentConnection(key, genesis=DEMO_GENESIS)
        self.close_code: int | None = None
        self._to_gateway: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._to_agent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        receive: Callable[[], Awaitable[dict[str, Any]]] = self._to_gateway.get
        await self._to_gateway.put({"type": "websocket.connect"})
        scope = {"type": "websocket", "client": ("192.0.2.7", 5000), "headers": [], "path": "/agent/v1"}
        await gateway_application(scope, receive, self._to_agent.put)  # type: ignore[arg-type]

    async def send(self, data: bytes) -> None:
        await self._to_gateway.put({"type": "websocket.receive", "bytes": data})

    async def events(self) -> list[AgentEvent]:
        """What the gateway's next message means; [] when it closed."""
        while True:
            message = await asyncio.wait_for(self._to_agent.get(), 10)
            if message["type"] == "websocket.close":
                self.close_code = message["code"]
                return []
            if message["type"] == "websocket.send":
                return self.connection.receive(message["bytes"])

    async def until(self, kind: type[Any]) -> Any:
        """The next event of `kind`; fails when the gateway closes first."""
        while True:
            found = await self.events()
            assert found, f"closed with {self.close_code}"
            for event in found:
                if isinstance(event, kind):
                    return event

    async def hello(self, token: EnrolmentToken | None = None, owner: str = "") -> None:
        await self.events()
        await self.send(
            self.connection.send_hello(agent_version="1.0", facts=FACTS, owner_email=owner, token=token)
        )

    async def leave(self) -> None:
        """Disconnect and wait until the gateway has noticed."""
        await self._to_gateway.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._task, 10)
