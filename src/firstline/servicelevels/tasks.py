"""Work of this slice that time or an edit sets off."""

from datetime import datetime

from firstline.outbox.actions import enqueue, transaction
from firstline.outbox.events import Args, Context, Drop, job, periodic
from firstline.servicelevels import actions
from firstline.servicelevels.queries import rules_token


@periodic("servicelevels.announce_due", seconds=10)
def announce_due(_context: Context) -> None:
    """Find the clocks that came due since the last look."""
    while actions.announce_due():
        pass


@job("servicelevels.recompute")
def recompute(args: Args, context: Context) -> None:
    """One batch of open clocks after an edit of the rules, then the next; a later edit takes over."""
    if args["token"] != rules_token():
        raise Drop
    last_id = actions.recompute_batch(
        actor=context.actor, after_id=args["after_id"], at=datetime.fromisoformat(args["at"])
    )
    if last_id is None:
        return
    following = {**args, "after_id": last_id}
    with transaction():
        key = f"servicelevels.recompute:{args['token']}:{last_id}"
        enqueue("servicelevels.recompute", following, dedupe=key, actor=context.actor)
