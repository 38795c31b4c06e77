"""The child's main: take its own powers away, read standard input, answer on standard output.

Answer: one line with a code ("ok", "cut" or why there is no text), then the text in UTF-8.
"""

import os
import resource
import sys
from typing import IO

from firstline.files.extracting.office import read_office
from firstline.files.extracting.output import Collected, Enough, Reader, Unreadable
from firstline.files.extracting.pdf import read_pdf
from firstline.files.extracting.plain import read_plain

READERS: dict[str, Reader] = {"pdf": read_pdf, "office": read_office, "plain": read_plain}
FILE_BYTES_MAX = 64 * 2**20
_MEMORY_BYTES = 512 * 2**20
_CPU_SECONDS = 20
_LIMITS = (
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_NOFILE, 32),
    (resource.RLIMIT_NPROC, 0),
    (resource.RLIMIT_CPU, _CPU_SECONDS),
    (resource.RLIMIT_AS, _MEMORY_BYTES),
)


def main(form: str, limit: int) -> None:
    """Read the file on standard input as `form`; at most `limit` characters come out."""
    _give_up_powers()
    code, text = _outcome(sys.stdin.buffer, form, limit)
    out = sys.stdout.buffer
    out.write(code.encode() + b"\n" + text.encode("utf-8", "replace"))
    out.flush()


def _give_up_powers() -> None:
    os.nice(10)
    for what, value in _LIMITS:
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):  # Lower already, or unknown to this system.
            continue


def _outcome(stream: IO[bytes], form: str, limit: int) -> tuple[str, str]:
    if os.fstat(stream.fileno()).st_size > FILE_BYTES_MAX:
        return "text_too_big", ""
    collected = Collected(limit)
    try:
        READERS[form](stream, collected)
    except Enough:
        pass
    except Unreadable as reason:
        return reason.code, ""
    except (MemoryError, RecursionError):
        return "text_too_big", ""
    except Exception:  # noqa: BLE001 -- a reader that stumbles over hostile bytes says so and ends
        return "text_damaged", ""
    if not collected.text:
        return "text_empty", ""
    return ("cut" if collected.is_cut else "ok"), collected.text
