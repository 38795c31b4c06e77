"""The consent page: served by the agent to the browser of this very machine, and to nobody else."""

import asyncio
import hmac
import json
import secrets
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from firstline_agent.core.consent import ConsentDesk
from firstline_agent.core.journal import read_entries
from firstline_agent.core.state import StateFolder
from firstline_agent.core.terminal import desk_view
from firstline_agent.platform.base import Platform
from firstline_protocol.enums import ConsentPlace

_HEAD_BYTES_MAX = 16 * 1024
_BODY_BYTES_MAX = 4 * 1024
_READ_SECONDS_MAX = 10.0
_POLL_SECONDS = 20.0
_JOURNAL_SHOWN = 12
_CLIENTS_MAX = 32

_CONTENT_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "json": "application/json"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Connection": "close",
}


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


class _Refused(Exception):
    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class PromptPage:
    """Exact Host check (DNS rebinding), a secret that only the link's fragment carries, no cookies."""

    def __init__(
        self, folder: StateFolder, desk: ConsentDesk, organization: str, opener: Platform | None
    ) -> None:
        self._folder = folder
        self._desk = desk
        self._organization = organization
        self._opener = opener
        self._secret = secrets.token_urlsafe(32)
        self._server: asyncio.Server | None = None
        self._authority = ""
        self._viewers = 0
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Return the link, which is also written where only this user can read it."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD_BYTES_MAX)
        self._authority = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        url = f"http://{self._authority}/#{self._secret}"
        self._folder.write("prompt-url", url + "\n")
        # The browser is given this file and not the link, which others could read in the process list.
        self._folder.write("prompt.html", f'<meta http-equiv="refresh" content="0;url={url}">\n')
        self._desk.on_question = self._open
        return url

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._folder.prompt_url.unlink(missing_ok=True)
        self._folder.prompt_page.unlink(missing_ok=True)

    def _open(self) -> None:
        if self._opener is not None and self._viewers == 0 and self._opener.has_desktop():
            self._opener.open_page(self._folder.prompt_page)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.create_task(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            status, kind, body = await self._respond(reader)
            head = {**_HEADERS, "Content-Type": f"{_CONTENT_TYPES[kind]}; charset=utf-8"}
            lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in head.items()]
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def _respond(self, reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
        if len(self._clients) > _CLIENTS_MAX:
            return "503 Service Unavailable", "json", b"{}"
        try:
            async with asyncio.timeout(_READ_SECONDS_MAX):
                request = await _read_request(reader)
            return await self._route(request, reader)
        except _Refused as refused:
            return refused.status, "json", b"{}"
        except (
            ValueError,
            KeyError,
            TypeError,
            RecursionError,
            TimeoutError,
            EOFError,
            asyncio.LimitOverrunError,
        ):
            return "400 Bad Request", "json", b"{}"

    async def _route(self, request: _Request, reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
        if request.headers.get("host") != self._authority:
            raise _Refused("421 Misdirected Request")
        match request.method, request.path:
            case "GET", "/":
                return "200 OK", "html", _asset("prompt.html")
            case "GET", "/prompt.css":
                return "200 OK", "css", _asset("prompt.css")
            case "GET", "/prompt.js":
                return "200 OK", "js", _asset("prompt.js")
            case "GET", "/desk":
                self._check_secret(request)
                return await self._show(int(request.query.get("seen", ["-1"])[0]), reader)
            case "POST", "/answer" | "/stop":
                self._check_secret(request)
                self._check_origin(request)
                return self._act(request)
        raise _Refused("404 Not Found")

    def _check_secret(self, request: _Request) -> None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self._secret}".encode()):
            raise _Refused("401 Unauthorized")

    def _check_origin(self, request: _Request) -> None:
        if request.headers.get("origin") != f"http://{self._authority}":
            raise _Refused("403 Forbidden")
        if request.headers.get("content-type") != "application/json":
            raise _Refused("415 Unsupported Media Type")

    async def _show(self, seen: int, reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
        """What the desk holds; waits for a change when the page has already seen this state."""
        change = asyncio.create_task(self._desk.wait_change(seen, _POLL_SECONDS))
        # Without pipelining, anything readable now means that the browser has closed the page.
        left = asyncio.create_task(reader.read(1))
        self._viewers += 1
        try:
            await asyncio.wait({change, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._viewers -= 1
            change.cancel()
            left.cancel()
            await asyncio.gather(change, left, return_exceptions=True)
        entries, holds = read_entries(self._folder.journal)
        shown = [entry for entry in entries if entry.kind in {"finished", "refused"}]
        view: dict[str, Any] = desk_view(self._desk) | {
            "organization": self._organization,
            "journal_holds": holds,
            "journal": [
                {"at": entry.at, "kind": entry.kind, **entry.facts}
                for entry in shown[: -_JOURNAL_SHOWN - 1 : -1]
            ],
        }
        return "200 OK", "json", json.dumps(view).encode()

    def _act(self, request: _Request) -> tuple[str, str, bytes]:
        wanted = json.loads(request.body)
        command_id = UUID(wanted["id"])
        if request.path == "/stop":
            is_done = self._desk.stop(command_id)
        elif isinstance(wanted["allow"], bool):
            is_done = self._desk.answer(command_id, is_allowed=wanted["allow"], place=ConsentPlace.PAGE)
        else:
            raise _Refused("400 Bad Request")
        if not is_done:
            raise _Refused("409 Conflict")
        return "200 OK", "json", b"{}"


async def _read_request(reader: asyncio.StreamReader) -> _Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _version = first.split(" ")
    headers: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.partition(":")
        if not separator or name.lower() in headers:
            raise _Refused("400 Bad Request")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    if "transfer-encoding" in headers or not 0 <= length <= _BODY_BYTES_MAX:
        raise _Refused("413 Content Too Large")
    parts = urlsplit(target)
    return _Request(method, parts.path, parse_qs(parts.query), headers, await reader.readexactly(length))


def _asset(name: str) -> bytes:
    return (files("firstline_agent.core") / "assets" / name).read_bytes()
