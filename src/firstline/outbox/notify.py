"""The bus between processes over PostgreSQL NOTIFY, with connections and threads of its own.

NOTIFY needs a direct session connection: a pooler in transaction mode swallows LISTEN, and a
standby refuses it.
"""

import json
import queue
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import structlog

from firstline.outbox.bus import Listener, LocalBus, Message

log = structlog.get_logger(__name__)

CHANNEL = "firstline"
# PostgreSQL refuses 8000 bytes.
PAYLOAD_BYTES_MAX = 7900
_OUTBOX_MAX = 10_000
_BATCH = 100
_LISTEN_SECONDS = 1.0
_PAUSE_SECONDS = 2.0


class PostgresBus(LocalBus):
    """Delivers at once in this process and by NOTIFY to the others.

    A lost connection loses messages: after it is back, listeners hear of a gap.
    """

    def __init__(self, parameters: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__()
        self._parameters = parameters
        self._node = uuid.uuid4().hex
        self._outgoing: queue.Queue[Message | None] = queue.Queue(_OUTBOX_MAX)
        self._guard = threading.Lock()
        self._sender: threading.Thread | None = None
        self._receiver: threading.Thread | None = None
        self._closing = threading.Event()
        self.listening = threading.Event()

    def publish(self, message: Message) -> None:
        self.deliver(message)
        with self._guard:
            if self._sender is None and not self._closing.is_set():
                self._sender = self._start(self._send)
        try:
            self._outgoing.put_nowait(message)
        except queue.Full:
            log.warning("bus_message_dropped", kind=message["kind"])

    def listen(self, listener: Listener) -> Callable[[], None]:
        self.attend()
        return super().listen(listener)

    def attend(self) -> None:
        with self._guard:
            if self._receiver is None and not self._closing.is_set():
                self._receiver = self._start(self._receive)

    def close(self) -> None:
        super().close()
        self._closing.set()
        try:
            self._outgoing.put_nowait(None)
        except queue.Full:
            pass  # The sender is busy and will see that it is closing.
        for thread in (self._sender, self._receiver):
            if thread is not None:
                thread.join(10)

    def _start(self, run: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=self._keep, args=(run,), name=f"bus{run.__name__}", daemon=True)
        thread.start()
        return thread

    def _keep(self, run: Callable[[], None]) -> None:
        """Run until closing, again after every fault of the connection."""
        while not self._closing.is_set():
            try:
                run()
            except psycopg.Error as error:
                log.warning("bus_connection_lost", error=str(error).strip())
                self._closing.wait(_PAUSE_SECONDS)

    def _connect(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = psycopg.connect(
            **self._parameters(), autocommit=True, connect_timeout=10
        )
        return connection

    def _send(self) -> None:
        with self._connect() as connection:
            while not self._closing.is_set():
                first = self._outgoing.get()
                if first is None:
                    return
                payloads = {self._payload(message) for message in [first, *self._more()]}
                # One transaction per batch: every NOTIFY commit takes a lock of the whole server.
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.executemany(
                        "SELECT pg_notify(%s, %s)", [(CHANNEL, payload) for payload in payloads]
                    )

    def _more(self) -> list[Message]:
        waiting: list[Message] = []
        while len(waiting) < _BATCH:
            try:
                message = self._outgoing.get_nowait()
            except queue.Empty:
                return waiting
            if message is not None:
                waiting.append(message)
        return waiting

    def _payload(self, message: Message) -> str:
        payload = json.dumps({"from": self._node, **message}, separators=(",", ":"))
        if len(payload) > PAYLOAD_BYTES_MAX:
            # A page that hears of a change without its details fetches everything.
            bare = {name: message[name] for name in ("kind", "topic", "version") if name in message}
            payload = json.dumps({"from": self._node, **bare})
        return payload

    def _receive(self) -> None:
        with self._connect() as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self.deliver({"kind": "gap", "version": time.time_ns() // 1_000_000})
            self.listening.set()
            while not self._closing.is_set():
                for notice in connection.notifies(timeout=_LISTEN_SECONDS):
                    self._take(notice.payload)
                    if self._closing.is_set():
                        return

    def _take(self, payload: str) -> None:
        try:
            message = json.loads(payload)
            sender = message.pop("from")
        except (ValueError, AttributeError, KeyError):
            log.warning("bus_message_unreadable")
            return
        if sender != self._node and isinstance(message.get("kind"), str):
            self.deliver(message)
