"""An SMTP server in a thread of its own, with one more thread for the database."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.db import close_old_connections, connections

log = structlog.get_logger(__name__)

SIZE_BYTES_MAX = 25 * 2**20
COMMAND_SECONDS_MAX = 60
# Real senders write lines far longer than the 998 bytes allowed; this is a limit on memory.
LINE_BYTES_MAX = 2**20

T = TypeVar("T")


class _Session(SMTP):
    """One connection."""

    line_length_limit = LINE_BYTES_MAX


class SmtpServer(Controller):
    """Listens on `port`, or on a free one when it is taken; `port` is then the real one.

    A handler calls `await in_database(function)`; the sender waits for its answer.
    """

    def __init__(
        self,
        handler: Any,
        *,
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
        ident: str = "Firstline",
    ) -> None:
        self._socket = _listen(host, port)
        self._database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="smtpd-database")
        super().__init__(handler, hostname=host, port=self._socket.getsockname()[1])
        self.SMTP_kwargs |= {
            "data_size_limit": SIZE_BYTES_MAX,
            "enable_SMTPUTF8": True,
            "ident": ident,
            "hostname": socket.gethostname(),
            "timeout": COMMAND_SECONDS_MAX,
            "tls_context": tls,
            "auth_exclude_mechanism": ["LOGIN", "PLAIN"],
        }
        handler.in_database = self.in_database

    def factory(self) -> SMTP:
        return _Session(self.handler, **self.SMTP_kwargs)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)

    async def in_database(self, function: Callable[[], T]) -> T:
        """Run `function` in the database thread."""
        return await asyncio.get_running_loop().run_in_executor(self._database, _fresh(function))

    def stop(self, no_assert: bool = False) -> None:
        """Close the listener and the connections; whatever was being stored finishes first."""
        super().stop(no_assert=no_assert)
        self._database.submit(connections.close_all).result()
        self._database.shutdown()


def _fresh(function: Callable[[], T]) -> Callable[[], T]:
    """A database that restarted gave us a dead connection: look first."""

    def run() -> T:
        close_old_connections()
        return function()

    return run


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio turns Nagle's algorithm off on what is accepted.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES} or port == 0:
            listener.close()
            raise
        log.info("smtp_port_taken", port=port)
        listener.bind((host, 0))
    return listener
