"""Starts the child that reads one file, keeps time and size, and survives whatever the file does to it."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import firstline
from firstline.files.enums import TextState

CHARS_MAX = 200_000
SECONDS_MAX = 45.0
_ANSWER_BYTES_MAX = CHARS_MAX * 4 + 100
_SOURCE = str(Path(firstline.__path__[0]).parent)
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from firstline.files.extracting.child import main; main(sys.argv[2], int(sys.argv[3]))"
)
_OFFICE = frozenset({"docx", "xlsx", "pptx", "docm", "xlsm"})
_PLAIN = frozenset(
    {"txt", "csv", "tsv", "log", "md", "ini", "cfg", "conf", "json", "xml", "yaml", "yml", "reg", "bat",
     "cmd", "ps1", "sh", "sql", "eml", "ics", "out", "err", "trace"}
)  # fmt: skip
_CODES = frozenset(
    {"text_encrypted", "text_damaged", "text_too_big", "text_too_slow", "text_hostile", "text_unknown"}
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a file: its words, or the code of why there are none."""

    state: TextState
    text: str = ""
    problem: str = ""
    is_cut: bool = False


def form_of(content_type: str, name: str) -> str:
    """How a file of this sniffed type and name would be read; "" for one that holds no words."""
    extension = name.rpartition(".")[2].lower()
    if content_type == "application/pdf":
        return "pdf"
    if extension in _OFFICE and content_type.startswith(("application/vnd.openxml", "application/zip")):
        return "office"
    if extension in _OFFICE and content_type == "application/x-ole-storage":
        return "office"
    if content_type == "text/plain" or (content_type == "application/octet-stream" and extension in _PLAIN):
        return "plain"
    return ""


def read_file(
    path: Path, form: str, *, chars_max: int = CHARS_MAX, seconds_max: float = SECONDS_MAX
) -> Reading:
    """The words of a file, read by a child with limits of memory, processor time, files and wall time.

    Never raises for anything in the file; raises OSError where no child can be started or the
    file cannot be opened. The child gets the open file and nothing else: no environment, no
    network of its own use, no way to write to disk.
    """
    with path.open("rb") as stream:
        child = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", _PROGRAM, _SOURCE, form, str(chars_max)],
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
            cwd="/",
            start_new_session=True,
        )
    deadline = time.monotonic() + seconds_max
    try:
        answer = _collect(child, deadline)
    finally:
        _end(child)
    return _understood(answer, child.returncode, late=time.monotonic() >= deadline)


def _collect(child: subprocess.Popen[bytes], deadline: float) -> bytes:
    """What the child says until it ends, is too late, or says more than it may."""
    assert child.stdout is not None
    answer = bytearray()
    with child.stdout as pipe:
        while (left := deadline - time.monotonic()) > 0 and len(answer) <= _ANSWER_BYTES_MAX:
            readable, _, _ = select.select([pipe], [], [], left)
            chunk = os.read(pipe.fileno(), 65536) if readable else b""
            if not chunk:
                break
            answer += chunk
    # It closed its output: what is left is its own end.
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(max(0.0, min(5.0, deadline - time.monotonic())))
    return bytes(answer[:_ANSWER_BYTES_MAX])


def _end(child: subprocess.Popen[bytes]) -> None:
    """Nothing of the child's session stays behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _understood(answer: bytes, return_code: int, *, late: bool) -> Reading:
    head, separator, body = answer.partition(b"\n")
    code = head.decode("ascii", "replace") if separator else ""
    if code in {"ok", "cut"} and return_code == 0:
        return Reading(TextState.READ, body.decode("utf-8", "replace"), is_cut=code == "cut")
    if code == "text_empty":
        return Reading(TextState.EMPTY)
    if code in _CODES:
        return Reading(TextState.FAILED, problem=code)
    if late or return_code == -signal.SIGXCPU:
        return Reading(TextState.FAILED, problem="text_too_slow")
    return Reading(TextState.FAILED, problem="text_crashed")
