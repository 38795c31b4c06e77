"""One change to up to 500 tickets: all of them or none."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.audit import actions as audit
from firstline.audit.actions import Entry
from firstline.kit import clock, rows
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, DomainError, InvalidInput, NotFound
from firstline.organizations.models import Service, Team
from firstline.outbox import actions as outbox
from firstline.servicelevels.enums import Cause
from firstline.tickets.actions import clocks, indexing, intake, steps
from firstline.tickets.actions.assignment import check_takers
from firstline.tickets.actions.core import Note, event_row, push_changed
from firstline.tickets.actions.details import by_hand, facts_of
from firstline.tickets.actions.linking import check_parts_are_done
from firstline.tickets.actions.messages import MessageDraft, insert_message
from firstline.tickets.actions.policies import propose_priority
from firstline.tickets.actions.status import check_reopen_in_time, fields_for, kind_of_move
from firstline.tickets.enums import (
    Channel,
    EventKind,
    MessageKind,
    Priority,
    PrioritySource,
    Status,
    StepKind,
)
from firstline.tickets.events import (
    MessageAdded,
    PriorityChanged,
    StatusChanged,
    TeamChanged,
    TicketAssigned,
    TicketResolved,
)
from firstline.tickets.limits import BULK_TICKETS_MAX, TAGS_MAX
from firstline.tickets.models import Operation, Ticket
from firstline.tickets.permissions import (
    TICKET_ASSIGN,
    TICKET_EDIT,
    TICKET_NOTE,
    TICKET_REPLY,
    check_can_move,
    check_in_hand,
    check_staff,
)
from firstline.tickets.queries.fields import plain


class _Keep:
    """Leave the field as it is (None means: nobody, none)."""


KEEP = _Keep()
_SHOWN = (
    "status", "team_id", "assignee_id", "priority", "impact", "urgency", "service_id", "category", "tags",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BulkChanges:
    """What to do to each ticket; what is not given stays. `assignee` and `service` None: nobody, none.

    `status` resolved takes `solution`, which each requester reads; `note` is written on each ticket for
    technicians. `priority`, or `impact` and `urgency` from which it follows, is set by hand.
    """

    status: str | None = None
    team: Team | None = None
    assignee: Person | _Keep | None = KEEP
    priority: int | None = None
    impact: int | None = None
    urgency: int | None = None
    service: Service | _Keep | None = KEEP
    category: str | None = None
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    note: str = ""
    solution: str = ""
    reason: str = ""

    @property
    def is_empty(self) -> bool:
        return self == BulkChanges(reason=self.reason)


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One ticket of a preview: `changes` by field as (now, then), or why it is refused."""

    ticket: Ticket
    changes: Mapping[str, tuple[Any, Any]]
    refused: DomainError | None = None


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What a bulk edit would do; `missing` are ids that there are not, or that the actor may not see."""

    rows: Sequence[BulkRow]
    missing: Sequence[int] = ()

    @property
    def refused(self) -> list[BulkRow]:
        """Tickets that cannot take the changes: with one of them nothing happens."""
        return [row for row in self.rows if row.refused is not None]

    @property
    def changed(self) -> list[BulkRow]:
        """Tickets on which something would differ."""
        return [row for row in self.rows if row.refused is None and row.changes]


@dataclass(slots=True)
class _Edit:
    """The change of one ticket in the making."""

    ticket: Ticket
    was: Ticket
    fields: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def bulk_preview(actor: Actor, ticket_ids: Collection[int], changes: BulkChanges) -> BulkPreview:
    """What `bulk_edit` would do to each ticket and which it would refuse and why; changes nothing.

    Raises `bulk_too_many`, `bulk_empty`, and `InvalidInput` for a change that suits no ticket.
    """
    wanted, changes = _cleaned(ticket_ids, changes)
    found = {ticket.pk: ticket for ticket in _tickets(wanted)}
    known = _Known(changes)
    shown, missing = [], []
    for pk in wanted:
        ticket = found.get(pk)
        try:
            if ticket is None:
                raise NotFound("ticket_unknown")
            edit = _planned(actor, ticket, changes, known)
        except NotFound:
            missing.append(pk)
        except DomainError as error:
            assert ticket is not None
            shown.append(BulkRow(ticket, {}, error))
        else:
            shown.append(BulkRow(ticket, _differences(edit, changes)))
    return BulkPreview(shown, missing)


def bulk_edit(
    *,
    actor: Actor,
    ticket_ids: Collection[int],
    changes: BulkChanges,
    expected_versions: Mapping[int, int] | None = None,
) -> Operation:
    """Change up to 500 tickets in one transaction, all or none, as one operation that can be undone.

    Each ticket gets its lines in the timeline, one audit record and its events, as though it had been
    changed alone; a ticket on which nothing differs is left in peace. Raises `bulk_refused` with the first
    ticket that cannot take it and why, `ticket_changed_meanwhile` where one is not at its expected version,
    `bulk_too_many`, `bulk_empty`. Lock order: tickets by id, then their clocks.
    """
    wanted, changes = _cleaned(ticket_ids, changes)
    with outbox.transaction():
        tickets = _locked(wanted)
        _check_versions(tickets, expected_versions or {})
        edits = [edit for edit in _all_planned(actor, wanted, tickets, changes) if _does(edit, changes)]
        operation = steps.begin(
            actor, StepKind.BULK, count=len(edits), data={"fields": sorted(_named(edits, changes))}
        )
        _write(actor, operation, edits, changes)
    return operation


class _Known:
    """What is asked once for all tickets."""

    def __init__(self, changes: BulkChanges) -> None:
        person = changes.assignee
        self.taker = actor_for(person) if isinstance(person, Person) and person.is_active else None


def _cleaned(ticket_ids: Collection[int], changes: BulkChanges) -> tuple[list[int], BulkChanges]:
    wanted = sorted(set(ticket_ids))
    if len(wanted) > BULK_TICKETS_MAX:
        raise InvalidInput("bulk_too_many", field="tickets", most=BULK_TICKETS_MAX)
    if not wanted or changes.is_empty:
        raise InvalidInput("bulk_empty", field="tickets")
    for name in ("priority", "impact", "urgency"):
        intake.clean_level(getattr(changes, name), name)
    if changes.status is not None:
        intake.clean_choice(changes.status, Status.values, "status")
    solution = changes.solution
    if changes.status == Status.RESOLVED:
        solution = intake.clean_body(solution, missing="solution_missing", field="solution")
    return wanted, replace(
        changes,
        add_tags=intake.clean_tags(changes.add_tags),
        remove_tags=intake.clean_tags(changes.remove_tags),
        note=intake.clean_body(changes.note) if changes.note.strip() else "",
        solution=solution,
        category=changes.category.strip()[:60] if changes.category is not None else None,
    )


def _tickets(ids: Collection[int]) -> list[Ticket]:
    related = ("requester", "service", "merged_into", "team", "assignee")
    return list(Ticket.objects.filter(pk__in=ids).select_related(*related).order_by("pk"))


def _locked(ids: Collection[int]) -> dict[int, Ticket]:
    held = Ticket.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    related = ("requester", "service", "merged_into")
    return {ticket.pk: ticket for ticket in held.select_related(*related).order_by("pk")}


def _check_versions(tickets: Mapping[int, Ticket], expected: Mapping[int, int]) -> None:
    for pk, version in expected.items():
        if pk in tickets and tickets[pk].version != version:
            raise Conflict("ticket_changed_meanwhile", ticket=tickets[pk].display_id)


def _all_planned(
    actor: Actor, wanted: Sequence[int], tickets: Mapping[int, Ticket], changes: BulkChanges
) -> list[_Edit]:
    known, edits, faults = _Known(changes), [], []
    for pk in wanted:
        ticket = tickets.get(pk)
        try:
            if ticket is None:
                raise NotFound("ticket_unknown")
            edits.append(_planned(actor, ticket, changes, known))
        except DomainError as error:
            faults.append((ticket.display_id if ticket else f"#{pk}", error))
    if faults:
        first, why = faults[0]
        raise Conflict("bulk_refused", count=len(faults), all=len(wanted), ticket=first, why=why)
    return edits


def _planned(actor: Actor, ticket: Ticket, changes: BulkChanges, known: _Known) -> _Edit:
    """The fields and lines of one ticket, clocks not counted yet; raises where it cannot take them."""
    edit = _Edit(ticket, copy(ticket))
    check_staff(actor, ticket, TICKET_EDIT)
    check_in_hand(ticket)
    if changes.note:
        actor.check(TICKET_NOTE)
    _plan_assignment(actor, edit, changes, known)
    _plan_details(edit, changes)
    _plan_priority(edit, changes)
    _plan_status(actor, edit, changes)
    return edit


def _plan_assignment(actor: Actor, edit: _Edit, changes: BulkChanges, known: _Known) -> None:
    ticket, team = edit.ticket, changes.team
    keeps = isinstance(changes.assignee, _Keep)
    if team is None and keeps:
        return
    actor.check(TICKET_ASSIGN)
    if ticket.status == Status.CLOSED and changes.status != Status.OPEN:
        raise Conflict("ticket_is_closed")
    # Another team begins without anybody, as when one ticket is handed over.
    assignee = None if isinstance(changes.assignee, _Keep) else changes.assignee
    if keeps and (team is None or team.pk == ticket.team_id):
        return
    check_takers(ticket, team, assignee, taker=known.taker)
    why = {"reason": changes.reason[:500]}
    if team is not None and team.pk != ticket.team_id:
        data: dict[str, Any] = {
            "old": ticket.team_id,
            "new": team.pk,
            "team": team.name,
            "chosen_by_hand": True,
            "reasons": [],
        }
        edit.notes.append(Note(EventKind.TEAM, data | why))
        edit.fields["team_id"] = team.pk
    new = assignee.pk if assignee else None
    if new != ticket.assignee_id:
        given = {"old": ticket.assignee_id, "new": new, "decision_id": None, "sentence": None}
        edit.notes.append(Note(EventKind.ASSIGNED, given | why))
        edit.fields["assignee_id"] = new


def _plan_details(edit: _Edit, changes: BulkChanges) -> None:
    ticket = edit.ticket
    found: dict[str, Any] = {}
    if not isinstance(changes.service, _Keep):
        found["service_id"] = changes.service.pk if changes.service else None
    if changes.category is not None:
        found["category"] = changes.category
    if changes.add_tags or changes.remove_tags:
        gone = set(changes.remove_tags)
        tags = [tag for tag in dict.fromkeys([*ticket.tags, *changes.add_tags]) if tag not in gone]
        if len(tags) > TAGS_MAX:
            raise InvalidInput("too_many_tags", field="add_tags", most=TAGS_MAX)
        found["tags"] = tags
    found = {name: value for name, value in found.items() if value != getattr(ticket, name)}
    if found:
        edit.fields |= found
        edit.notes.append(Note(EventKind.DETAILS, {"fields": sorted(found)}))


def _plan_priority(edit: _Edit, changes: BulkChanges) -> None:
    ticket = edit.ticket
    asked = changes.priority or changes.impact or changes.urgency
    if not asked:
        if (
            not {"service_id", "category"} & edit.fields.keys()
            or ticket.priority_source == PrioritySource.PERSON
        ):
            return
        changed = copy(ticket)
        if not isinstance(changes.service, _Keep):
            changed.service = changes.service
        changed.category = edit.fields.get("category", ticket.category)
        proposal = propose_priority(facts_of(changed))
    else:
        facts = facts_of(ticket, impact=changes.impact, urgency=changes.urgency)
        proposal = by_hand(ticket, propose_priority(facts), changes.priority, changes.impact, changes.urgency)
    fields = {
        "impact": int(proposal.impact),
        "urgency": int(proposal.urgency),
        "priority": int(proposal.priority),
        "priority_source": str(proposal.source),
    }
    if all(value == getattr(ticket, name) for name, value in fields.items()):
        return
    data = {
        "old": ticket.priority,
        "new": fields["priority"],
        "impact": fields["impact"],
        "urgency": fields["urgency"],
        "source": fields["priority_source"],
        "rule_version": proposal.rule_version,
        "reasons": [each.as_json() for each in proposal.reasons],
        "reason": changes.reason[:500],
    }
    edit.fields |= fields
    edit.notes.append(Note(EventKind.PRIORITY, data))


def _plan_status(actor: Actor, edit: _Edit, changes: BulkChanges) -> None:
    ticket, status = edit.ticket, changes.status
    if status is None or status == ticket.status:
        return
    check_can_move(actor, ticket, status)
    check_reopen_in_time(ticket, status)
    check_parts_are_done(ticket, status)
    if status == Status.RESOLVED:
        actor.check(TICKET_REPLY)
    at = clock.now()
    edit.fields |= fields_for(ticket, status, at)
    if status == Status.RESOLVED:
        edit.fields |= {"last_message_at": at, "last_message_by_requester": False}
        if ticket.first_replied_at is None:
            edit.fields["first_replied_at"] = at
    data = {"old": str(ticket.status), "new": str(status), "reason": changes.reason[:500]}
    edit.notes.append(Note(kind_of_move(ticket.status, status), data))


def _does(edit: _Edit, changes: BulkChanges) -> bool:
    return bool(edit.fields or changes.note)


def _differences(edit: _Edit, changes: BulkChanges) -> dict[str, tuple[Any, Any]]:
    found = {
        name: (plain(getattr(edit.was, name)), plain(edit.fields[name]))
        for name in _SHOWN
        if name in edit.fields and edit.fields[name] != getattr(edit.was, name)
    }
    return found | ({"note": ("", changes.note)} if changes.note else {})


def _named(edits: Iterable[_Edit], changes: BulkChanges) -> set[str]:
    return {name for edit in edits for name in _differences(edit, changes)}


def _write(actor: Actor, operation: Operation, edits: Sequence[_Edit], changes: BulkChanges) -> None:
    at = operation.at
    entries, lines, kept = [], [], []
    for edit in edits:
        ticket = edit.ticket
        before = steps.snapshot(ticket)
        messages = _messages(actor, ticket, edit, changes)
        fields = edit.fields | _dues(actor, edit, at)
        for name, value in fields.items():
            setattr(ticket, name, value)
        ticket.version += 1
        ticket.updated_at = at
        rows.update(Ticket, ticket.pk, **fields, version=ticket.version, updated_at=at)
        lines += [event_row(ticket.pk, actor, note, at) for note in edit.notes]
        entries.append(_entry(operation, edit, fields, changes))
        kept.append(steps.step_of(operation, ticket, before, at=at))
        _announce(actor, edit, messages)
        push_changed(ticket, {edit.was.team_id}, {edit.was.assignee_id})
    outbox.failpoint("bulk_half")
    rows.insert(lines)
    rows.insert(kept)
    audit.record_many(actor=actor, entries=entries)
    indexing.index_soon([edit.ticket.pk for edit in edits])


def _messages(actor: Actor, ticket: Ticket, edit: _Edit, changes: BulkChanges) -> list[tuple[int, bool]]:
    """The solution and the note, each with whether it solves."""
    made = []
    if changes.status == Status.RESOLVED and "status" in edit.fields:
        made.append((_solution(actor, ticket, changes.solution), True))
    if changes.note:
        draft = MessageDraft(kind=MessageKind.NOTE, body=changes.note, channel=Channel.DESK)
        made.append((insert_message(ticket, actor, draft, at=clock.now()).pk, False))
    return made


def _solution(actor: Actor, ticket: Ticket, text: str) -> int:
    draft = MessageDraft(
        kind=MessageKind.REPLY,
        body=text,
        channel=Channel.DESK,
        to=[ticket.requester.email] if ticket.requester.email else [],
        message_id=intake.new_message_id(ticket.number),
        is_solution=True,
    )
    return insert_message(ticket, actor, draft, at=clock.now()).pk


def _dues(actor: Actor, edit: _Edit, at: Any) -> clocks.Fields:
    """The clocks follow the status, team and priority that the ticket is to have."""
    fields, target = edit.fields, copy(edit.ticket)
    for name in ("status", "team_id", "priority"):
        setattr(target, name, fields.get(name, getattr(target, name)))
    dues: clocks.Fields = {}
    if "team_id" in fields or fields.get("priority", edit.ticket.priority) != edit.ticket.priority:
        cause = Cause.TEAM_CHANGED if "team_id" in fields else Cause.PRIORITY_CHANGED
        dues |= clocks.follow_targets(target, at=at, actor=actor, cause=cause)
    if "status" in fields:
        dues |= clocks.follow_status(target, old=edit.ticket.status, at=at, actor=actor)
    return dues


def _entry(operation: Operation, edit: _Edit, fields: Mapping[str, Any], changes: BulkChanges) -> Entry:
    changed = [name for name, value in fields.items() if value != getattr(edit.was, name)]
    ticket = edit.ticket
    return Entry(
        verb="tickets.bulk_changed",
        ref=ticket.ref,
        organization_id=ticket.organization_id,
        old={name: plain(getattr(edit.was, name)) for name in changed} or None,
        new={name: plain(fields[name]) for name in changed} | {"operation_id": operation.pk},
        reason=changes.reason,
    )


def _announce(actor: Actor, edit: _Edit, messages: Iterable[tuple[int, bool]]) -> None:
    was, ticket = edit.was, edit.ticket
    found: list[object] = [MessageAdded(ticket.pk, message_id) for message_id, _ in messages]
    if was.team_id != ticket.team_id:
        found.append(TeamChanged(ticket.pk, was.team_id, ticket.team_id))
    if was.assignee_id != ticket.assignee_id:
        found.append(TicketAssigned(ticket.pk, ticket.assignee_id))
    if was.priority != ticket.priority:
        found.append(PriorityChanged(ticket.pk, was.priority, int(Priority(ticket.priority))))
    if was.status != ticket.status:
        found.append(StatusChanged(ticket.pk, str(was.status), str(ticket.status)))
    found += [TicketResolved(ticket.pk, message_id) for message_id, solves in messages if solves]
    for each in found:
        outbox.publish(each, actor=actor)
