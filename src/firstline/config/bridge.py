"""ASGI to WSGI: one thread hop per request, in a fixed pool whose threads keep their database connections.

Django's own ASGI handler pays several hops per request; this bridge runs the WSGI handler and leaves
WebSockets to native asyncio in the same process. Bodies are spooled to disk past 1 MiB and cut off at the
upload limit; a streamed response is pulled chunk by chunk and closed when the client goes away.
"""

import asyncio
import io
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from firstline.config.turns import Turns
from firstline.outbox import courtesy

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SPOOL_BYTES = 2**20
_END = object()


class BodyTooLarge(Exception):
    """The request body passed the limit while it was being read."""


class ClientGone(Exception):
    """The client disconnected before its request was complete."""


class WsgiBridge:
    """Serves a WSGI application to ASGI's HTTP scope."""

    def __init__(
        self, application: Callable[..., Iterable[bytes]], *, threads: int, body_bytes_max: int
    ) -> None:
        self.application = application
        self.body_bytes_max = body_bytes_max
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._turns = Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._read(receive)
        except ClientGone:
            return
        except BodyTooLarge:
            await _plain(send, 413, b"The request is larger than this server accepts.\n")
            return
        loop = asyncio.get_running_loop()
        environ = _environ(scope, body)
        try:
            status, headers, content = await loop.run_in_executor(self.pool, self._call, environ)
        finally:
            body.close()
        if isinstance(content, bytes):
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": content})
            return
        await self._stream(send, status, headers, content)

    async def _read(self, receive: Receive) -> IO[bytes]:
        message = await receive()
        if not message.get("more_body"):
            if message["type"] == "http.disconnect":
                raise ClientGone
            return io.BytesIO(message.get("body", b""))
        body = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed by the caller
        size = 0
        while True:
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self.body_bytes_max:
                body.close()
                raise BodyTooLarge
            body.write(chunk)
            if not message.get("more_body"):
                break
            message = await receive()
            if message["type"] == "http.disconnect":
                body.close()
                raise ClientGone
        body.seek(0)
        return body

    def _call(self, environ: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], Any]:
        seen: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], _info: object = None) -> None:
            seen["status"] = int(status[:3])
            seen["headers"] = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers]

        with courtesy.answering(), self._turns.taken():
            response = self.application(environ, start_response)
        if getattr(response, "streaming", True):
            return seen["status"], seen["headers"], response
        try:
            return seen["status"], seen["headers"], b"".join(response)
        finally:
            response.close()  # type: ignore[attr-defined]

    async def _stream(
        self, send: Send, status: int, headers: list[tuple[bytes, bytes]], content: Any
    ) -> None:
        loop = asyncio.get_running_loop()
        chunks = iter(content)
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            while True:
                chunk = await loop.run_in_executor(self.pool, next, chunks, _END)
                if chunk is _END:
                    break
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            if hasattr(content, "close"):
                await loop.run_in_executor(self.pool, content.close)


def _environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", ""),
        "PATH_INFO": scope["path"].encode("utf-8").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"] = scope["client"][0]
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1")
        if "_" in name:
            continue  # It would collide with the dashed name after translation.
        key = name.upper().replace("-", "_")
        value = raw_value.decode("latin-1")
        if key in {"CONTENT_LENGTH", "CONTENT_TYPE"}:
            environ[key] = value
            continue
        key = f"HTTP_{key}"
        if key in environ:
            separator = "; " if key == "HTTP_COOKIE" else ","
            value = environ[key] + separator + value
        environ[key] = value
    if "CONTENT_LENGTH" not in environ and not isinstance(body, io.BytesIO):
        body.seek(0, io.SEEK_END)
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
    return environ


async def _plain(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
