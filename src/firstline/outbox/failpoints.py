"""Named places at which a crash test can kill this process, as a power cut would."""

import os
import signal

NAMES = frozenset(
    {
        "after_write",  # an event row is written, the transaction still open
        "before_commit",
        "after_commit",
        "after_dispatch",  # events are marked and their jobs stand
        "before_ack",  # a job's work is done, its row still there
        "bulk_half",  # half of a bulk edit is written
        "mail_stored",
        "mail_before_ack",
        "mail_sent",
    }
)


class _Armed:
    """The point to die at and how many passes are still allowed."""

    def __init__(self, setting: str) -> None:
        self.name, _, nth = setting.partition(":")
        self.left = int(nth or 1)
        self.takes_parent = False
        if self.name and self.name not in NAMES:
            raise SystemExit(f"FIRSTLINE_FAILPOINT: {self.name!r} is none of {', '.join(sorted(NAMES))}")


_armed = _Armed(os.environ.get("FIRSTLINE_FAILPOINT", ""))


def take_parent_along() -> None:
    """A power cut ends every process of the service: the one that started this one dies here too."""
    _armed.takes_parent = True


def hit(name: str) -> None:
    """Die here with SIGKILL if FIRSTLINE_FAILPOINT says `name` or `name:nth`; otherwise nothing."""
    if _armed.name != name:
        return
    _armed.left -= 1
    if _armed.left == 0:
        if _armed.takes_parent and os.getppid() > 1:
            os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
