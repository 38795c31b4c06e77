"""Undoing operations: every field as it was, except what somebody has touched since."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from firstline.files import actions as files
from firstline.kit import clock, rows
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, NotAllowed, NotFound
from firstline.kit.refs import Ref
from firstline.outbox import actions as outbox
from firstline.servicelevels.enums import Cause
from firstline.tickets.actions import clocks, moving, steps
from firstline.tickets.actions.core import Note, apply_change, locked
from firstline.tickets.actions.steps import as_before
from firstline.tickets.enums import OPEN_STATUSES, EventKind, StepKind
from firstline.tickets.events import (
    OperationUndone,
    PriorityChanged,
    StatusChanged,
    StepUndone,
    TeamChanged,
    TicketAssigned,
)
from firstline.tickets.limits import OPERATIONS_KEPT_DAYS, STEPS_KEPT_HOURS, UNDO_MINUTES
from firstline.tickets.models import Operation, Step, Ticket, TicketEvent
from firstline.tickets.permissions import (
    TICKET_ASSIGN,
    TICKET_CLOSE,
    TICKET_EDIT,
    TICKET_REPLY,
    check_can_view,
    is_staff_for,
)
from firstline.tickets.queries.fields import GROUPS, PRIORITY, parsed
from firstline.tickets.queries.steps import own_step
from firstline.tickets.queries.undoing import Left, Plan, Restored, plan_of, written_since

_GONE_ON = {
    "status": "step_status_moved_on",
    "assignment": "step_assignment_moved_on",
    "priority": "step_priority_moved_on",
}


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing an operation would do now."""

    operation: Operation
    restored: Sequence[Restored]
    left: Sequence[Left]
    tickets: Mapping[int, Ticket]

    @property
    def is_empty(self) -> bool:
        """Nothing of it can be taken back any more."""
        return not self.restored


def undo_preview(*, actor: Actor, operation_id: int) -> UndoPreview:
    """What `undo_operation` would restore and what it would leave and why; changes nothing.

    Raises what `undo_operation` raises, except where nothing is left to restore.
    """
    operation = _found(operation_id)
    _check_age(operation)
    found = list(operation.steps.select_related("ticket__team", "ticket__requester").order_by("pk"))
    plans = [plan_of(step, step.ticket) for step in found]
    for plan in plans:
        _check_may(actor, plan)
    return _preview(operation, plans)


def undo_operation(*, actor: Actor, operation_id: int) -> Operation:
    """Take back an operation, on all its tickets in one transaction: each field that nobody touched
    since, what was moved, and the clocks; returns the operation that did so, which can be undone itself.

    What others changed since stays, as `undo_preview` lists it; a mail that left stays sent. Whoever may
    do what it takes may undo it, its author also where they have given the ticket out of their sight.
    Repeating it changes nothing. Raises `operation_unknown`, `operation_too_old`,
    `operation_nothing_left`, and `NotAllowed`. Announces `tickets.operation_undone`,
    `tickets.step_undone`, and `status_changed`, `team_changed`, `ticket_assigned`, `priority_changed`
    for what differs. Lock order: tickets by id.
    """
    with outbox.transaction():
        operation = _found(operation_id, lock=True)
        _check_age(operation)
        found = list(operation.steps.order_by("ticket_id", "pk"))
        plans = [plan_of(step, locked(step.ticket_id)) for step in found]
        for plan in plans:
            _check_may(actor, plan)
        if operation.undone_at is not None and operation.undone_by is not None:
            return operation.undone_by
        if all(plan.is_empty for plan in plans):
            raise Conflict("operation_nothing_left")
        return _undo(actor, operation, plans)


def undo_step(*, actor: Actor, step_id: int) -> Step:
    """Walk back at once what the actor just did, whole or not at all.

    Only one's own step, within minutes, and only where nobody has changed the same since (what a rule
    made of it may be). Repeating it changes nothing. Raises `step_unknown`, `step_too_old`,
    `step_reply_left`, `step_status_moved_on`, `step_assignment_moved_on`, `step_priority_moved_on`,
    `step_details_moved_on`. Announces as `undo_operation`.
    """
    with outbox.transaction():
        own_step(actor, step_id)
        operation = _operation_of(step_id)
        plans = [
            plan_of(each, locked(each.ticket_id)) for each in operation.steps.order_by("ticket_id", "pk")
        ]
        for plan in plans:
            _check_may(actor, plan)
        step = own_step(actor, step_id)
        if operation.undone_at is not None:
            return step
        if clock.now() - operation.at > timedelta(minutes=UNDO_MINUTES):
            raise Conflict("step_too_old")
        for plan in plans:
            _check_whole(plan)
        _undo(actor, operation, plans)
        return own_step(actor, step_id)


