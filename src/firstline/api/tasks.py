"""Housekeeping of the API."""

from firstline.api import actions
from firstline.outbox.events import Context, periodic


@periodic("api.forget_old_answers", seconds=3600)
def forget_old_answers(_context: Context) -> None:
    """Answers are replayed for two days."""
    while actions.forget_old_answers():
        pass
