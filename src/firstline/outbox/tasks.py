"""The outbox's own periodic work."""

from firstline.outbox import running
from firstline.outbox.events import Context, periodic


@periodic("outbox.clean", seconds=3600)
def clean(_context: Context) -> None:
    """Forget events that were dispatched long ago and have no job left."""
    while running.forget_old_events():
        pass
