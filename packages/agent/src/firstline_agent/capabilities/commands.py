"""Runs one shell command: its own process group, output kept apart and capped, an end that is certain."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firstline_agent.platform.base import Platform
from firstline_protocol.enums import FinishReason, Stream
from firstline_protocol.limits import OUTPUT_BYTES_MAX, OUTPUT_CHUNK_BYTES_MAX

OutputSink = Callable[[Stream, bytes], None]
_GRACE_SECONDS = 2.0
_DRAIN_SECONDS = 1.0
_DRAINS_MAX = 20
_GATHER_SECONDS = 0.05


@dataclass(frozen=True)
class Outcome:
    reason: FinishReason
    duration_ms: int
    exit_code: int | None = None
    signal: int = 0
    dropped_bytes: int = 0


class ShellCommand:
    """One run of one command. Whatever it left in its process group ends with it."""

    def __init__(self, system: Platform, text: str, timeout_seconds: int, sink: OutputSink) -> None:
        self._system = system
        self._text = text
        self._timeout_seconds = timeout_seconds
        self._sink = sink
        self._kept_bytes = 0
        self._dropped_bytes = 0
        self._process: asyncio.subprocess.Process | None = None
        self._stop: asyncio.Future[FinishReason] = asyncio.get_running_loop().create_future()

    @property
    def group(self) -> int | None:
        """The process group, once started."""
        return self._process.pid if self._process else None

    def stop(self, reason: FinishReason) -> None:
        """End it; the first reason given counts."""
        if not self._stop.done():
            self._stop.set_result(reason)

    def kill(self) -> None:
        """End every process at once, without waiting."""
        if self._process is not None:
            self._system.end_group(self._process.pid, at_once=True)

    async def run(self, on_start: Callable[[], None]) -> Outcome:
        """Never raises for anything the command does; `on_start` is called once it exists."""
        started = time.monotonic()
        try:
            self._process, transport = await _start(self._system.shell(self._text))
        except OSError as error:
            self._sink(Stream.STDERR, str(error).encode()[:OUTPUT_CHUNK_BYTES_MAX])
            return Outcome(FinishReason.NOT_STARTED, _since(started))
        try:
            on_start()
            reason = await self._wait(self._process)
        finally:
            self.kill()
            # Whatever still holds the pipes: they are let go now, not when the loop is gone.
            transport.close()
        return self._outcome(self._process, reason, started)

    async def _wait(self, process: asyncio.subprocess.Process) -> FinishReason:
        readers = [
            asyncio.create_task(self._read(process.stdout, Stream.STDOUT)),
            asyncio.create_task(self._read(process.stderr, Stream.STDERR)),
        ]
        ended = asyncio.create_task(process.wait())
        try:
            either: set[asyncio.Future[Any]] = {ended, self._stop}
            await asyncio.wait(either, timeout=self._timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                reason = FinishReason.EXITED
            else:
                reason = self._stop.result() if self._stop.done() else FinishReason.TIMEOUT
                await self._end(process, ended)
            # A process left behind may hold the pipes open; its group ends now, and reading with it.
            self._system.end_group(process.pid, at_once=True)
            await self._drain(readers)
            return reason
        finally:
            for task in (*readers, ended):
                task.cancel()
            await asyncio.gather(*readers, ended, return_exceptions=True)

    async def _drain(self, readers: list[asyncio.Task[None]]) -> None:
        """Read what is still in the pipes, however slowly it comes; who left the group and holds them
        open without a word is not waited for."""
        for _ in range(_DRAINS_MAX):
            seen_bytes = self._kept_bytes + self._dropped_bytes
            _ended, reading = await asyncio.wait(readers, timeout=_DRAIN_SECONDS)
            if not reading or self._kept_bytes + self._dropped_bytes == seen_bytes:
                return

    async def _end(self, process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
        self._system.end_group(process.pid, at_once=False)
        await asyncio.wait({ended}, timeout=_GRACE_SECONDS)
        self._system.end_group(process.pid, at_once=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                await asyncio.shield(ended)

    async def _read(self, pipe: asyncio.StreamReader | None, stream: Stream) -> None:
        """The first bytes go at once; what follows closely is gathered, so that a chatty command makes
        few messages."""
        sent_at = float("-inf")
        while pipe is not None and (data := await pipe.read(OUTPUT_CHUNK_BYTES_MAX)):
            data += await _gather(pipe, sent_at + _GATHER_SECONDS, OUTPUT_CHUNK_BYTES_MAX - len(data))
            sent_at = time.monotonic()
            kept = data[: OUTPUT_BYTES_MAX - self._kept_bytes]
            self._kept_bytes += len(kept)
            self._dropped_bytes += len(data) - len(kept)
            if kept:
                self._sink(stream, kept)

    def _outcome(self, process: asyncio.subprocess.Process, reason: FinishReason, started: float) -> Outcome:
        code = process.returncode
        return Outcome(
            reason=reason,
            duration_ms=_since(started),
            exit_code=code if code is not None and code >= 0 else None,
            signal=-code if code is not None and code < 0 else 0,
            dropped_bytes=self._dropped_bytes,
        )


async def _start(arguments: Sequence[str]) -> tuple[asyncio.subprocess.Process, asyncio.SubprocessTransport]:
    """As `asyncio.create_subprocess_exec`, together with the transport, which only the caller can close."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(
        lambda: asyncio.subprocess.SubprocessStreamProtocol(limit=2**16, loop=loop),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        cwd=_home(),
    )
    return asyncio.subprocess.Process(transport, protocol, loop), transport


async def _gather(pipe: asyncio.StreamReader, until: float, bytes_max: int) -> bytes:
    """What else arrives before a moment, up to a size."""
    found = b""
    try:
        async with asyncio.timeout(max(0.0, until - time.monotonic())):
            while len(found) < bytes_max and (more := await pipe.read(bytes_max - len(found))):
                found += more
    except TimeoutError:
        pass
    return found


def _home() -> str:
    try:
        home = Path.home()
    except RuntimeError:
        return "/"
    return str(home) if home.is_dir() else "/"


def _since(started: float) -> int:
    return int(1000 * (time.monotonic() - started))
