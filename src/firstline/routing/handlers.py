"""What routing does when tickets or people change."""

from firstline.accounts.events import PersonDeactivated
from firstline.outbox.events import Context, handles
from firstline.routing import actions
from firstline.tickets.events import PriorityChanged, TeamChanged, TicketCreated


@handles(TicketCreated, name="routing.record_first_priority")
def record_first_priority(event: TicketCreated, context: Context) -> None:
    actions.record_priority(ticket_id=event.ticket_id, event_id=context.event_id)


@handles(TicketCreated, name="routing.assign_new")
def assign_new(event: TicketCreated, context: Context) -> None:
    actions.decide_assignment(actor=context.actor, ticket_id=event.ticket_id, event_id=context.event_id)


@handles(TeamChanged, name="routing.assign_in_team")
def assign_in_team(event: TeamChanged, context: Context) -> None:
    actions.decide_assignment(actor=context.actor, ticket_id=event.ticket_id, event_id=context.event_id)


@handles(PriorityChanged, name="routing.record_priority")
def record_priority(event: PriorityChanged, context: Context) -> None:
    actions.record_priority(ticket_id=event.ticket_id, event_id=context.event_id)
    if event.new < event.old:
        # It became more urgent: perhaps somebody fits by now.
        actions.decide_assignment(actor=context.actor, ticket_id=event.ticket_id, event_id=context.event_id)


@handles(PersonDeactivated, name="routing.release_tickets")
def release_tickets(event: PersonDeactivated, context: Context) -> None:
    actions.release_tickets_of(actor=context.actor, person_id=event.person_id, event_id=context.event_id)
