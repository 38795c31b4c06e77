"""Making tickets."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict, Unpack

from django.db import IntegrityError, connection

from firstline.accounts.models import Person
from firstline.audit import actions as audit
from firstline.devices.models import Device
from firstline.files.models import StoredFile
from firstline.kit import clock, rows
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput, NotAllowed
from firstline.kit.text import guess_language
from firstline.organizations.models import Service, Team
from firstline.outbox import actions as outbox
from firstline.tickets.actions import clocks, indexing, intake
from firstline.tickets.actions.core import RULES, Note, push_changed, write_events
from firstline.tickets.actions.messages import MessageDraft, add_watchers, insert_message
from firstline.tickets.actions.moving import move_message
from firstline.tickets.actions.policies import (
    Facts,
    PriorityProposal,
    TeamProposal,
    propose_priority,
    propose_team,
)
from firstline.tickets.enums import CanWork, Channel, EventKind, Kind, MessageKind, PrioritySource
from firstline.tickets.events import TicketCreated
from firstline.tickets.models import Message, Ticket
from firstline.tickets.permissions import (
    PORTAL_USE,
    TICKET_CREATE,
    TICKET_VIEW,
    TICKET_VIEW_ALL,
    check_can_view,
)


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """A ticket to be made; cleaned by `clean_draft`."""

    requester: Person
    subject: str
    body: str
    channel: str
    kind: str = Kind.INCIDENT
    can_work: str = CanWork.UNKNOWN
    device: Device | None = None
    service: Service | None = None
    team: Team | None = None
    files: Iterable[StoredFile] = ()
    cc: Iterable[str] = ()
    to: Iterable[str] = ()
    external_key: str | None = None
    language: str | None = None
    category: str = ""
    tags: Iterable[str] = ()
    impact: int | None = None
    urgency: int | None = None
    alert_severity: str = ""
    body_html: str | None = None
    message_id: str = ""
    acknowledge: bool = True
    at: datetime = field(default_factory=clock.now)


class MoreFields(TypedDict, total=False):
    """Further arguments of `create_ticket`, as in `TicketDraft`."""

    to: Iterable[str]
    category: str
    tags: Iterable[str]
    impact: int | None
    urgency: int | None
    alert_severity: str
    body_html: str | None
    message_id: str
    acknowledge: bool


def create_ticket(
    *,
    actor: Actor,
    requester: Person,
    subject: str,
    body: str,
    channel: str,
    kind: str = Kind.INCIDENT,
    can_work: str = CanWork.UNKNOWN,
    device: Device | None = None,
    service: Service | None = None,
    team: Team | None = None,
    files: Iterable[StoredFile] = (),
    cc: Iterable[str] = (),
    external_key: str | None = None,
    language: str | None = None,
    **more: Unpack[MoreFields],
) -> Ticket:
    """Make a ticket with its first message, priority, team and running clocks.

    A repeated `external_key` returns the ticket it made before. `more` are further fields of
    `TicketDraft` (category, tags, impact, urgency, alert_severity, to, body_html, message_id,
    acknowledge). Raises `InvalidInput` per field, `NotAllowed` where the actor may not ask for
    this requester. Announces `tickets.ticket_created`.
    """
    draft = TicketDraft(
        requester, subject, body, channel, kind, can_work, device, service, team, files, cc,
        external_key=external_key, language=language, **more,
    )  # fmt: skip
    try:
        with outbox.transaction():
            return apply_create(actor, draft)
    except IntegrityError:
        # Somebody else was first with the same key; anything else is a fault of ours.
        found = _made_before(actor, external_key)
        if found is None:
            raise
        return found


def apply_create(actor: Actor, draft: TicketDraft, *, message: Message | None = None) -> Ticket:
    """The inner step of `create_ticket`, in the caller's transaction (asserted).

    With `message`, which was written on another ticket, that moves here instead of a new one being written.
    """
    assert connection.in_atomic_block
    if (found := _made_before(actor, draft.external_key)) is not None:
        return found
    _check_may_ask(actor, draft.requester)
    subject = intake.clean_subject(draft.subject, draft.body)
    body = intake.clean_body(draft.body)
    _check_choices(draft)
    facts = _facts(draft, subject, body)
    priority, team = propose_priority(facts), _team_for(draft, facts)
    ticket = _insert(draft, subject, body, priority, team)
    if message is None:
        message = insert_message(ticket, actor, _first_message(draft, body), at=draft.at)
    else:
        move_message(message, ticket)
    cc_people = add_watchers(ticket, message.cc)
    write_events(ticket, actor, _first_notes(ticket, priority, team, draft), draft.at)
    clocks.start(ticket, at=draft.at)
    indexing.index_soon([ticket.pk])
    audit.record(
        actor=actor,
        verb="tickets.ticket_created",
        ref=ticket.ref,
        organization_id=ticket.organization_id,
        new={
            "kind": ticket.kind,
            "channel": ticket.channel,
            "priority": ticket.priority,
            "team_id": ticket.team_id,
            "requester_id": ticket.requester_id,
        },
    )
    outbox.publish(TicketCreated(ticket.pk, acknowledge=draft.acknowledge), actor=actor)
    push_changed(ticket, people=cc_people)
    return ticket


def next_numbers(count: int = 1) -> range:
    """The next numbers, unique under concurrency, without gaps unless the transaction rolls back."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_numbercounter (id, last) VALUES (1, %s) "
            "ON CONFLICT (id) DO UPDATE SET last = tickets_numbercounter.last + excluded.last RETURNING last",
            [count],
        )
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def _made_before(actor: Actor, external_key: str | None) -> Ticket | None:
    if external_key is None:
        return None
    message = Message.objects.select_related("ticket").filter(external_key=external_key).first()
    if message is None:
        return None
    check_can_view(actor, message.ticket)
    return message.ticket


