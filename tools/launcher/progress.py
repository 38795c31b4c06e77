"""Progress a person can follow: one line a step, with its time; errors are one sentence."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stop(Exception):
    """Something the person must do first; the message is one clear sentence."""


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Announce a step, then its duration."""
    live = sys.stdout.isatty()
    start = time.monotonic()
    if live:
        print(f"  … {name}", end="\r", flush=True)
    else:
        say(f"  … {name}")
    try:
        yield
    except BaseException:
        if live:
            say(f"  ✗ {name}   ")
        raise
    say(f"  ✓ {name} ({time.monotonic() - start:.1f} s)   ")
