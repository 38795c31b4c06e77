"""Periodic work of the notifications slice."""

from firstline.notifications.actions import prune
from firstline.outbox.events import Context, periodic


@periodic("notifications.prune", seconds=6 * 3600)
def prune_old(context: Context) -> None:
    prune()