def _check_may_ask(actor: Actor, requester: Person) -> None:
    if not requester.is_active:
        raise InvalidInput("requester_inactive", field="requester")
    if actor.is_trusted:
        return
    if actor.kind == "person" and actor.id == requester.pk:
        if not actor.may(PORTAL_USE):
            actor.check(TICKET_CREATE)
        return
    if actor.kind == "device" and actor.organization_id == requester.organization_id:
        return
    actor.check(TICKET_CREATE)
    if not (actor.may(TICKET_VIEW) or actor.may(TICKET_VIEW_ALL)):
        raise NotAllowed("permission_missing", permission=TICKET_VIEW)
    if not actor.is_provider and actor.organization_id != requester.organization_id:
        raise NotAllowed("organization_mismatch")


def _check_choices(draft: TicketDraft) -> None:
    intake.clean_choice(draft.kind, Kind.values, "kind")
    intake.clean_choice(draft.channel, Channel.values, "channel")
    intake.clean_choice(draft.can_work, CanWork.values, "can_work")
    intake.clean_level(draft.impact, "impact")
    intake.clean_level(draft.urgency, "urgency")
    if draft.device is not None and draft.device.organization_id != draft.requester.organization_id:
        raise InvalidInput("organization_mismatch", field="device")
    if draft.team is not None and not draft.team.is_active:
        raise InvalidInput("team_inactive", field="team")


def _facts(draft: TicketDraft, subject: str, body: str) -> Facts:
    service = draft.service
    owner = service.owner_team if service is not None else None
    return Facts(
        subject=subject,
        body=body[:4000],
        kind=draft.kind,
        channel=draft.channel,
        language=draft.language or guess_language(f"{subject}\n{body}"),
        can_work=draft.can_work,
        requester_is_vip=draft.requester.is_vip,
        service_id=service.pk if service else None,
        service_name=service.name if service else "",
        service_criticality=service.criticality if service else None,
        service_team_id=owner.pk if owner and owner.is_active else None,
        service_team_name=owner.name if owner else "",
        alert_severity=draft.alert_severity,
        category=draft.category,
        impact=draft.impact,
        urgency=draft.urgency,
    )


def _team_for(draft: TicketDraft, facts: Facts) -> TeamProposal:
    """The policy's proposal; a team that was asked for explicitly keeps only its category and effort."""
    proposal = propose_team(facts)
    if draft.team is None:
        return proposal
    return TeamProposal(draft.team.pk, draft.team.name, proposal.category, proposal.expected_minutes)


def _insert(
    draft: TicketDraft, subject: str, body: str, priority: PriorityProposal, team: TeamProposal
) -> Ticket:
    fixed_by_person = draft.impact is not None or draft.urgency is not None
    ticket = Ticket(
        number=next_numbers()[0],
        kind=draft.kind,
        subject=subject,
        requester=draft.requester,
        organization_id=draft.requester.organization_id,
        device=draft.device,
        service=draft.service,
        category=draft.category or team.category,
        impact=priority.impact,
        urgency=priority.urgency,
        priority=priority.priority,
        priority_source=PrioritySource.PERSON if fixed_by_person else priority.source,
        team_id=team.team_id,
        channel=draft.channel,
        language=draft.language or guess_language(f"{subject}\n{body}"),
        tags=intake.clean_tags(draft.tags),
        expected_minutes=team.expected_minutes,
        can_work=draft.can_work,
        created_at=draft.at,
        updated_at=draft.at,
        last_message_at=draft.at,
    )
    return rows.insert([ticket])[0]


def _first_message(draft: TicketDraft, body: str) -> MessageDraft:
    return MessageDraft(
        kind=MessageKind.REQUEST,
        body=body,
        channel=draft.channel,
        by_requester=True,
        to=draft.to,
        cc=draft.cc,
        files=draft.files,
        body_html=draft.body_html,
        message_id=draft.message_id,
        external_key=draft.external_key,
    )


def _first_notes(
    ticket: Ticket, priority: PriorityProposal, team: TeamProposal, draft: TicketDraft
) -> list[Note]:
    by_hand = draft.impact is not None or draft.urgency is not None
    return [
        Note(EventKind.CREATED, {"channel": ticket.channel}),
        priority_note(ticket, priority, old=None, by=None if by_hand else RULES),
        Note(
            EventKind.TEAM,
            {
                "old": None,
                "new": team.team_id,
                "team": team.team_name,
                "chosen_by_hand": draft.team is not None,
                "reasons": [reason.as_json() for reason in team.reasons],
            },
            by=None if draft.team is not None else RULES,
        ),
    ]


def priority_note(
    ticket: Ticket, proposal: PriorityProposal, *, old: int | None, by: Actor | None = None
) -> Note:
    """The line of the timeline that shows a priority's arithmetic."""
    return Note(
        EventKind.PRIORITY,
        {
            "old": old,
            "new": ticket.priority,
            "impact": ticket.impact,
            "urgency": ticket.urgency,
            "source": str(ticket.priority_source),
            "rule_version": proposal.rule_version,
            "reasons": [reason.as_json() for reason in proposal.reasons],
        },
        by=by,
    )
