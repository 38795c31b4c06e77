"""Tickets that belong together: related, duplicate, part of one another."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.audit import actions as audit
from firstline.kit import rows
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotFound
from firstline.kit.refs import Ref
from firstline.outbox import actions as outbox
from firstline.tickets.actions import intake, moving, steps
from firstline.tickets.actions.core import Note, apply_change, locked
from firstline.tickets.enums import OPEN_STATUSES, EventKind, LinkKind, StepKind
from firstline.tickets.models import Operation, StructureRules, Ticket, TicketLink
from firstline.tickets.permissions import TICKET_EDIT, check_staff, is_staff_for

_DEPTH_MAX = 50


def link_tickets(*, actor: Actor, source: Ticket, target: Ticket, kind: str) -> Operation:
    """Say that `source` is related to, a duplicate of, or a part of `target`; undone as every operation.

    Both must be tickets of one organisation on which the actor works. Raises `link_same`, `link_exists`,
    `link_organizations_differ`, `link_circle`, `link_has_parent`, `choice_unknown`.
    """
    intake.clean_choice(kind, LinkKind.values, "kind")
    with outbox.transaction():
        held = {pk: locked(pk) for pk in sorted({source.pk, target.pk})}
        source, target = held[source.pk], held[target.pk]
        _check(actor, source, target, kind)
        before = steps.snapshot(source)
        moved = moving.add_link(source.pk, target.pk, kind)
        return _write(actor, source, target, before, moved)


def unlink_tickets(*, actor: Actor, ticket: Ticket, link_id: int) -> Operation:
    """Part two linked tickets; undone as every operation. Raises `link_unknown`."""
    with outbox.transaction():
        link = TicketLink.objects.filter(Q(source=ticket) | Q(target=ticket), pk=link_id).first()
        if link is None:
            raise NotFound("link_unknown")
        held = {pk: locked(pk) for pk in sorted({link.source_id, link.target_id})}
        source, target = held[link.source_id], held[link.target_id]
        check_staff(actor, held[ticket.pk], TICKET_EDIT)
        before = steps.snapshot(source)
        return _write(actor, source, target, before, moving.remove_link(link))


def would_circle(source_id: int, target_id: int, kind: str) -> bool:
    """Whether a ticket would become a part, or a duplicate, of itself."""
    if kind == LinkKind.RELATED:
        return False
    above: set[int] = {target_id}
    for _ in range(_DEPTH_MAX):
        if source_id in above:
            return True
        next_up = set(
            TicketLink.objects.filter(kind=kind, source__in=above).values_list("target_id", flat=True)
        )
        if next_up <= above:
            return False
        above |= next_up
    return True


def structure_rules() -> StructureRules:
    """How parents, children and duplicates bear on each other; the defaults where nobody chose."""
    return StructureRules.objects.filter(pk=1).first() or StructureRules()


def change_structure_rules(
    *, actor: Actor, children_hold_parent: bool, duplicates_follow: bool
) -> StructureRules:
    """Choose whether open parts keep the whole from being solved, and duplicates are solved with theirs."""
    actor.check(SETTINGS_MANAGE)
    with outbox.transaction():
        old = structure_rules()
        told = {"children_hold_parent": children_hold_parent, "duplicates_follow": duplicates_follow}
        rules, _made = StructureRules.objects.update_or_create(pk=1, defaults=told)
        audit.record(
            actor=actor,
            verb="tickets.structure_rules_changed",
            ref=Ref("structure_rules", 1),
            old={name: getattr(old, name) for name in told},
            new=told,
        )
    return rules


def check_parts_are_done(ticket: Ticket, status: str) -> None:
    """Raise where open parts hold the whole: only where that was chosen in the rules."""
    if status in OPEN_STATUSES or ticket.status not in OPEN_STATUSES:
        return
    open_parts = Ticket.objects.filter(
        links_out__kind=LinkKind.CHILD, links_out__target=ticket, is_open=True
    ).order_by("number")
    if (first := open_parts.first()) is not None and structure_rules().children_hold_parent:
        raise Conflict("ticket_has_open_parts", count=open_parts.count(), ticket=first.display_id)


def _check(actor: Actor, source: Ticket, target: Ticket, kind: str) -> None:
    if source.pk == target.pk:
        raise InvalidInput("link_same", field="target")
    check_staff(actor, source, TICKET_EDIT)
    check_staff(actor, target, TICKET_EDIT)
    if source.organization_id != target.organization_id and not _sees_both(actor, source, target):
        raise InvalidInput("link_organizations_differ", field="target")
    pair = Q(source=source, target=target) | Q(source=target, target=source)
    if TicketLink.objects.filter(pair).exists():
        raise Conflict("link_exists", ticket=target.display_id)
    if kind == LinkKind.CHILD and TicketLink.objects.filter(source=source, kind=kind).exists():
        raise Conflict("link_has_parent", ticket=source.display_id)
    if would_circle(source.pk, target.pk, kind):
        raise Conflict("link_circle", ticket=target.display_id)


def _sees_both(actor: Actor, source: Ticket, target: Ticket) -> bool:
    """A fault may strike several customers at once: the provider's technicians may say so."""
    return actor.is_provider and is_staff_for(actor, source) and is_staff_for(actor, target)


def _write(
    actor: Actor, source: Ticket, target: Ticket, before: steps.Snapshot, moved: Mapping[str, Any]
) -> Operation:
    added, kind = bool(moved["added"]), str(moved["kind"])
    for ticket, other in ((source, target), (target, source)):
        data = {
            "ticket": other.display_id,
            "number": other.number,
            "link": kind,
            "added": added,
            "is_source": ticket is source,
        }
        apply_change(
            ticket,
            actor,
            verb="tickets.links_changed",
            fields={},
            notes=[Note(EventKind.LINKED, data)],
            recorded={"link": kind, "ticket_id": other.pk, "added": added},
        )
    told = {"source": source.display_id, "target": target.display_id, "link": kind, "added": added}
    operation = steps.begin(actor, StepKind.LINK, data=told)
    rows.insert([steps.step_of(operation, source, before, moved=[moved])])
    return operation
