"""The bus between the service and the process beside it that does its jobs: two connected sockets."""

import json
import socket
import threading
import time
from collections.abc import Callable

import structlog

from firstline.outbox.bus import LocalBus, Message

log = structlog.get_logger(__name__)

MESSAGE_BYTES_MAX = 60_000
_CLOSE_SECONDS = 10.0


def connected() -> tuple[socket.socket, socket.socket]:
    """Two ends that keep the bounds of messages; the second may be handed to a child."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def wakes(message: Message) -> bool:
    """What the process with the pages tells the one with the jobs."""
    return bool(message["kind"] == "wake")


def news(message: Message) -> bool:
    """What the process with the jobs tells the one with the pages."""
    return bool(message["kind"] != "wake")


class PairBus(LocalBus):
    """Delivers at once in this process, and what `carries` says to the other.

    Messages that the other has no room for are lost; once it has room it hears of a gap.
    """

    def __init__(self, end: socket.socket, carries: Callable[[Message], bool]) -> None:
        super().__init__()
        self._end = end
        self._carries = carries
        self._guard = threading.Lock()
        self._has_gap = False
        self._receiver = threading.Thread(target=self._receive, name="bus-receive", daemon=True)
        self._receiver.start()

    def publish(self, message: Message) -> None:
        self.deliver(message)
        if self._carries(message):
            with self._guard:
                if self._has_gap:
                    self._has_gap = not self._send(_gap())
                self._has_gap |= not self._send(message)

    def missed(self) -> None:
        """The other process died: what it was about to tell is unknown."""
        self.deliver(_gap())

    def close(self) -> None:
        super().close()
        try:
            self._end.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("bus_end_gone")
        self._receiver.join(_CLOSE_SECONDS)

    def _send(self, message: Message) -> bool:
        payload = json.dumps(message, separators=(",", ":")).encode()
        if len(payload) > MESSAGE_BYTES_MAX:
            # A page that hears of a change without its details fetches everything.
            payload = json.dumps({name: message[name] for name in message if name != "data"}).encode()
        try:
            self._end.send(payload, socket.MSG_DONTWAIT)
        except OSError:  # No room, or nobody there.
            return False
        return True

    def _receive(self) -> None:
        with self._end:
            while payload := self._received():
                self.deliver(json.loads(payload))

    def _received(self) -> bytes:
        """The next message; nothing when this end was closed or the other process has gone."""
        try:
            return self._end.recv(MESSAGE_BYTES_MAX * 2)
        except OSError:
            return b""


def _gap() -> Message:
    return {"kind": "gap", "version": time.time_ns() // 1_000_000}
