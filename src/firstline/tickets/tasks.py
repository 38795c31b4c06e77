"""Periodic work of the ticket slice."""

from firstline.outbox.events import Args, Context, job, periodic
from firstline.tickets.actions import close_confirmed_by_silence, forget_drafts, forget_steps, release_message


@job("tickets.release_message")
def release(args: Args, context: Context) -> None:
    """The time to take a reply back is over."""
    release_message(actor=context.actor, message_id=args["message_id"])


@periodic("tickets.forget_steps", seconds=3600)
def forget_old_steps(context: Context) -> None:
    """Words that were taken back are not kept."""
    forget_steps()


@periodic("tickets.forget_drafts", seconds=3600)
def forget_old_drafts(context: Context) -> None:
    """Drafts that were sent leave a trace for a day, those nobody touches for a season."""
    forget_drafts()


@periodic("tickets.close_resolved", seconds=600)
def close_resolved(context: Context) -> None:
    """Requesters who say nothing for five days agree that it is solved."""
    while close_confirmed_by_silence(actor=context.actor) >= 200:
        pass
