"""Tickets as search knows them: a handful of queries for any number of tickets."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from firstline.files.queries import texts_of
from firstline.kit.text import truncate
from firstline.search.actions import Document
from firstline.tickets.access import FILE_KIND
from firstline.tickets.enums import MessageKind
from firstline.tickets.models import Attachment, Message, Ticket, Watcher

KIND = "ticket"
NOBODY = "none"
MESSAGES_CHARS_MAX = 60_000
FILES_CHARS_MAX = 40_000
_INNER = frozenset({MessageKind.NOTE, MessageKind.SYSTEM})


@dataclass(slots=True)
class _Words:
    """What was written on a ticket, and what is in its files."""

    messages: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def text(self, *more: str) -> str:
        """All of it, cut where it is too long; files come last."""
        written = truncate("\n\n".join(self.messages), MESSAGES_CHARS_MAX)
        attached = truncate("\n\n".join(self.files), FILES_CHARS_MAX)
        return "\n\n".join(filter(None, [written, *more, attached]))


@dataclass(slots=True)
class _Parts:
    """What all on a ticket may read, and what only technicians may."""

    public: _Words = field(default_factory=_Words)
    inner: _Words = field(default_factory=_Words)

    def of(self, kind: str) -> _Words:
        return self.inner if kind in _INNER else self.public


def documents(ids: Sequence[int]) -> Iterator[Document]:
    """The documents of these tickets; five queries, six where there are files."""
    parts = _parts_of(ids)
    watchers: dict[int, list[int]] = defaultdict(list)
    for ticket_id, person_id in Watcher.objects.filter(ticket_id__in=ids).values_list(
        "ticket_id", "person_id"
    ):
        watchers[ticket_id].append(person_id)
    tickets = Ticket.objects.filter(pk__in=ids, deleted_at=None).order_by("id")
    for ticket in tickets.select_related(
        "requester", "organization", "device", "service", "team", "assignee"
    ):
        yield _document(ticket, parts.get(ticket.pk, _Parts()), watchers[ticket.pk])


def ids_after(after_id: int, limit: int) -> Sequence[int]:
    """The next tickets in order of their ids."""
    found = Ticket.objects.filter(pk__gt=after_id, deleted_at=None).order_by("pk")
    return list(found.values_list("pk", flat=True)[:limit])


def staff_tokens(ticket: Ticket) -> list[str]:
    """Who finds it by working on it; `searching.search_tokens` holds the other half."""
    team, organization = ticket.team_id or 0, ticket.organization_id
    tokens = [f"tt:{team}", f"tt:{team}:{organization}", "ta", f"ta:{organization}"]
    return [*tokens, f"tm:{ticket.assignee_id}"] if ticket.assignee_id else tokens


def _parts_of(ids: Sequence[int]) -> Mapping[int, _Parts]:
    parts: dict[int, _Parts] = defaultdict(_Parts)
    # What may still be called back was said to nobody yet.
    messages = Message.objects.filter(ticket_id__in=ids, held_until=None).order_by("created_at", "id")
    for ticket_id, kind, text in messages.values_list("ticket_id", "kind", "body_text"):
        parts[ticket_id].of(kind).messages.append(text)
    attached = (
        Attachment.objects.filter(message__ticket_id__in=ids, message__held_until=None)
        .order_by("message_id")
        .distinct()
    )
    holders = list(attached.values_list("message_id", "message__ticket_id", "message__kind"))
    if holders:
        texts = texts_of(FILE_KIND, [message_id for message_id, _, _ in holders], chars_max=FILES_CHARS_MAX)
        for message_id, ticket_id, kind in holders:
            parts[ticket_id].of(kind).files += texts.get(message_id, [])
    return parts


def _document(ticket: Ticket, parts: _Parts, watchers: Sequence[int]) -> Document:
    staff = staff_tokens(ticket)
    people = sorted({ticket.requester_id, *watchers})
    return Document(
        kind=KIND,
        object_id=ticket.pk,
        organization_id=ticket.organization_id,
        title=ticket.subject,
        text=parts.public.text(),
        visibility=[*staff, f"to:{ticket.organization_id}", *(f"person:{pk}" for pk in people)],
        # Whose machine it is and their address are for technicians: followers of a ticket know neither.
        restricted_text=parts.inner.text(*_device_names(ticket), ticket.requester.email or ""),
        restricted_visibility=staff,
        identifiers=[ticket.display_id],
        names=[ticket.requester.name],
        fields=_fields(ticket),
        changed_at=ticket.updated_at,
    )


def _device_names(ticket: Ticket) -> list[str]:
    device = ticket.device
    return list(filter(None, [device.hostname, device.display_name, device.serial])) if device else []


def _fields(ticket: Ticket) -> dict[str, list[str]]:
    created = ticket.created_at.date().isoformat()
    fields = {
        "number": [ticket.display_id],
        "status": [ticket.status],
        "is": ["open" if ticket.is_open else "done", *([] if ticket.assignee_id else ["unassigned"])],
        "type": [ticket.kind],
        "priority": [f"p{ticket.priority}"],
        "channel": [ticket.channel],
        "created": [created, created[:7], created[:4]],
        "requester": [ticket.requester.name],
        "organisation": [ticket.organization.name],
        "team": [ticket.team.name if ticket.team else NOBODY],
        "assignee": [ticket.assignee.name if ticket.assignee else NOBODY],
        "service": [ticket.service.name] if ticket.service else [],
        "category": [ticket.category] if ticket.category else [],
        "device": [ticket.device.label] if ticket.device else [],
        "tag": list(ticket.tags),
    }
    return {name: values for name, values in fields.items() if values}