def forget_steps() -> int:
    """Remove the words of yesterday's drafts, and operations after 30 days; how many operations went.

    Called periodically.
    """
    words_before = clock.now() - timedelta(hours=STEPS_KEPT_HOURS)
    before = clock.now() - timedelta(days=OPERATIONS_KEPT_DAYS)
    with outbox.transaction():
        Step.objects.filter(operation__at__lt=words_before).exclude(draft={}).update(draft={})
        old = Operation.objects.filter(at__lt=before)
        count = old.count()
        old.delete()
    return count


def _found(operation_id: int, *, lock: bool = False) -> Operation:
    operations = Operation.objects.filter(pk=operation_id)
    found = (operations.select_for_update() if lock else operations).first()
    if found is None:
        raise NotFound("operation_unknown")
    return found


def _operation_of(step_id: int) -> Operation:
    found = Operation.objects.select_for_update().filter(steps__pk=step_id).first()
    if found is None:
        raise NotFound("step_unknown")
    return found


def _check_age(operation: Operation) -> None:
    if clock.now() - operation.at > timedelta(days=OPERATIONS_KEPT_DAYS):
        raise Conflict("operation_too_old")


def _check_may(actor: Actor, plan: Plan) -> None:
    """Who gave the ticket out of their hands may take it back, although they no longer see it."""
    step = plan.step
    is_own = actor.kind == "person" and actor.id == step.actor_id
    if not is_staff_for(actor, as_before(plan.ticket, step.before if is_own else {})):
        check_can_view(actor, plan.ticket)
        raise NotAllowed("permission_missing", permission=TICKET_EDIT)
    for permission in _needs(step):
        actor.check(permission)


def _needs(step: Step) -> set[str]:
    needs = {TICKET_REPLY if step.kind == StepKind.REPLY else TICKET_EDIT}
    if step.kind != StepKind.TAKING and {"team_id", "assignee_id"} & step.after.keys():
        needs.add(TICKET_ASSIGN)
        if step.kind == StepKind.ASSIGNMENT:
            needs.discard(TICKET_EDIT)
    if "is_open" in step.before:
        needs.add(TICKET_CLOSE)
    return needs


def _check_whole(plan: Plan) -> None:
    for left in plan.left:
        if left.code == "sent" or left.what == "reply":
            raise Conflict("step_reply_left")
        raise Conflict(_GONE_ON.get(left.what, "step_details_moved_on"), who=left.who or "Firstline")


def _preview(operation: Operation, plans: Sequence[Plan]) -> UndoPreview:
    left = [each for plan in plans for each in (*plan.left, *written_since(plan))]
    if operation.data.get("mailed_at"):
        left += [
            Left(
                plan.ticket.pk,
                plan.ticket.display_id,
                "mail",
                "sent",
                at=parsed("_at", operation.data["mailed_at"]),
            )
            for plan in plans[:1]
        ]
    restored = [each for plan in plans for each in plan.restored]
    return UndoPreview(operation, restored, left, {plan.ticket.pk: plan.ticket for plan in plans})


def _undo(actor: Actor, operation: Operation, plans: Sequence[Plan]) -> Operation:
    data: dict[str, Any] = {"of": operation.kind, "left": sum(len(plan.left) for plan in plans)}
    if any(plan.withdraw for plan in plans):
        data["withdrawn"] = True
    undoing = steps.begin(actor, StepKind.UNDO, count=len(plans), data=data, undoes=operation)
    made = [_take_back(actor, undoing, plan) for plan in plans if not plan.is_empty]
    rows.insert(made)
    now = clock.now()
    for step in operation.steps.filter(undone_at=None):
        step.undone_at = now
        step.save(update_fields=["undone_at"])
    _flip(operation, undoing)
    outbox.publish(OperationUndone(undoing.pk, operation.pk), actor=actor)
    return undoing


def _flip(operation: Operation, by: Operation | None) -> None:
    """An operation is out of effect, or (None) in effect again; what it had undone turns the other way."""
    operation.undone_at, operation.undone_by = (clock.now(), by) if by else (None, None)
    operation.save(update_fields=["undone_at", "undone_by"])
    if by is None:
        operation.steps.update(undone_at=None)
    if operation.undoes is not None:
        _flip(operation.undoes, None if by else operation)


def _take_back(actor: Actor, undoing: Operation, plan: Plan) -> Step:
    ticket, step = plan.ticket, plan.step
    before, was = steps.snapshot(ticket), copy(ticket)
    notes = _withdraw(plan) + _notes(plan)
    moved = [moving.turn_back(ticket, each) for each in plan.back]
    fields = plan.fields | _clocks_back(actor, plan)
    recorded = {"step_id": step.pk, "operation_id": step.operation_id, "kind": str(step.kind)}
    apply_change(ticket, actor, verb="tickets.step_undone", fields=fields, notes=notes, recorded=recorded)
    _announce(actor, was, ticket)
    outbox.publish(StepUndone(ticket.pk, step.pk, step.kind), actor=actor)
    # From the same instant: undoing this in turn leaves the clocks as though it had not been.
    return steps.step_of(undoing, ticket, before, at=step.at, moved=moved)


