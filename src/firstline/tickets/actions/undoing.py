"""Walking back a step: the ticket as it was, unless it has moved on since."""

from copy import copy
from datetime import timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from firstline.files import actions as files
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict
from firstline.kit.refs import Ref
from firstline.outbox import actions as outbox
from firstline.servicelevels.enums import Cause
from firstline.tickets.actions import clocks
from firstline.tickets.actions.core import JSON, Note, apply_change, locked
from firstline.tickets.actions.steps import FIRM, as_before
from firstline.tickets.enums import EventKind, StepKind
from firstline.tickets.events import PriorityChanged, StatusChanged, StepUndone, TeamChanged, TicketAssigned
from firstline.tickets.limits import STEPS_KEPT_HOURS, UNDO_MINUTES
from firstline.tickets.models import Message, Step, TicketEvent
from firstline.tickets.permissions import (
    TICKET_ASSIGN,
    TICKET_CLOSE,
    TICKET_EDIT,
    TICKET_REPLY,
    check_can_view,
    is_staff_for,
)
from firstline.tickets.queries.steps import own_step

_NEEDS = {
    StepKind.STATUS: TICKET_EDIT,
    StepKind.TAKING: TICKET_EDIT,
    StepKind.ASSIGNMENT: TICKET_ASSIGN,
    StepKind.PRIORITY: TICKET_EDIT,
    StepKind.REPLY: TICKET_REPLY,
}
_STATUS_LINES = (EventKind.STATUS, EventKind.RESOLVED, EventKind.CLOSED, EventKind.REOPENED)
_MOVED_ON = {
    "status": ("step_status_moved_on", _STATUS_LINES),
    "team_id": ("step_assignment_moved_on", (EventKind.TEAM,)),
    "assignee_id": ("step_assignment_moved_on", (EventKind.ASSIGNED,)),
}
_PRIORITY_MOVED_ON = ("step_priority_moved_on", (EventKind.PRIORITY,))


def undo_step(*, actor: Actor, step_id: int) -> Step:
    """Walk back what the actor did: fields, clocks and, of a reply that has not left, the message itself.

    Only one's own step, with the permission it took, and only where nobody has changed the same since
    (what a rule made of it may be). Repeating it changes nothing. A mail that left stays sent. Raises
    `step_unknown`, `step_too_old`, `step_reply_left`, `step_status_moved_on`,
    `step_assignment_moved_on`, `step_priority_moved_on`. Announces `tickets.step_undone`, and
    `status_changed`, `team_changed`, `ticket_assigned`, `priority_changed` for what differs.
    """
    with outbox.transaction():
        ticket = locked(own_step(actor, step_id).ticket_id)
        step = own_step(actor, step_id)
        step.ticket = ticket
        _check_may(actor, step)
        if step.undone_at is not None:
            return step
        if clock.now() - step.at > timedelta(minutes=UNDO_MINUTES):
            raise Conflict("step_too_old")
        _check_not_moved_on(step)
        notes = _withdraw(step)
        fields = _fields_before(step)
        notes += _notes(step, fields)
        _apply_back(actor, step, fields, notes)
        step.undone_at = clock.now()
        step.save(update_fields=["undone_at"])
        outbox.publish(StepUndone(ticket.pk, step.pk, step.kind), actor=actor)
    return step


def forget_steps() -> int:
    """Remove steps of yesterday with the words in them; how many. Called periodically."""
    before = clock.now() - timedelta(hours=STEPS_KEPT_HOURS)
    with outbox.transaction():
        count, _ = Step.objects.filter(at__lt=before).delete()
    return count


def _check_may(actor: Actor, step: Step) -> None:
    """Who gave the ticket out of their hands may take it back, although they no longer see it."""
    if not is_staff_for(actor, as_before(step.ticket, step.before)):
        check_can_view(actor, step.ticket)
    actor.check(_NEEDS[StepKind(step.kind)])
    if "is_open" in step.before:
        actor.check(TICKET_CLOSE)


def _check_not_moved_on(step: Step) -> None:
    for name in FIRM:
        if name not in step.after or getattr(step.ticket, name) == step.after[name]:
            continue
        code, kinds = _MOVED_ON.get(name, _PRIORITY_MOVED_ON)
        last = TicketEvent.objects.filter(ticket=step.ticket, kind__in=kinds).order_by("-id").first()
        if name == "assignee_id" and last is not None and last.actor_kind != "person":
            continue  # a rule chose somebody because of the very step
        who = last.actor_label if last is not None and last.actor_kind == "person" else "Firstline"
        raise Conflict(code, who=who)


