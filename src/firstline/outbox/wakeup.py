"""In-process nudges: a commit wakes this process's worker at once; polling is behind it."""

import threading

_listeners: set[threading.Event] = set()
_guard = threading.Lock()


def nudge() -> None:
    """Wake every worker of this process; never blocks, never fails."""
    for listener in tuple(_listeners):
        listener.set()


def listen(listener: threading.Event) -> None:
    """Have `listener` set by every nudge from now on."""
    with _guard:
        _listeners.add(listener)


def forget(listener: threading.Event) -> None:
    """Stop nudging `listener`."""
    with _guard:
        _listeners.discard(listener)
