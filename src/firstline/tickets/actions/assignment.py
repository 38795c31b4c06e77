"""Who works on a ticket: team, assignee, claims, watchers."""

from dataclasses import dataclass

from django.db import connection

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed
from firstline.organizations.models import Team
from firstline.outbox import actions as outbox
from firstline.servicelevels.enums import Cause
from firstline.tickets.actions import clocks, steps
from firstline.tickets.actions.core import Note, apply_change, locked
from firstline.tickets.actions.status import apply_status
from firstline.tickets.enums import EventKind, Status, StepKind
from firstline.tickets.events import TeamChanged, TicketAssigned
from firstline.tickets.models import Ticket, Watcher
from firstline.tickets.permissions import (
    TICKET_ASSIGN,
    TICKET_EDIT,
    TICKET_VIEW,
    TICKET_VIEW_ALL,
    check_can_view,
    check_staff,
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """To whom a ticket goes and why; `decision_id` names the record with candidates and scores."""

    assignee: Person | None
    team: Team | None = None
    decision_id: int | None = None
    reason: str = ""
    sentence: dict[str, object] | None = None


def assign_ticket(
    *,
    actor: Actor,
    ticket: Ticket,
    assignee: Person | None,
    team: Team | None = None,
    decision_id: int | None = None,
    reason: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """Give a ticket to a technician and, when `team` is given, to that team; `assignee` None: to nobody.

    A manual assignment wins over what was computed. Raises `assignee_inactive`,
    `assignee_not_technician`, `team_inactive`, `ticket_is_closed`. Announces
    `tickets.ticket_assigned` and `tickets.team_changed` for what differs.
    """
    with outbox.transaction():
        fresh = locked(ticket, expected_version)
        check_staff(actor, fresh, TICKET_ASSIGN)
        _check_not_closed(fresh)
        before = steps.snapshot(fresh)
        apply_assignment(actor, fresh, Assignment(assignee, team, decision_id, reason))
        steps.remember(actor, fresh, StepKind.ASSIGNMENT, before)
    return fresh


def take_ticket(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Claim a ticket for oneself; a new one becomes open. Of two who claim at once, one gets it.

    Raises `ticket_already_assigned` where somebody else has it, `ticket_is_closed`.
    """
    with outbox.transaction():
        fresh = locked(ticket)
        check_staff(actor, fresh, TICKET_EDIT)
        _check_not_closed(fresh)
        if actor.kind != "person" or actor.id is None:
            raise NotAllowed("permission_missing", permission=TICKET_EDIT)
        if fresh.assignee_id not in {None, actor.id}:
            raise Conflict("ticket_already_assigned")
        before = steps.snapshot(fresh)
        apply_assignment(actor, fresh, Assignment(Person.objects.get(pk=actor.id)))
        if fresh.status == Status.NEW:
            apply_status(actor, fresh, Status.OPEN)
        steps.remember(actor, fresh, StepKind.TAKING, before)
    return fresh


def escalate_ticket(
    *, actor: Actor, ticket: Ticket, team: Team, reason: str = "", expected_version: int | None = None
) -> Ticket:
    """Hand a ticket to another team, where assignment starts anew."""
    return assign_ticket(
        actor=actor, ticket=ticket, assignee=None, team=team, reason=reason, expected_version=expected_version
    )


def apply_assignment(actor: Actor, ticket: Ticket, assignment: Assignment) -> None:
    """The inner step on a locked ticket, in the caller's transaction (asserted)."""
    assert connection.in_atomic_block
    team, assignee = assignment.team, assignment.assignee
    check_takers(ticket, team, assignee)
    at, old_team_id = clock.now(), ticket.team_id
    fields: dict[str, object] = {}
    notes = []
    if team is not None and team.pk != ticket.team_id:
        fields["team_id"] = team.pk
        notes.append(_team_note(ticket, team, assignment))
    if (assignee.pk if assignee else None) != ticket.assignee_id:
        fields["assignee_id"] = assignee.pk if assignee else None
        notes.append(_assignee_note(ticket, assignee, assignment))
    if not fields:
        return
    if "team_id" in fields and team is not None:
        ticket.team_id = team.pk
        fields |= clocks.follow_targets(ticket, at=at, actor=actor, cause=Cause.TEAM_CHANGED)
        ticket.team_id = old_team_id
    apply_change(
        ticket,
        actor,
        verb="tickets.ticket_assigned",
        fields=fields,
        notes=notes,
        reason=assignment.reason,
        recorded={"decision_id": assignment.decision_id} if assignment.decision_id else None,
        at=at,
    )
    _announce(actor, ticket, fields, old_team_id, assignment.decision_id)


def add_watcher(*, actor: Actor, ticket: Ticket, person: Person) -> None:
    """Let a person of the ticket's organisation, or a technician, follow it."""
    with outbox.transaction():
        fresh = locked(ticket)
        check_staff(actor, fresh, TICKET_EDIT)
        if not person.organization.is_provider and person.organization_id != fresh.organization_id:
            raise InvalidInput("organization_mismatch", field="person")
        _row, made = Watcher.objects.get_or_create(ticket=fresh, person=person)
        if made:
            _record_watcher(actor, fresh, person, added=True)


def remove_watcher(*, actor: Actor, ticket: Ticket, person: Person) -> None:
    """Stop a person's following; one may always remove oneself."""
    with outbox.transaction():
        fresh = locked(ticket)
        if actor.id == person.pk and actor.kind == "person":
            check_can_view(actor, fresh)
        else:
            check_staff(actor, fresh, TICKET_EDIT)
        count, _ = Watcher.objects.filter(ticket=fresh, person=person).delete()
        if count:
            _record_watcher(actor, fresh, person, added=False)


def _check_not_closed(ticket: Ticket) -> None:
    if ticket.status == Status.CLOSED:
        raise Conflict("ticket_is_closed")


def check_takers(
    ticket: Ticket, team: Team | None, assignee: Person | None, *, taker: Actor | None = None
) -> None:
    """Raise unless this team and person can take the ticket; `taker` where their rights are known."""
    if team is not None and not team.is_active:
        raise InvalidInput("team_inactive", field="team")
    if assignee is None or assignee.pk == ticket.assignee_id:
        return
    if not assignee.is_active:
        raise InvalidInput("assignee_inactive", field="assignee", name=assignee.name)
    taker = taker or actor_for(assignee)
    foreign = not taker.is_provider and taker.organization_id != ticket.organization_id
    if foreign or not (taker.may(TICKET_VIEW) or taker.may(TICKET_VIEW_ALL)):
        raise InvalidInput("assignee_not_technician", field="assignee", name=assignee.name)


def _team_note(ticket: Ticket, team: Team, assignment: Assignment) -> Note:
    data = {"old": ticket.team_id, "new": team.pk, "team": team.name, "reason": assignment.reason[:500]}
    return Note(EventKind.TEAM, data | {"chosen_by_hand": assignment.decision_id is None, "reasons": []})


def _assignee_note(ticket: Ticket, assignee: Person | None, assignment: Assignment) -> Note:
    return Note(
        EventKind.ASSIGNED,
        {
            "old": ticket.assignee_id,
            "new": assignee.pk if assignee else None,
            "decision_id": assignment.decision_id,
            "reason": assignment.reason[:500],
            "sentence": assignment.sentence,
        },
    )


def _announce(
    actor: Actor, ticket: Ticket, fields: dict[str, object], old_team_id: int | None, decision_id: int | None
) -> None:
    if "team_id" in fields:
        outbox.publish(TeamChanged(ticket.pk, old_team_id, ticket.team_id), actor=actor)
    if "assignee_id" in fields:
        outbox.publish(TicketAssigned(ticket.pk, ticket.assignee_id, decision_id), actor=actor)


def _record_watcher(actor: Actor, ticket: Ticket, person: Person, *, added: bool) -> None:
    data = {"person_id": person.pk, "added": added}
    apply_change(
        ticket,
        actor,
        verb="tickets.watchers_changed",
        fields={},
        notes=[Note(EventKind.WATCHERS, data)],
        recorded=data,
    )
