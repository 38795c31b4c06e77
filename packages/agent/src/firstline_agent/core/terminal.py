"""The prompt's second door: a private socket in the state folder, spoken by `firstline-agent consent`."""

import asyncio
import json
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from firstline_agent.core.consent import ConsentDesk
from firstline_agent.core.state import StateFolder
from firstline_protocol.enums import ConsentPlace
from firstline_protocol.messages import RunCommand

_LINE_BYTES_MAX = 64 * 1024
_SECONDS_MAX = 10.0


class NotRunning(Exception):
    """No agent answers in this state folder."""


class TerminalServer:
    """One JSON object per line in, one out. Only the agent's own user and root may speak."""

    def __init__(self, folder: StateFolder, desk: ConsentDesk, is_connected: Callable[[], bool]) -> None:
        self._path = folder.socket
        self._desk = desk
        self._is_connected = is_connected
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        old = os.umask(0o177)
        try:
            with _short(self._path) as name:
                listener.bind(name)
        finally:
            os.umask(old)
        self._server = await asyncio.start_unix_server(self._accept, sock=listener, limit=_LINE_BYTES_MAX)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.create_task(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if _peer_user(writer) not in (os.getuid(), 0):
                return
            async with asyncio.timeout(_SECONDS_MAX):
                answer = self._answer(json.loads(await reader.readline()))
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError, TimeoutError, KeyError, TypeError, AttributeError, RecursionError):
            pass  # A broken question gets no answer.
        finally:
            writer.close()

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        match question["do"]:
            case "list":
                return desk_view(self._desk) | {"connected": self._is_connected()}
            case "answer":
                is_settled = self._desk.answer(
                    UUID(question["id"]), is_allowed=question["allow"] is True, place=ConsentPlace.TERMINAL
                )
                return {"ok": is_settled}
            case "stop":
                return {"ok": self._desk.stop(UUID(question["id"]))}
        return {"ok": False}


def desk_view(desk: ConsentDesk) -> dict[str, Any]:
    """What every prompt shows."""
    return {
        "revision": desk.revision,
        "questions": [
            request_view(question.request) | {"seconds_left": question.seconds_left()}
            for question in desk.questions()
        ],
        "running": [request_view(request) for request, _stop in desk.running.values()],
    }


def request_view(request: RunCommand) -> dict[str, Any]:
    return {
        "id": str(request.command_id),
        "kind": request.kind.value,
        "text": request.text,
        "technician": request.technician,
        "ticket": request.ticket,
        "reason": request.reason,
        "timeout_seconds": request.timeout_seconds,
    }


def ask_agent(folder: StateFolder, question: dict[str, Any]) -> dict[str, Any]:
    """Speak to the running agent; raise NotRunning if there is none."""
    try:
        with socket.socket(socket.AF_UNIX) as client, _short(folder.socket) as name:
            client.settimeout(_SECONDS_MAX)
            client.connect(name)
            client.sendall(json.dumps(question).encode() + b"\n")
            with client.makefile("rb") as answers:
                found = json.loads(answers.readline(16 * _LINE_BYTES_MAX))
    except (OSError, ValueError):
        raise NotRunning from None
    if not isinstance(found, dict):
        raise NotRunning
    return found


class _short:  # noqa: N801 - reads as a statement
    """A name for a socket that fits the system's 108 bytes, however deep its folder lies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = -1

    def __enter__(self) -> str:
        if len(os.fsencode(self._path)) < 100:
            return str(self._path)
        self._folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._folder}/{self._path.name}"

    def __exit__(self, *_error: object) -> None:
        if self._folder >= 0:
            with suppress(OSError):
                os.close(self._folder)


def _peer_user(writer: asyncio.StreamWriter) -> int:
    peer = writer.get_extra_info("socket")
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    user: int = struct.unpack("3i", credentials)[1]
    return user
