"""Carries small messages to every process: local by default, PostgreSQL NOTIFY (`notify.py`) at scale."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from firstline.outbox import wakeup

log = structlog.get_logger(__name__)

# {"kind": "changed" | "presence" | "recheck" | "wake" | "gap", …}; small JSON values only.
Message = dict[str, Any]
Listener = Callable[[Message], None]


class Bus(Protocol):
    """Delivers every message to every listener of every process, at most once, in no promised order."""

    def publish(self, message: Message) -> None:
        """From any thread; never blocks, never raises."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` (from any thread, quickly) for each message; returns how to stop that."""

    def attend(self) -> None:
        """Receive from other processes too, although nobody listens (a worker only wants to be woken)."""

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
        if message["kind"] in {"wake", "gap"}:
            wakeup.nudge()
        for listener in self._listeners:
            try:
                listener(message)
            except Exception:
                log.exception("bus_listener_failed", kind=message["kind"])

    def attend(self) -> None:
        """There are no others."""

    def close(self) -> None:
        self._listeners = []


_current: Bus = LocalBus()


def current() -> Bus:
    """This process's bus."""
    return _current


def use(bus: Bus) -> None:
    """Replace the bus and close the old one; done once, at the start of a process."""
    global _current
    old, _current = _current, bus
    old.close()


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
