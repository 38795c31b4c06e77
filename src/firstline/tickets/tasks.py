"""Periodic work of the ticket slice."""

from firstline.outbox.events import Context, periodic
from firstline.tickets.actions import close_confirmed_by_silence


@periodic("tickets.close_resolved", seconds=600)
def close_resolved(context: Context) -> None:
    """Requesters who say nothing for five days agree that it is solved."""
    while close_confirmed_by_silence(actor=context.actor) >= 200:
        pass
