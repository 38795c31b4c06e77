"""Steps that their author can still walk back."""

from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.kit.prepared import Prepared
from firstline.tickets.models import Step, Ticket


def step_behind(actor: Actor, ticket: Ticket) -> Step | None:
    """The actor's step that led to this very version of the ticket, None where there is none to walk back."""
    return _steps_behind.first(ticket.pk, ticket.version, actor.id or 0)


_steps_behind = Prepared(
    lambda ticket_id, version, actor_id: Step.objects.filter(
        ticket_id=ticket_id, version=version, actor_id=actor_id
    ).order_by("pk")[:1]
)


def own_step(actor: Actor, step_id: int) -> Step:
    """A step of the actor's own with its ticket. Raises `step_unknown`."""
    step = Step.objects.filter(pk=step_id, actor_id=actor.id or 0).select_related("ticket").first()
    if step is None or actor.kind != "person":
        raise NotFound("step_unknown")
    return step
