"""Who was on my machine: an append-only, chained record that the person at the device can read."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firstline_protocol.identity import digest
from firstline_protocol.messages import RunCommand

_START = bytes(32)


@dataclass(frozen=True)
class Entry:
    seq: int
    at: float
    kind: str
    facts: dict[str, str]
    prev: str


class Journal:
    """Each entry carries the hash of the one before it, and is on disk before what it announces happens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seq = 0
        self._head = _START
        self._mend_tail()
        for line in _lines(path):
            self._seq += 1
            self._head = digest("journal", line)

    def note(self, kind: str, request: RunCommand | None = None, **facts: str) -> None:
        """Append one entry durably."""
        if request is not None:
            facts = {
                "command_id": str(request.command_id),
                "technician": request.technician,
                "ticket": request.ticket,
                "reason": request.reason,
                "what": request.kind,
                "text": request.text,
            } | facts
        entry = {
            "seq": self._seq + 1,
            "at": round(time.time(), 3),
            "kind": kind,
            "facts": {name: value for name, value in facts.items() if value},
            "prev": self._head.hex(),
        }
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = os.open(self._path, flags, 0o600)
        try:
            os.write(descriptor, line + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._seq += 1
        self._head = digest("journal", line)

    def _mend_tail(self) -> None:
        """A line cut short by a crash was never acted on: drop it."""
        if not self._path.exists():
            return
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            with self._path.open("r+b") as file:
                file.truncate(whole)


def read_entries(path: Path) -> tuple[list[Entry], bool]:
    """Return every entry, and whether the chain holds from the first to the last."""
    entries: list[Entry] = []
    head, holds = _START, True
    for line in _lines(path):
        try:
            found = json.loads(line)
            entry = Entry(found["seq"], found["at"], found["kind"], found["facts"], found["prev"])
        except (ValueError, KeyError, TypeError):
            holds = False
            continue
        holds = holds and entry.prev == head.hex() and entry.seq == len(entries) + 1
        head = digest("journal", line)
        entries.append(entry)
    return entries, holds


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from (line.rstrip(b"\n") for line in file)
    except FileNotFoundError:
        return
