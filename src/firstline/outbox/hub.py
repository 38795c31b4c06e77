"""The push hub: one WebSocket per page tells it which topics changed and who else is there.

Messages carry names and versions only; pages fetch what they show by ordinary requests, so
that every permission is checked again and a lost message costs delay, never data.

From the page: `{"subscribe": [topic, …]}`, `{"unsubscribe": [topic, …]}`,
`{"presence": {"topic": topic, "typing": true}}`.
To the page: `{"topic": topic, "version": n}`, `{"denied": [topic, …]}`,
`{"presence": {"topic": topic, "people": [{"id": 7, "name": "…", "typing": false}]}}`.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections

from firstline.kit.actor import Actor
from firstline.outbox import bus
from firstline.outbox.presence import Presence
from firstline.outbox.sockets import Receive, Scope, Send, Socket
from firstline.outbox.throttle import Throttle

SOCKETS_MAX = 20_000
SOCKETS_PER_PERSON_MAX = 40
_RECENT_SECONDS = 10.0
_RECENT_MAX = 2000

P = ParamSpec("P")
T = TypeVar("T")


def _nobody(_scope: Scope) -> Actor | None:
    return None


def _never(_actor: Actor, _topic: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Gates:
    """What the hub asks, in a thread: who this is, what they may hear, where they are seen.

    `may_be_present` says for which topics people see each other, and only those for whom it
    is true. `allowed_origins` are accepted besides the page's own host.
    """

    resolve_actor: Callable[[Scope], Actor | None] = _nobody
    may_subscribe: Callable[[Actor, str], bool] = _never
    may_be_present: Callable[[Actor, str], bool] = _never
    allowed_origins: frozenset[str] = field(default_factory=frozenset)


class Hub:
    """All sockets of this process; everything but the gates runs on its event loop."""

    def __init__(self, gates: Gates, *, threads: int = 2) -> None:
        self.gates = gates
        self.presence = Presence(self)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="push")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_listening: Callable[[], None] = lambda: None
        self._sockets: set[Socket] = set()
        self._topics: dict[str, set[Socket]] = {}
        # Topics that changed a moment ago: a page may have been rendered before, and asks only now.
        self._recent: OrderedDict[str, tuple[float, bus.Message]] = OrderedDict()
        self._throttle = Throttle()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end."""
        self._attend()
        await Socket(self, scope, receive, send).serve()

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a question that may read the database in one of the hub's threads."""

        def answer() -> T:
            close_old_connections()
            try:
                return question(*args, **kwargs)
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._threads, answer)

    @property
    def size(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    # Called by sockets

    def join(self, socket: Socket) -> bool:
        """Admit a socket; False where there are too many."""
        of_person = sum(other.actor.id == socket.actor.id for other in self._sockets)
        if len(self._sockets) >= SOCKETS_MAX or of_person >= SOCKETS_PER_PERSON_MAX:
            return False
        self._sockets.add(socket)
        return True

    def leave(self, socket: Socket) -> None:
        self._sockets.discard(socket)
        self.unsubscribe(socket, set(socket.topics))

    def subscribe(self, socket: Socket, topics: Iterable[str]) -> None:
        now = asyncio.get_running_loop().time()
        for topic in topics:
            socket.topics.add(topic)
            self._topics.setdefault(topic, set()).add(socket)
            at, message = self._recent.get(topic, (0.0, {}))
            if message and now - at < _RECENT_SECONDS:
                socket.offer(("changed", topic), message)

    def unsubscribe(self, socket: Socket, topics: Iterable[str]) -> None:
        for topic in topics:
            self.presence.leave(socket, topic)
            socket.topics.discard(topic)
            others = self._topics.get(topic, set())
            others.discard(socket)
            if not others:
                self._topics.pop(topic, None)

    def subscribers(self, topic: str) -> set[Socket]:
        return self._topics.get(topic, set())

    def often(self, key: tuple[str, str], action: Callable[[], None]) -> None:
        """Run `action` now, or once within the second when it ran a moment ago."""
        self._throttle(key, action)

    # The bus

    def _attend(self) -> None:
        """Listen to the bus from the loop that serves sockets (tests have one loop each)."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._stop_listening()
        self._loop = loop

        def hear(message: bus.Message) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._hear, message)

        self._stop_listening = bus.current().listen(hear)

    def _hear(self, message: bus.Message) -> None:
        kind = message["kind"]
        if kind == "changed":
            self._changed(message)
        elif kind == "presence":
            self.presence.hear(message)
        elif kind == "recheck":
            for socket in [s for s in self._sockets if s.actor.id == message["person_id"]]:
                socket.recheck()
        elif kind == "gap":  # Messages of other processes may have been missed.
            for topic in list(self._topics):
                self._changed({"topic": topic, "version": message["version"]})

    def _changed(self, message: bus.Message) -> None:
        topic = message["topic"]
        news = {name: message[name] for name in ("topic", "version", "data") if name in message}
        self._recent[topic] = (asyncio.get_running_loop().time(), news)
        self._recent.move_to_end(topic)
        if len(self._recent) > _RECENT_MAX:
            self._recent.popitem(last=False)
        if topic in self._topics:
            self._throttle(("changed", topic), lambda: self._tell(topic))

    def _tell(self, topic: str) -> None:
        _, news = self._recent.get(topic, (0.0, None))
        for socket in self.subscribers(topic):
            if news is not None:
                socket.offer(("changed", topic), news)


_hub = Hub(Gates())


def configure(gates: Gates) -> None:
    """The composition root says who may come in; until then nobody may."""
    _hub.gates = gates


def push_application(scope: Scope, receive: Receive, send: Send) -> Awaitable[Any]:
    """The ASGI application of `/ws/push`."""
    return _hub(scope, receive, send)


def socket_count() -> int:
    """Open sockets of this process (for metrics)."""
    return _hub.size
