"""What undoing an operation would restore, what it would leave, and why; reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from firstline.accounts.models import Person
from firstline.devices.models import Device
from firstline.organizations.models import Service, Team
from firstline.tickets.enums import OPEN_STATUSES, EventKind, Status, StepKind
from firstline.tickets.models import Message, Step, Ticket, TicketEvent, TicketLink, Watcher
from firstline.tickets.queries.fields import GROUPS, LOOSE, STATUS, TAGS, parsed, plain

FIRSTLINE = "Firstline"
_LINES_MAX = 50
_LINES: dict[str, tuple[str, ...]] = {
    "status": (EventKind.STATUS, EventKind.RESOLVED, EventKind.CLOSED, EventKind.REOPENED, EventKind.UNDONE),
    "team_id": (EventKind.TEAM, EventKind.UNDONE),
    "assignee_id": (EventKind.ASSIGNED, EventKind.UNDONE),
    "merged_into_id": (EventKind.MERGED, EventKind.UNDONE),
    "deleted_at": (EventKind.DELETED, EventKind.UNDONE),
}
_TARGETS: dict[str, Any] = {
    "team_id": Team,
    "assignee_id": Person,
    "service_id": Service,
    "device_id": Device,
    "merged_into_id": Ticket,
}
_NEEDS_ACTIVE = frozenset({"team_id", "assignee_id"})


@dataclass(frozen=True, slots=True)
class Restored:
    """A field (or what was moved) that goes back: `what` is a group of `fields.GROUPS`, or "reply",
    "message", "watcher", "link"; `now` and `then` are JSON values."""

    ticket_id: int
    display_id: str
    what: str
    name: str
    now: Any = None
    then: Any = None


@dataclass(frozen=True, slots=True)
class Left:
    """Something that stays as it is. `code`: moved_on (by `who`, at `at`), gone (what it was is no longer
    there), sent (a mail cannot be called back), withdrawn (a reply whose words went back into the box),
    written_since, in_use (a new ticket that others work on)."""

    ticket_id: int
    display_id: str
    what: str
    code: str
    who: str = ""
    at: datetime | None = None
    now: Any = None


@dataclass(slots=True)
class Plan:
    """How one step is taken back on a ticket in hand."""

    step: Step
    ticket: Ticket
    fields: dict[str, Any] = field(default_factory=dict)
    back: list[Mapping[str, Any]] = field(default_factory=list)
    withdraw: Message | None = None
    restored: list[Restored] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.back or self.withdraw)

    def restore(self, what: str, name: str, now: Any = None, then: Any = None) -> None:
        """Note something that goes back."""
        self.restored.append(Restored(self.ticket.pk, self.ticket.display_id, what, name, now, then))

    def leave(
        self, what: str, code: str, *, who: str = "", at: datetime | None = None, now: Any = None
    ) -> None:
        """Note something that stays."""
        self.left.append(Left(self.ticket.pk, self.ticket.display_id, what, code, who, at, now))


def plan_of(step: Step, ticket: Ticket) -> Plan:
    """How `step` would be taken back on its ticket as it stands."""
    plan = Plan(step, ticket)
    if step.operation is not None and step.operation.data.get("withdrawn"):
        plan.leave("reply", "withdrawn")
        return plan
    if _is_birth(step) and _is_used(step, ticket):
        plan.leave("deleted_at", "in_use")
        return plan
    _plan_reply(plan)
    for group, names in GROUPS.items():
        own = [name for name in names if name in step.after]
        if own and group == TAGS:
            _plan_tags(plan)
        elif own:
            _plan_group(plan, group, own)
    _plan_followers_of_status(plan)
    _plan_moved(plan)
    return plan


def _is_birth(step: Step) -> bool:
    """A split made this ticket: taking it back puts the ticket into the bin."""
    comes = any(each["what"] == "message" and each["to"] == step.ticket_id for each in step.moved)
    return comes and bool(step.before.get("deleted_at"))


def _is_used(step: Step, ticket: Ticket) -> bool:
    moved = [each["id"] for each in step.moved if each["what"] == "message"]
    return Message.objects.filter(ticket_id=ticket.pk).exclude(pk__in=moved).exists()


def _plan_reply(plan: Plan) -> None:
    if plan.step.kind != StepKind.REPLY:
        return
    message = Message.objects.filter(pk=plan.step.message_id or 0).first()
    if message is not None and message.held_until is not None:
        plan.withdraw = message
        plan.restore("reply", "reply")
    elif message is not None:
        plan.leave("reply", "sent", at=message.created_at)
    else:
        plan.leave("reply", "gone")


def _plan_group(plan: Plan, group: str, names: Sequence[str]) -> None:
    step, ticket = plan.step, plan.ticket
    for name in names:
        if plain(getattr(ticket, name)) == step.after[name]:
            continue
        who, at, by_person = _who_changed(step, ticket, name)
        if name == "assignee_id" and not by_person:
            continue  # a rule chose somebody because of the very step
        plan.leave(group, "moved_on", who=who, at=at, now=plain(getattr(ticket, name)))
        return
    then = {name: parsed(name, step.before[name]) for name in names}
    if not all(_is_there(name, value) for name, value in then.items()):
        plan.leave(group, "gone")
        return
    for name, value in then.items():
        plan.fields[name] = value
        plan.restore(group, name, plain(getattr(ticket, name)), step.before[name])


def _plan_tags(plan: Plan) -> None:
    """Each tag for itself: what was added goes, what was removed comes back, others' stay."""
    before, after = set(plan.step.before[TAGS]), set(plan.step.after[TAGS])
    now = list(plan.ticket.tags)
    then = [tag for tag in now if tag not in after - before]
    then += [tag for tag in plan.step.before[TAGS] if tag in before - after and tag not in then]
    if then != now:
        plan.fields[TAGS] = then
        plan.restore(TAGS, TAGS, now, then)
    else:
        who, at, _ = _who_changed(plan.step, plan.ticket, TAGS)
        plan.leave(TAGS, "moved_on", who=who, at=at, now=now)


