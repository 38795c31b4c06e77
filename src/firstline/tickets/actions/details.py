"""What a ticket is about, and how much it matters: details, priority, tags."""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from firstline.devices.models import Device
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.organizations.models import Service
from firstline.outbox import actions as outbox
from firstline.servicelevels.enums import Cause
from firstline.tickets.actions import clocks, intake, steps
from firstline.tickets.actions.core import Note, apply_change, locked
from firstline.tickets.actions.policies import Facts, PriorityProposal, Reason, propose_priority
from firstline.tickets.enums import CanWork, EventKind, Kind, PrioritySource, StepKind
from firstline.tickets.events import PriorityChanged
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import TICKET_EDIT, check_staff


class Details(TypedDict, total=False):
    """What `change_details` may change."""

    subject: str
    kind: str
    category: str
    service: Service | None
    device: Device | None
    can_work: str
    tags: Iterable[str]
    expected_minutes: int


def change_details(
    *, actor: Actor, ticket: Ticket, expected_version: int | None = None, **details: Unpack[Details]
) -> Ticket:
    """Correct what a ticket is about; a computed priority is computed anew from the new facts.

    Raises `InvalidInput` per field.
    """
    with outbox.transaction():
        fresh = locked(ticket, expected_version)
        check_staff(actor, fresh, TICKET_EDIT)
        fields = {
            name: value
            for name, value in _clean_details(fresh, details).items()
            if value != getattr(fresh, name)
        }
        if not fields:
            return fresh
        before = steps.snapshot(fresh)
        apply_change(
            fresh,
            actor,
            verb="tickets.details_changed",
            fields=fields,
            notes=[Note(EventKind.DETAILS, {"fields": sorted(fields)})],
        )
        # Loaded relations of the old ids must not answer for the new ones.
        fresh = locked(fresh)
        if fresh.priority_source != PrioritySource.PERSON:
            apply_priority(actor, fresh, propose_priority(facts_of(fresh)))
        steps.remember(actor, fresh, StepKind.DETAILS, before)
    return fresh


def change_priority(
    *,
    actor: Actor,
    ticket: Ticket,
    priority: int | None = None,
    impact: int | None = None,
    urgency: int | None = None,
    reason: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """Set the priority, or impact and urgency from which it follows, by hand; stays until lifted.

    With none of the three the hand is lifted and the priority is computed from facts again.
    Clocks take the new targets over with the time already used. Announces `tickets.priority_changed`.
    """
    for name, value in (("priority", priority), ("impact", impact), ("urgency", urgency)):
        intake.clean_level(value, name)
    with outbox.transaction():
        fresh = locked(ticket, expected_version)
        check_staff(actor, fresh, TICKET_EDIT)
        is_by_hand = not (priority is None and impact is None and urgency is None)
        proposal = propose_priority(facts_of(fresh, impact=impact, urgency=urgency))
        if is_by_hand:
            proposal = by_hand(fresh, proposal, priority, impact, urgency)
        before = steps.snapshot(fresh)
        apply_priority(actor, fresh, proposal, reason=reason)
        steps.remember(actor, fresh, StepKind.PRIORITY, before)
    return fresh


def apply_priority(actor: Actor, ticket: Ticket, proposal: PriorityProposal, *, reason: str = "") -> None:
    """The inner step on a locked ticket, in the caller's transaction (asserted)."""
    old = ticket.priority
    fields: dict[str, object] = {
        "impact": proposal.impact,
        "urgency": proposal.urgency,
        "priority": proposal.priority,
        "priority_source": str(proposal.source),
    }
    if all(value == getattr(ticket, name) for name, value in fields.items()):
        return
    at = clock.now()
    if proposal.priority != old:
        ticket.priority = proposal.priority
        fields |= clocks.follow_targets(ticket, at=at, actor=actor, cause=Cause.PRIORITY_CHANGED)
        ticket.priority = old
    data = {
        "old": old,
        "new": int(proposal.priority),
        "impact": int(proposal.impact),
        "urgency": int(proposal.urgency),
        "source": str(proposal.source),
        "rule_version": proposal.rule_version,
        "reasons": [each.as_json() for each in proposal.reasons],
        "reason": reason[:500],
    }
    note = Note(EventKind.PRIORITY, data)
    apply_change(
        ticket, actor, verb="tickets.priority_changed", fields=fields, notes=[note], reason=reason, at=at
    )
    if proposal.priority != old:
        outbox.publish(PriorityChanged(ticket.pk, old, int(proposal.priority)), actor=actor)


def facts_of(ticket: Ticket, *, impact: int | None = None, urgency: int | None = None) -> Facts:
    """What is known of an existing ticket when its priority is computed again."""
    service = ticket.service
    first = ticket.messages.order_by("created_at", "id").values_list("body_text", flat=True).first()
    return Facts(
        subject=ticket.subject,
        body=(first or "")[:4000],
        kind=ticket.kind,
        channel=ticket.channel,
        language=ticket.language,
        can_work=ticket.can_work,
        requester_is_vip=ticket.requester.is_vip,
        service_id=ticket.service_id,
        service_name=service.name if service else "",
        service_criticality=service.criticality if service else None,
        category=ticket.category,
        impact=impact,
        urgency=urgency,
    )


def by_hand(
    ticket: Ticket,
    proposal: PriorityProposal,
    priority: int | None,
    impact: int | None,
    urgency: int | None,
) -> PriorityProposal:
    """The proposal with what a person chose in its place."""
    reasons = (Reason("priority_by_hand"),) if priority is not None else proposal.reasons
    return PriorityProposal(
        impact=impact or (ticket.impact if priority is not None else proposal.impact),
        urgency=urgency or (ticket.urgency if priority is not None else proposal.urgency),
        priority=priority or proposal.priority,
        reasons=reasons,
        rule_version=proposal.rule_version,
        source=PrioritySource.PERSON,
    )


def _clean_details(ticket: Ticket, details: Details) -> dict[str, object]:
    fields: dict[str, object] = {}
    if "subject" in details:
        fields["subject"] = intake.clean_subject(details["subject"], "")
    if "kind" in details:
        fields["kind"] = intake.clean_choice(details["kind"], Kind.values, "kind")
    if "can_work" in details:
        fields["can_work"] = intake.clean_choice(details["can_work"], CanWork.values, "can_work")
    if "category" in details:
        fields["category"] = details["category"].strip()[:60]
    if "service" in details:
        fields["service_id"] = details["service"].pk if details["service"] else None
    if "device" in details:
        device = details["device"]
        if device is not None and device.organization_id != ticket.organization_id:
            raise InvalidInput("organization_mismatch", field="device")
        fields["device_id"] = device.pk if device else None
    if "tags" in details:
        fields["tags"] = intake.clean_tags(details["tags"])
    if "expected_minutes" in details:
        fields["expected_minutes"] = max(1, min(details["expected_minutes"], 100_000))
    return fields