def _withdraw(step: Step) -> list[Note]:
    """Take a held reply out of the conversation; its files belong to nobody until it is sent again."""
    if step.kind != StepKind.REPLY:
        return []
    message = Message.objects.filter(pk=step.message_id or 0, held_until__isnull=False).first()
    if message is None:
        raise Conflict("step_reply_left")
    step.message = None
    files.detach(ref=Ref("ticket_message", message.pk, step.ticket.display_id))
    message.delete()
    return [Note(EventKind.WITHDRAWN)]


def _fields_before(step: Step) -> dict[str, Any]:
    """What to write: the old values, without what came after the step by other ways."""
    return {
        name: _parsed(name, value)
        for name, value in step.before.items()
        if name in FIRM or _parsed(name, step.after[name]) == getattr(step.ticket, name)
    }


def _parsed(name: str, value: Any) -> Any:
    return parse_datetime(value) if name.endswith("_at") and isinstance(value, str) else value


def _notes(step: Step, fields: JSON) -> list[Note]:
    ticket, notes = step.ticket, []
    if "status" in fields:
        notes.append(Note(EventKind.UNDONE, _data("status", ticket.status, fields["status"])))
    if {"team_id", "assignee_id"} & fields.keys():
        data = _data("assignment", ticket.assignee_id, fields.get("assignee_id", ticket.assignee_id))
        notes.append(Note(EventKind.UNDONE, data | {"team_id": fields.get("team_id", ticket.team_id)}))
    if {"impact", "urgency", "priority", "priority_source"} & fields.keys():
        notes.append(Note(EventKind.PRIORITY, _priority_data(step)))
    return notes


def _data(what: str, old: Any, new: Any) -> dict[str, Any]:
    return {"what": what, "old": old, "new": new}


def _priority_data(step: Step) -> dict[str, Any]:
    """The line that explained the earlier priority explains it again."""
    lines = TicketEvent.objects.filter(ticket=step.ticket, kind=EventKind.PRIORITY).order_by("-id")
    earlier = lines.filter(at__lt=step.at).first()
    known = dict(earlier.data) if earlier is not None else {}
    return known | {
        "old": step.ticket.priority,
        "new": step.before.get("priority", step.ticket.priority),
        "taken_back": True,
    }


def _apply_back(actor: Actor, step: Step, fields: dict[str, Any], notes: list[Note]) -> None:
    ticket = step.ticket
    was = copy(ticket)
    fields = fields | _clocks_back(actor, step, fields)
    apply_change(
        ticket,
        actor,
        verb="tickets.step_undone",
        fields=fields,
        notes=notes,
        recorded={"step_id": step.pk, "kind": step.kind},
    )
    if was.status != ticket.status:
        outbox.publish(StatusChanged(ticket.pk, str(was.status), str(ticket.status)), actor=actor)
    if was.team_id != ticket.team_id:
        outbox.publish(TeamChanged(ticket.pk, was.team_id, ticket.team_id), actor=actor)
    if was.assignee_id != ticket.assignee_id:
        outbox.publish(TicketAssigned(ticket.pk, ticket.assignee_id), actor=actor)
    if was.priority != ticket.priority:
        outbox.publish(PriorityChanged(ticket.pk, was.priority, ticket.priority), actor=actor)


def _clocks_back(actor: Actor, step: Step, fields: JSON) -> clocks.Fields:
    """The clocks as though the step had not been: pauses and stops of it have no length."""
    ticket = copy(step.ticket)
    dues: clocks.Fields = {}
    for name in ("status", "team_id", "priority"):
        setattr(ticket, name, fields.get(name, getattr(ticket, name)))
    if "status" in fields:
        dues |= clocks.follow_status(ticket, old=step.ticket.status, at=step.at, actor=actor)
    if "first_replied_at" in fields and fields["first_replied_at"] is None:
        dues |= clocks.restart_response(ticket, at=step.at)
    if {"team_id", "priority"} & fields.keys():
        cause = Cause.TEAM_CHANGED if "team_id" in fields else Cause.PRIORITY_CHANGED
        dues |= clocks.follow_targets(ticket, at=clock.now(), actor=actor, cause=cause)
    return dues
