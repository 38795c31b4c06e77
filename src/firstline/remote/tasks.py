"""Periodic work of remote."""

from firstline.outbox.events import Context, periodic
from firstline.remote import actions


@periodic("remote.expire_requests", seconds=60)
def expire_requests(context: Context) -> None:
    """Requests that no device picked up end, and say so."""
    actions.expire_requests()
