"""What routing does when tickets or people change."""

from firstline.accounts.actions import erase_part
from firstline.accounts.events import PersonAnonymised, PersonDeactivated
from firstline.kit.traces import Traces
from firstline.outbox.events import Context, handles
from firstline.routing import actions
from firstline.routing.erasure import PART
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


@handles(PersonAnonymised, name="routing.forget_person")
def forget(event: PersonAnonymised, context: Context) -> None:
    """Their open tickets go to others; nothing is assigned to somebody who is gone."""

    def erase(traces: Traces) -> dict[str, int]:
        released = actions.release_tickets_of(
            actor=context.actor, person_id=event.person_id, event_id=context.event_id
        )
        actions.forget_person(traces)
        return {"released": released}

    erase_part(actor=context.actor, part=PART.name, person_id=event.person_id, erase=erase)