def _plan_followers_of_status(plan: Plan) -> None:
    """What follows from status and messages, where nothing came after; done-ness always fits the status."""
    step, ticket = plan.step, plan.ticket
    reply_stays = step.kind == StepKind.REPLY and plan.withdraw is None
    for name in LOOSE:
        if name not in step.after or (reply_stays and "message" in name) or name == "is_open":
            continue
        if reply_stays and name == "first_replied_at":
            continue
        if parsed(name, step.after[name]) == getattr(ticket, name):
            plan.fields[name] = parsed(name, step.before[name])
    if STATUS[0] not in plan.fields:
        for name in ("resolved_at", "closed_at"):
            plan.fields.pop(name, None)
        return
    status = plan.fields["status"]
    is_open = status in OPEN_STATUSES
    plan.fields["is_open"] = is_open
    if is_open:
        plan.fields |= {"resolved_at": None, "closed_at": None}
    else:
        done_at = ticket.resolved_at or parsed("resolved_at", step.before.get("resolved_at")) or step.at
        plan.fields.setdefault("resolved_at", done_at)
        plan.fields["resolved_at"] = plan.fields["resolved_at"] or done_at
        if status != Status.CLOSED:
            plan.fields["closed_at"] = None


def _plan_moved(plan: Plan) -> None:
    for each in plan.step.moved:
        if each["what"] == "message":
            _plan_message(plan, each)
        elif each["what"] == "watcher":
            _plan_watcher(plan, each)
        else:
            _plan_link(plan, each)


def _plan_message(plan: Plan, each: Mapping[str, Any]) -> None:
    if each["to"] != plan.ticket.pk and each["from"] != plan.ticket.pk:
        return
    message = Message.objects.filter(pk=each["id"]).first()
    if message is None:
        plan.leave("message", "gone")
    elif message.ticket_id != each["to"]:
        plan.leave("message", "moved_on", who=message.author_label, at=message.created_at)
    else:
        plan.back.append(each)
        plan.restore("message", "message", message.author_label, message.created_at.isoformat())


def _plan_watcher(plan: Plan, each: Mapping[str, Any]) -> None:
    follows = Watcher.objects.filter(ticket_id=plan.ticket.pk, person_id=each["person"]).exists()
    if follows == each["added"] and Person.objects.filter(pk=each["person"], is_active=True).exists():
        plan.back.append(each)
        plan.restore("watcher", "watcher", then=each["person"])


def _plan_link(plan: Plan, each: Mapping[str, Any]) -> None:
    pair = TicketLink.objects.filter(source_id=each["source"], target_id=each["target"])
    if (each["added"] and pair.filter(kind=each["kind"]).exists()) or not (each["added"] or pair.exists()):
        plan.back.append(each)
        plan.restore("link", "link", then=each["target"])
    else:
        plan.leave("link", "moved_on")


def written_since(plan: Plan) -> Iterable[Left]:
    """Messages to a merged ticket that joined the other one after the merge: they stay there."""
    sources = {each["from"] for each in plan.back if each["what"] == "message"}
    if not sources:
        return
    moved = [each["id"] for each in plan.step.moved if each["what"] == "message"]
    late = Message.objects.filter(ticket_id=plan.ticket.pk, came_from__in=sources).exclude(pk__in=moved)
    for message in late.order_by("pk"):
        yield Left(
            plan.ticket.pk,
            plan.ticket.display_id,
            "message",
            "written_since",
            who=message.author_label,
            at=message.created_at,
        )


def _is_there(name: str, pk: Any) -> bool:
    model = _TARGETS.get(name)
    if model is None or pk is None:
        return True
    found = model.objects.filter(pk=pk)
    return bool((found.filter(is_active=True) if name in _NEEDS_ACTIVE else found).exists())


def _who_changed(step: Step, ticket: Ticket, name: str) -> tuple[str, datetime | None, bool]:
    """Whose hand changed a field after the step, when, and whether it was a person's."""
    kinds = _LINES.get(name, (EventKind.PRIORITY,) if name in GROUPS["priority"] else (EventKind.DETAILS,))
    group = next(group for group, names in GROUPS.items() if name in names)
    lines = TicketEvent.objects.filter(ticket=ticket, kind__in=kinds, at__gte=step.at).order_by("-id")
    for last in lines[:_LINES_MAX]:
        if last.kind == EventKind.UNDONE and last.data.get("what") != group:
            continue
        by_person = last.actor_kind == "person"
        return (last.actor_label if by_person else FIRSTLINE), last.at, by_person
    return FIRSTLINE, None, False