def _announce(actor: Actor, was: Ticket, ticket: Ticket) -> None:
    if was.status != ticket.status:
        outbox.publish(StatusChanged(ticket.pk, str(was.status), str(ticket.status)), actor=actor)
    if was.team_id != ticket.team_id:
        outbox.publish(TeamChanged(ticket.pk, was.team_id, ticket.team_id), actor=actor)
    if was.assignee_id != ticket.assignee_id:
        outbox.publish(TicketAssigned(ticket.pk, ticket.assignee_id), actor=actor)
    if was.priority != ticket.priority:
        outbox.publish(PriorityChanged(ticket.pk, was.priority, ticket.priority), actor=actor)


def _withdraw(plan: Plan) -> list[Note]:
    """Take a held reply out of the conversation; its files belong to nobody until it is sent again."""
    message = plan.withdraw
    if message is None:
        return []
    plan.step.message = None
    files.detach(ref=Ref("ticket_message", message.pk, plan.ticket.display_id))
    message.delete()
    return [Note(EventKind.WITHDRAWN)]


def _notes(plan: Plan) -> list[Note]:
    ticket, fields = plan.ticket, plan.fields
    notes: list[Note] = []
    away = {"merged_into_id", "deleted_at"} & fields.keys()
    if plan.back or away:
        what = "deleted_at" if "deleted_at" in away else "merged_into_id" if away else str(_origin(plan.step))
        notes.append(Note(EventKind.UNDONE, {"what": what, "again": bool(fields.get(what))}))
    elif "status" in fields:
        notes.append(Note(EventKind.UNDONE, _data("status", ticket.status, fields["status"])))
    if {"team_id", "assignee_id"} & fields.keys():
        data = _data("assignment", ticket.assignee_id, fields.get("assignee_id", ticket.assignee_id))
        notes.append(Note(EventKind.UNDONE, data | {"team_id": fields.get("team_id", ticket.team_id)}))
    if set(PRIORITY) & fields.keys():
        notes.append(Note(EventKind.PRIORITY, _priority_data(plan.step, ticket)))
    known = {"status", "assignment", "priority", "merged_into_id", "deleted_at"}
    more = sorted(
        group for group, names in GROUPS.items() if group not in known and set(names) & fields.keys()
    )
    if more:
        notes.append(Note(EventKind.UNDONE, {"what": "details", "fields": more}))
    return notes


def _origin(step: Step) -> str:
    """What kind of operation stands at the beginning of a chain of undoings."""
    operation = step.operation
    while operation is not None and operation.undoes is not None:
        operation = operation.undoes
    return operation.kind if operation is not None else step.kind


def _data(what: str, old: Any, new: Any) -> dict[str, Any]:
    return {"what": what, "old": old, "new": new}


def _priority_data(step: Step, ticket: Ticket) -> dict[str, Any]:
    """The line that explained the earlier priority explains it again."""
    lines = TicketEvent.objects.filter(ticket=ticket, kind=EventKind.PRIORITY).order_by("-id")
    earlier = lines.filter(at__lt=step.at).first()
    known = dict(earlier.data) if earlier is not None else {}
    return known | {
        "old": ticket.priority,
        "new": step.before.get("priority", ticket.priority),
        "taken_back": True,
    }


def _clocks_back(actor: Actor, plan: Plan) -> clocks.Fields:
    """The clocks as though the step had not been: pauses and stops of it have no length."""
    fields, at = plan.fields, plan.step.at
    ticket = copy(plan.ticket)
    dues: clocks.Fields = {}
    for name in ("status", "team_id", "priority"):
        setattr(ticket, name, fields.get(name, getattr(ticket, name)))
    if "status" in fields:
        dues |= clocks.follow_status(ticket, old=plan.ticket.status, at=at, actor=actor)
        if ticket.status in OPEN_STATUSES and not plan.ticket.is_open and ticket.first_replied_at is None:
            dues |= clocks.restart_response(ticket, at=at)
    if "first_replied_at" in fields:
        if fields["first_replied_at"] is None:
            dues |= clocks.restart_response(ticket, at=at)
        else:
            dues |= clocks.stop_response(ticket, at=at, actor=actor)
    if {"team_id", "priority"} & fields.keys():
        cause = Cause.TEAM_CHANGED if "team_id" in fields else Cause.PRIORITY_CHANGED
        dues |= clocks.follow_targets(ticket, at=clock.now(), actor=actor, cause=cause)
    return dues
