"""One WebSocket of the push hub: handshake, limits, authorisation, and an inbox that cannot overflow."""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from firstline.kit.actor import ANONYMOUS, Actor

if TYPE_CHECKING:
    from firstline.outbox.hub import Hub

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MESSAGE_BYTES_MAX = 8192
TOPICS_MAX = 100
_TOPIC = re.compile(r"[a-z_]{1,40}(:[A-Za-z0-9_.-]{1,64})?")
# A page may send a burst of messages, then so many a second on average.
_BURST, _PER_SECOND = 40.0, 4.0
_SEND_SECONDS = 20.0
RECHECK_SECONDS = 300.0

BAD_MESSAGE, SIGNED_OUT, TOO_LARGE, TOO_MANY = 4400, 4401, 4413, 4429


class _Refused(Exception):
    """The page broke a rule; the socket is closed with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Socket:
    """A page's connection; lives on the hub's event loop."""

    def __init__(self, hub: "Hub", scope: Scope, receive: Receive, send: Send) -> None:
        self._hub, self._scope, self._receive, self._send = hub, scope, receive, send
        self.actor: Actor = ANONYMOUS
        self.topics: set[str] = set()
        # The newest message per subject: a slow page misses steps, never the outcome.
        self._inbox: dict[tuple[str, str], object] = {}
        self._ready = asyncio.Event()
        self._must_recheck = False
        self._allowance = _BURST
        self._allowance_at = 0.0

    async def serve(self) -> None:
        """From the handshake to the end."""
        if not self._is_same_origin():
            await self._send({"type": "websocket.close", "code": 4403})
            return
        await self._receive()
        await self._send({"type": "websocket.accept"})
        actor = await self._hub.ask(self._hub.gates.resolve_actor, self._scope)
        if actor is None:
            await self._close(SIGNED_OUT)
            return
        self.actor = actor
        if not self._hub.join(self):
            await self._close(TOO_MANY)
            return
        try:
            await self._converse()
        finally:
            self._hub.leave(self)

    def offer(self, subject: tuple[str, str], message: object) -> None:
        """Send soon; replaces what still waits about the same subject."""
        self._inbox[subject] = message
        self._ready.set()

    def recheck(self) -> None:
        """Prove anew who this is and what they may hear, soon."""
        self._must_recheck = True
        self._ready.set()

    async def _converse(self) -> None:
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write())
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reader, writer):
                task.cancel()
            ends = await asyncio.gather(reader, writer, return_exceptions=True)
        for end in ends:
            if isinstance(end, _Refused):
                await self._close(end.code)
            elif isinstance(end, Exception) and not isinstance(end, OSError | TimeoutError):
                log.error("push_socket_failed", exc_info=end)

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            self._spend()
            raw = message.get("text") or message.get("bytes") or ""
            if len(raw) > MESSAGE_BYTES_MAX:
                raise _Refused(TOO_LARGE)
            await self._obey(_parse(raw))

    async def _write(self) -> None:
        while True:
            try:
                async with asyncio.timeout(RECHECK_SECONDS * random.uniform(0.8, 1.2)):  # noqa: S311 -- spreads load
                    await self._ready.wait()
            except TimeoutError:
                self._must_recheck = True
            self._ready.clear()
            if self._must_recheck:
                self._must_recheck = False
                await self._authorise(set())
            waiting, self._inbox = self._inbox, {}
            for message in waiting.values():
                async with asyncio.timeout(_SEND_SECONDS):
                    await self._send({"type": "websocket.send", "text": json.dumps(message)})

    async def _obey(self, message: dict[str, Any]) -> None:
        if "subscribe" in message:
            wanted = _topics(message["subscribe"])
            if len(self.topics | wanted) > TOPICS_MAX:
                raise _Refused(TOO_MANY)
            await self._authorise(wanted)
        elif "unsubscribe" in message:
            self._hub.unsubscribe(self, _topics(message["unsubscribe"]) & self.topics)
        elif "presence" in message:
            told = message["presence"]
            if not isinstance(told, dict) or not isinstance(told.get("topic"), str):
                raise _Refused(BAD_MESSAGE)
            self._hub.presence.typing(self, told["topic"], is_typing=told.get("typing") is True)
        else:
            raise _Refused(BAD_MESSAGE)

    async def _authorise(self, wanted: set[str]) -> None:
        """Ask who this is now and what of the old and the wanted topics they may hear."""
        gates, held = self._hub.gates, set(self.topics)

        def answer() -> tuple[Actor | None, set[str], set[str]]:
            actor = gates.resolve_actor(self._scope)
            if actor is None:
                return None, set(), set()
            heard = {topic for topic in held | wanted if gates.may_subscribe(actor, topic)}
            return actor, heard, {topic for topic in heard if gates.may_be_present(actor, topic)}

        actor, heard, seen = await self._hub.ask(answer)
        if actor is None or actor.id != self.actor.id:
            raise _Refused(SIGNED_OUT)
        self.actor = actor
        self._hub.unsubscribe(self, held - heard)
        denied = (held | wanted) - heard
        if denied:
            self.offer(("denied", ""), {"denied": sorted(denied)})
        fresh = (heard & wanted) - self.topics
        self._hub.subscribe(self, fresh)
        for topic in fresh & seen:
            self._hub.presence.enter(self, topic)

    def _spend(self) -> None:
        now = asyncio.get_running_loop().time()
        earned = (now - self._allowance_at) * _PER_SECOND
        self._allowance = min(_BURST, self._allowance + earned) - 1
        self._allowance_at = now
        if self._allowance < 0:
            raise _Refused(TOO_MANY)

    def _is_same_origin(self) -> bool:
        """Browsers always say where a page comes from; another site's page is not served."""
        headers = {name: value.decode("latin-1") for name, value in self._scope["headers"]}
        origin, host = headers.get(b"origin", ""), headers.get(b"host", "")
        return bool(host) and (_place(origin) == host or origin in self._hub.gates.allowed_origins)

    async def _close(self, code: int) -> None:
        try:
            await self._send({"type": "websocket.close", "code": code})
        except (OSError, RuntimeError):
            return  # It is gone already.


def _place(origin: str) -> str:
    """The host and port of an origin; "" where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _parse(raw: str | bytes) -> dict[str, Any]:
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _Refused(BAD_MESSAGE) from error
    if not isinstance(message, dict):
        raise _Refused(BAD_MESSAGE)
    return message


def _topics(value: object) -> set[str]:
    if not isinstance(value, list) or len(value) > TOPICS_MAX:
        raise _Refused(BAD_MESSAGE)
    topics: Iterable[object] = value
    named = {topic for topic in topics if isinstance(topic, str) and _TOPIC.fullmatch(topic)}
    if len(named) != len({str(topic) for topic in topics}):
        raise _Refused(BAD_MESSAGE)
    return named
