"""Steps that their author can still walk back."""

from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.kit.prepared import Prepared
from firstline.tickets.models import Step, Ticket


def step_behind(actor: Actor, ticket: Ticket) -> Step | None:
    """The actor's step that led to this very version of the ticket, None where there is none to walk back."""
    step = _last_steps.first(ticket.pk, actor.id or 0)
    return step if step is not None and step.version == ticket.version else None


# A version is no key: its column is narrower than the marks of a kept query.
_last_steps = Prepared(
    lambda ticket_id, actor_id: Step.objects.filter(ticket_id=ticket_id, actor_id=actor_id).order_by(
        "-version", "-pk"
    )[:1]
)


def own_step(actor: Actor, step_id: int) -> Step:
    """A step of the actor's own with its ticket. Raises `step_unknown`."""
    step = Step.objects.filter(pk=step_id, actor_id=actor.id or 0).select_related("ticket").first()
    if step is None or actor.kind != "person":
        raise NotFound("step_unknown")
    return step
