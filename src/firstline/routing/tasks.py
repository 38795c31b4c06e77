"""Periodic work of the routing slice."""

from firstline.outbox.events import Context, periodic
from firstline.routing.actions import decide_waiting


@periodic("routing.assign_waiting", seconds=60)
def assign_waiting(context: Context) -> None:
    """Teams come on shift and people get room: tickets that waited for that find somebody."""
    decide_waiting(actor=context.actor, event_id=f"waiting:{context.job_id}")
