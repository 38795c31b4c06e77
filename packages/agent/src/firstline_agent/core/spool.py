"""Requests and their results, kept until the gateway has stored them; never run twice, nothing lost.

One file per request: length-prefixed frames, first the request, then its results. Results are numbered as
they are added. The file goes when the last result is acknowledged; the id stays in `done`.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from firstline_agent.core.state import sync_folder
from firstline_protocol.enums import FinishReason
from firstline_protocol.errors import ProtocolError
from firstline_protocol.frames import decode_frame, encode_frame
from firstline_protocol.limits import FRAME_BYTES_MAX
from firstline_protocol.messages import (
    LAST_RESULT_TYPES,
    RESULT_TYPES,
    CommandFinished,
    CommandRefused,
    CommandStarted,
    Result,
    RunCommand,
)

_PREFIX_BYTES = 4
_DONE_KEPT = 5000


@dataclass
class Record:
    """One request and those of its results that are not acknowledged yet, in order."""

    request: RunCommand
    path: Path
    results: list[Result] = field(default_factory=list)
    seq: int = 0
    is_started: bool = False
    is_ended: bool = False


class Spool:
    """The durable memory of requests. Opening it ends what a crash interrupted, and says so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._records: dict[UUID, Record] = {}
        self.orphans: list[tuple[int, str]] = []
        self._done = self._load_done()
        for path in sorted(folder.glob("*.frames")):
            self._load(path)
        for record in list(self._records.values()):
            if not record.is_ended:
                self._note_orphan(record)
                self.add(record.request.command_id, _interrupted(record))

    def knows(self, command_id: UUID) -> bool:
        return command_id in self._records or command_id in self._done

    def records(self) -> list[Record]:
        return list(self._records.values())

    def open(self, request: RunCommand) -> None:
        """Remember a new request; on disk when this returns."""
        path = self._folder / f"{request.command_id}.frames"
        record = Record(request, path)
        path.touch(mode=0o600)
        _append(path, encode_frame(request), is_durable=True)
        sync_folder(self._folder)
        self._records[request.command_id] = record

    def add(self, command_id: UUID, result: Result) -> None:
        """Number a result and keep it. Only starts and ends are forced to disk: output survives the
        agent's death with the operating system's cache, and a power failure ends the command anyway."""
        record = self._records[command_id]
        numbered = replace(result, seq=record.seq + 1)
        is_milestone = not hasattr(numbered, "data")
        _append(record.path, encode_frame(numbered), is_durable=is_milestone)
        self._keep(record, numbered)

    def note_group(self, command_id: UUID, group: int, mark: str) -> None:
        """Remember what runs, so that the next agent can end it if this one is killed."""
        self._records[command_id].path.with_suffix(".group").write_text(f"{group} {mark}")

    def acknowledge(self, command_id: UUID, seq: int) -> None:
        """Forget results up to `seq`, and the whole request after its last one."""
        record = self._records.get(command_id)
        if record is None:
            return
        record.results = [result for result in record.results if result.seq > seq]
        if record.is_ended and not record.results:
            self._finish(record)
        else:
            # Losing this mark is harmless: the gateway drops what it already has.
            record.path.with_suffix(".acked").write_text(str(seq))

    def _finish(self, record: Record) -> None:
        command_id = record.request.command_id
        self._done[command_id] = None
        _append_line(self._folder / "done", str(command_id))
        record.path.unlink(missing_ok=True)
        for suffix in (".acked", ".group"):
            record.path.with_suffix(suffix).unlink(missing_ok=True)
        del self._records[command_id]

    def _note_orphan(self, record: Record) -> None:
        with suppress(OSError, ValueError):
            group, _, mark = record.path.with_suffix(".group").read_text().partition(" ")
            self.orphans.append((int(group), mark))

    def _keep(self, record: Record, result: Result) -> None:
        record.seq = result.seq
        record.results.append(result)
        record.is_started = record.is_started or isinstance(result, CommandStarted)
        record.is_ended = record.is_ended or isinstance(result, LAST_RESULT_TYPES)

    def _load(self, path: Path) -> None:
        frames = _frames(path)
        request = frames[0] if frames else None
        if not isinstance(request, RunCommand):
            path.unlink()  # Cut short before it was accepted: the gateway will send it again.
            return
        record = Record(request, path)
        for frame in frames[1:]:
            if isinstance(frame, RESULT_TYPES):
                self._keep(record, frame)
        acked = 0
        with suppress(OSError, ValueError):
            acked = int(path.with_suffix(".acked").read_text())
        record.results = [result for result in record.results if result.seq > acked]
        if request.command_id in self._done:
            path.unlink()
            return
        self._records[request.command_id] = record

    def _load_done(self) -> dict[UUID, None]:
        path = self._folder / "done"
        found: dict[UUID, None] = {}
        with suppress(FileNotFoundError):
            for line in path.read_text().split():
                with suppress(ValueError):
                    found[UUID(line)] = None
        if len(found) > 2 * _DONE_KEPT:
            found = dict.fromkeys(list(found)[-_DONE_KEPT:])
            new = path.with_suffix(".new")
            new.write_text("".join(f"{command_id}\n" for command_id in found))
            new.replace(path)
        return found


def _interrupted(record: Record) -> Result:
    command_id, at_ms = record.request.command_id, time.time_ns() // 1_000_000
    if record.is_started:
        return CommandFinished(command_id, 1, at_ms, reason=FinishReason.INTERRUPTED, duration_ms=0)
    return CommandRefused(command_id, 1, at_ms, reason="agent_stopped")


def _append(path: Path, frame: bytes, *, is_durable: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(descriptor, len(frame).to_bytes(_PREFIX_BYTES, "big") + frame)
        if is_durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _append_line(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _frames(path: Path) -> list[object]:
    """The whole frames of a file; a tail cut short by a crash is dropped from it."""
    data = path.read_bytes()
    found: list[object] = []
    position = 0
    while position + _PREFIX_BYTES <= len(data):
        length = int.from_bytes(data[position : position + _PREFIX_BYTES], "big")
        end = position + _PREFIX_BYTES + length
        if length > FRAME_BYTES_MAX or end > len(data):
            break
        try:
            found.append(decode_frame(data[position + _PREFIX_BYTES : end]))
        except ProtocolError:
            break
        position = end
    if position != len(data):
        with path.open("r+b") as file:
            file.truncate(position)
    return found
