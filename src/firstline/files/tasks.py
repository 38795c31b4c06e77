"""Background work of the files slice."""

import uuid
from typing import Any

from firstline.files import actions
from firstline.outbox.events import Context, Retry, job, periodic


@job(actions.READ_TEXT, queue="slow", retry=Retry(attempts=5), timeout_seconds=120)
def read_text(args: dict[str, Any], context: Context) -> None:
    """Read the words of one file, once."""
    actions.read_text(actor=context.actor, file_id=uuid.UUID(args["file_id"]))


@periodic("files.sweep", seconds=6 * 3600)
def sweep_orphans(_context: Context) -> None:
    """Remove uploads that never became part of anything; have files read that nobody read."""
    actions.sweep()
    actions.read_missing_texts()
