"""For developers: restart the service when a source file changes."""

import threading
from pathlib import Path

from firstline.config.children import Child

SOURCES = Path(__file__).resolve().parents[1]
SUFFIXES = {".py", ".html", ".css", ".js", ".mo"}


def watch(service: Child, stop: threading.Event) -> None:
    """Until `stop`: a changed source stops the service; the supervisor starts it anew."""

    def loop() -> None:
        seen = _newest()
        while not stop.wait(0.7):
            newest = _newest()
            if newest != seen:
                seen = newest
                service.stop()

    threading.Thread(target=loop, name="reload", daemon=True).start()


def _newest() -> float:
    return max((path.stat().st_mtime for path in SOURCES.rglob("*") if path.suffix in SUFFIXES), default=0.0)
