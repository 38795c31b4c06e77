"""Periodic work of the files slice."""

from firstline.files.actions import sweep
from firstline.outbox.events import Context, periodic


@periodic("files.sweep", seconds=6 * 3600)
def sweep_orphans(_context: Context) -> None:
    """Remove uploads that never became part of anything."""
    sweep()
