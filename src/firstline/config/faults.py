"""What a program says when something breaks that nobody foresaw: one sentence; the trace goes to the log."""

import json
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from firstline.config.logs import without_secrets
from firstline.config.words import Words

_WORDS_MAX = 160


def tell(program: str, error: Exception) -> int:
    """Say on standard error what broke and where its trace is; returns the exit code 1.

    The trace is one line of the service's own log, or follows on standard error where the log
    cannot be written.
    """
    trace = "".join(traceback.format_exception(error))
    log = Path(os.environ.get("FIRSTLINE_DATA_DIR", "data")).absolute() / "logs" / "firstline.log"
    kind = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(": ")[:_WORDS_MAX]
    try:
        _append(log, program, trace)
    except OSError as unwritable:
        print(f"firstline: {Words().fault(kind, f'{log} ({unwritable.strerror})')}", file=sys.stderr)
        print(trace, file=sys.stderr)
    else:
        print(f"firstline: {Words().fault(kind, str(log))}", file=sys.stderr)
    return 1


def _append(log: Path, program: str, trace: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    line = without_secrets(
        None,
        "",
        {
            "program": program,
            "exception": trace,
            "event": "unexpected_error",
            "level": "error",
            "timestamp": datetime.now(UTC).isoformat(),
        },
    )
    with log.open("a", encoding="utf-8", errors="replace") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
