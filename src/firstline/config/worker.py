"""The jobs, in a process of their own beside the one that answers requests.

One interpreter runs one thread at a time: beside pages, each job would make them wait. `Beside` is the
service's end: it starts this program, and again when it ends; what happens here, pages hear over a pair of
sockets, and commits there wake the worker here over the same.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

import structlog

from firstline.config.children import Child, follow_parent, python

log = structlog.get_logger(__name__)

BUS = "FIRSTLINE_BUS_FD"
THREADS = 2
LOOK_SECONDS = 0.3


def main() -> int:
    """Do jobs until SIGTERM, or until the service has gone: then at once, as it did."""
    follow_parent(at_once=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstline.config.settings")

    import django

    from firstline.config.threads import calm

    django.setup()
    calm()
    _join(os.environ.pop(BUS, ""))
    end = start()
    log.info("worker_started")
    while not stop.wait(3600):
        pass
    end()
    log.info("worker_stopped")
    return 0


def start() -> Callable[[], object]:
    """Start the worker in this process; returns how to stop it."""
    from django.conf import settings

    from firstline.mail import sink
    from firstline.outbox.worker import Worker

    worker = Worker(threads=THREADS, lease_seconds=settings.FIRSTLINE_LEASE_SECONDS)
    worker.start()

    def end() -> None:
        worker.stop()
        sink.stop()

    return end


def _join(number: str) -> None:
    """Talk to the service over the socket it gave; on PostgreSQL the bus is the database's."""
    from firstline.outbox import bus, failpoints, pair

    if not number:
        return
    failpoints.take_parent_along()
    end = socket.socket(fileno=int(number))
    if type(bus.current()) is bus.LocalBus:
        bus.use(pair.PairBus(end, pair.news))


class Beside:
    """The service's worker process: started, and started again when it ends before `stop`.

    Made before anything listens to the bus, which it replaces by one that the process shares.
    """

    def __init__(self) -> None:
        from firstline.config.sqlite.base import leave_checkpoints_to_others
        from firstline.outbox import bus, pair

        leave_checkpoints_to_others()
        own, self._theirs = pair.connected()
        self._bus: pair.PairBus | None = None
        if type(bus.current()) is bus.LocalBus:
            self._bus = pair.PairBus(own, pair.wakes)
            bus.use(self._bus)
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start the process, and watch over it."""
        number = self._theirs.fileno()
        self._child = Child(
            python("firstline.config.worker"),
            {**os.environ, BUS: str(number)},
            None,
            says_ready=False,
            hands_over=(number,),
        )
        self._keeper = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """Let running jobs end, within their time."""
        self._stopping.set()
        self._keeper.join()
        self._child.stop()

    def _keep(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            if self._child.has_ended():
                log.warning("worker_ended", code=self._child.exit_code)
                try:
                    self._child.restart(self._stopping)
                except OSError:  # No memory or no process to be had; perhaps later.
                    log.exception("worker_not_started")
                if self._bus is not None:
                    self._bus.missed()


if __name__ == "__main__":
    sys.exit(main())
