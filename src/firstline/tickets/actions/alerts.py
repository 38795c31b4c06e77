"""What monitoring says about a ticket, as lines of its timeline."""

from collections.abc import Mapping

from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.outbox import actions as outbox
from firstline.tickets.actions.core import Note, locked, push_changed, write_events
from firstline.tickets.enums import EventKind
from firstline.tickets.models import Ticket, TicketEvent


def note_alert(
    *, actor: Actor, ticket: Ticket, alert_id: int, state: str, facts: Mapping[str, int | str]
) -> None:
    """Say in the timeline that an alert was raised, repeated or resolved, with `facts` about it.

    Each alert has one line per state: a repeat renews its line, so that a stuttering source does not bury
    the conversation. No clock, status or version moves.
    """
    data = {"alert_id": alert_id, "state": state, **facts}
    with outbox.transaction():
        fresh, at = locked(ticket), clock.now()
        lines = TicketEvent.objects.filter(
            ticket=fresh, kind=EventKind.ALERT, data__alert_id=alert_id, data__state=state
        )
        if not lines.update(at=at, data=data):
            write_events(fresh, actor, [Note(EventKind.ALERT, data)], at)
        push_changed(fresh)
