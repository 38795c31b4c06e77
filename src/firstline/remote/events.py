"""What the remote slice announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("remote.command_state_changed")
@dataclass(frozen=True)
class CommandStateChanged:
    """A request on a device moved on: asked, running, done, refused …"""

    command_id: int
    device_id: int
    state: str
