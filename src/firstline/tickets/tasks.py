"""Periodic work of the ticket slice."""

from firstline.outbox.events import Args, Context, job, periodic
from firstline.tickets.actions import (
    close_confirmed_by_silence,
    empty_bin,
    forget_drafts,
    forget_steps,
    mails,
    release_message,
)


@job("tickets.release_message")
def release(args: Args, context: Context) -> None:
    """The time to take a reply back is over."""
    release_message(actor=context.actor, message_id=args["message_id"])


@job("tickets.tell_of_merge")
def tell_of_merge(args: Args, context: Context) -> None:
    """The merge was meant: whoever asked may know."""
    mails.send_word_of_merge(actor=context.actor, operation_id=args["operation_id"])


@periodic("tickets.empty_bin", seconds=3600)
def empty_old_bin(context: Context) -> None:
    """What was deleted a month ago is gone."""
    while empty_bin() >= 50:
        pass


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
