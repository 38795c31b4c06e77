"""Carries small messages between processes: local by default, PostgreSQL NOTIFY where there are several."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from firstline.outbox import wakeup

log = structlog.get_logger(__name__)

# {"kind": "changed" | "presence" | "recheck" | "wake", …}; small JSON values only.
Message = dict[str, Any]
Listener = Callable[[Message], None]


class Bus(Protocol):
    """Delivers every message to every listener of every process, at most once, in no promised order."""

    def publish(self, message: Message) -> None:
        """From any thread; never blocks, never raises."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` (from any thread, quickly) for each message; returns how to stop that."""

    def close(self) -> None:
        """Stop threads and connections."""


class LocalBus:
    """Within this process."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def publish(self, message: Message) -> None:
        self.deliver(message)

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners = [*self._listeners, listener]

        def stop() -> None:
            self._listeners = [other for other in self._listeners if other is not listener]

        return stop

    def deliver(self, message: Message) -> None:
        """Hand a message to the listeners of this process."""
        if message["kind"] == "wake":
            wakeup.nudge()
        for listener in self._listeners:
            try:
                listener(message)
            except Exception:
                log.exception("bus_listener_failed", kind=message["kind"])

    def close(self) -> None:
        self._listeners = []


_current: Bus | None = None


def current() -> Bus:
    """This process's bus."""
    global _current
    if _current is None:
        _current = LocalBus()
    return _current


def use(bus: Bus | None) -> None:
    """Replace the bus (None: choose anew when next needed); closes the old one."""
    global _current
    if _current is not None:
        _current.close()
    _current = bus


def wake() -> None:
    """Wake the workers of every process."""
    current().publish({"kind": "wake"})


def changed(topic: str, data: Mapping[str, Any] | None = None) -> None:
    """Tell open pages that a topic changed."""
    message: Message = {"kind": "changed", "topic": topic, "version": time.time_ns() // 1_000_000}
    if data:
        message["data"] = dict(data)
    current().publish(message)


def recheck(person_id: int) -> None:
    """Have a person's sockets authorised anew."""
    current().publish({"kind": "recheck", "person_id": person_id})
