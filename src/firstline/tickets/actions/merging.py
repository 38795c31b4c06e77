"""Two tickets about one thing become one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q

from firstline.accounts.models import Person
from firstline.kit import clock, rows
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.outbox import actions as outbox
from firstline.tickets.actions import clocks, moving, steps
from firstline.tickets.actions.core import Note, apply_change, locked
from firstline.tickets.actions.linking import would_circle
from firstline.tickets.enums import EventKind, LinkKind, MessageKind, Status, StepKind
from firstline.tickets.events import StatusChanged, TicketsMerged
from firstline.tickets.limits import SEND_DELAY_SECONDS, TAGS_MAX
from firstline.tickets.models import Attachment, Message, Operation, Ticket, TicketLink, Watcher
from firstline.tickets.permissions import TICKET_CLOSE, TICKET_EDIT, check_staff

Moved = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do. `warnings` are codes: other_requester, target_done, target_is_younger."""

    source: Ticket
    target: Ticket
    messages: Sequence[Message]
    files_count: int
    followers: Sequence[Person]
    links_count: int
    warnings: Sequence[str]


def merge_preview(*, actor: Actor, source: Ticket, target: Ticket) -> MergePreview:
    """What `merge_tickets` would move and whom it would concern; raises what that raises, changes nothing."""
    _check(actor, source, target)
    warnings = []
    if source.requester_id != target.requester_id:
        warnings.append("other_requester")
    if not target.is_open:
        warnings.append("target_done")
    if source.created_at < target.created_at:
        warnings.append("target_is_younger")
    messages = Message.objects.filter(ticket=source).order_by("created_at", "id")
    return MergePreview(
        source=source,
        target=target,
        messages=list(messages),
        files_count=Attachment.objects.filter(message__ticket=source).count(),
        followers=list(Person.objects.filter(pk__in=_followers_to_be(source, target)).order_by("name")),
        links_count=len(_links_to_be(source, target)),
        warnings=warnings,
    )


def merge_tickets(
    *,
    actor: Actor,
    source: Ticket,
    target: Ticket,
    expected_versions: Mapping[int, int] | None = None,
) -> Operation:
    """Move what was said in `source` to `target`, with files, followers, links and tags, and close it.

    The number of `source` keeps leading to the conversation, and mails to it join `target`. Its clocks end
    where they stand; those of `target` run on untouched. Whoever asked is told once, after the seconds in
    which a slip is noticed. Raises `merge_same`, `merge_organizations_differ`, `merge_target_closed`,
    `ticket_is_merged`, `ticket_changed_meanwhile`. Announces `tickets.tickets_merged` and
    `status_changed`. Lock order: the smaller id first. Undone as every operation.
    """
    with outbox.transaction():
        expected = expected_versions or {}
        held = {pk: locked(pk, expected.get(pk)) for pk in sorted({source.pk, target.pk})}
        source, target = held[source.pk], held[target.pk]
        _check(actor, source, target)
        operation = steps.begin(
            actor,
            StepKind.MERGE,
            count=2,
            data={"source": source.display_id, "target": target.display_id},
        )
        _into(actor, operation, source, target)
        _put_away(actor, operation, source, target)
        outbox.publish(TicketsMerged(operation.pk, source.pk, target.pk), actor=actor)
        outbox.enqueue(
            "tickets.tell_of_merge",
            {"operation_id": operation.pk},
            run_at=operation.at + timedelta(seconds=SEND_DELAY_SECONDS),
            actor=actor,
        )
    return operation


def _check(actor: Actor, source: Ticket, target: Ticket) -> None:
    if source.pk == target.pk:
        raise InvalidInput("merge_same", field="target")
    for ticket in (source, target):
        check_staff(actor, ticket, TICKET_EDIT)
    if source.is_open:
        actor.check(TICKET_CLOSE)
    if source.organization_id != target.organization_id:
        raise InvalidInput("merge_organizations_differ", field="target")
    if target.status == Status.CLOSED:
        raise Conflict("merge_target_closed", ticket=target.display_id)


def _followers_to_be(source: Ticket, target: Ticket) -> list[int]:
    wanted = {source.requester_id, *Watcher.objects.filter(ticket=source).values_list("person_id", flat=True)}
    have = {target.requester_id, *Watcher.objects.filter(ticket=target).values_list("person_id", flat=True)}
    return sorted(wanted - have)


def _links_to_be(source: Ticket, target: Ticket) -> list[tuple[int, int, str]]:
    """The links of the source that the target does not have yet and that make sense there."""
    near = TicketLink.objects.filter(Q(source=target) | Q(target=target))
    known = {pk for link in near for pk in (link.source_id, link.target_id)} | {target.pk}
    found = []
    for link in TicketLink.objects.filter(Q(source=source) | Q(target=source)).order_by("pk"):
        points_out = link.source_id == source.pk
        other = link.target_id if points_out else link.source_id
        pair = (target.pk, other) if points_out else (other, target.pk)
        second_parent = (
            link.kind == LinkKind.CHILD and points_out and near.filter(kind=LinkKind.CHILD, source=target)
        )
        if other in known or second_parent or would_circle(*pair, link.kind):
            continue
        known.add(other)
        found.append((*pair, link.kind))
    return found


def _into(actor: Actor, operation: Operation, source: Ticket, target: Ticket) -> None:
    before = steps.snapshot(target)
    messages = list(Message.objects.filter(ticket=source).order_by("pk"))
    moved: list[Moved] = [moving.move_message(message, target) for message in messages]
    for person_id in _followers_to_be(source, target):
        added = moving.add_follower(target, person_id)
        moved += [added] if added else []
    for source_id, target_id, kind in _links_to_be(source, target):
        moved.append(moving.add_link(source_id, target_id, kind))
    fields = _last_said(target, [each for each in messages if each.held_until is None])
    tags = list(dict.fromkeys([*target.tags, *source.tags]))[:TAGS_MAX]
    if tags != target.tags:
        fields["tags"] = tags
    apply_change(
        target,
        actor,
        verb="tickets.ticket_merged_from",
        fields=fields,
        notes=[Note(EventKind.MERGED, {"from": source.display_id, "number": source.number})],
        recorded={"operation_id": operation.pk, "source_id": source.pk, "messages": len(messages)},
    )
    rows.insert([steps.step_of(operation, target, before, at=operation.at, moved=moved)])


def _last_said(target: Ticket, messages: Sequence[Message]) -> dict[str, Any]:
    said = [each for each in messages if each.kind in {MessageKind.REQUEST, MessageKind.REPLY}]
    if not said or said[-1].created_at <= target.last_message_at:
        return {}
    return {"last_message_at": said[-1].created_at, "last_message_by_requester": said[-1].by_requester}


def _put_away(actor: Actor, operation: Operation, source: Ticket, target: Ticket) -> None:
    before, old, at = steps.snapshot(source), source.status, operation.at
    fields: dict[str, Any] = {
        "merged_into_id": target.pk,
        "status": Status.CLOSED,
        "is_open": False,
        "resolved_at": source.resolved_at or at,
        "closed_at": source.closed_at or at,
    }
    if source.is_open:
        fields |= clocks.close(source, at=at, actor=actor)
    apply_change(
        source,
        actor,
        verb="tickets.ticket_merged",
        fields=fields,
        notes=[Note(EventKind.MERGED, {"into": target.display_id, "number": target.number})],
        recorded={"operation_id": operation.pk},
        at=clock.now(),
    )
    rows.insert([steps.step_of(operation, source, before, at=at)])
    if old != source.status:
        outbox.publish(StatusChanged(source.pk, str(old), str(source.status)), actor=actor)
