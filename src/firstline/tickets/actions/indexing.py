"""Keeps tickets findable: what all on a ticket may read, and apart from it what only technicians may."""

from collections.abc import Iterable, Sequence

from firstline.search import actions as search
from firstline.search.actions import Document
from firstline.tickets.enums import MessageKind
from firstline.tickets.models import Message, Ticket, Watcher

PUBLIC_KIND, NOTES_KIND = "ticket", "ticket_note"
TEXT_CHARACTERS_MAX = 60_000


def index_new(ticket: Ticket, text: str, watcher_ids: Iterable[int]) -> None:
    """Make a ticket findable that was just made, in the caller's transaction."""
    search.index_many([public_document(ticket, text, watcher_ids)])


def reindex(ticket: Ticket) -> None:
    """Bring the index up to date with a ticket's words and viewers, in the caller's transaction."""
    public: list[str] = []
    notes: list[str] = []
    rows = Message.objects.filter(ticket=ticket, held_until=None).order_by("created_at", "id")
    for kind, text in rows.values_list("kind", "body_text"):
        inner = kind in {MessageKind.NOTE, MessageKind.SYSTEM}
        (notes if inner else public).append(text)
    watchers = Watcher.objects.filter(ticket=ticket).values_list("person_id", flat=True)
    documents = [public_document(ticket, "\n\n".join(public), watchers)]
    if notes:
        documents.append(notes_document(ticket, "\n\n".join(notes)))
    search.index_many(documents)


def public_document(ticket: Ticket, text: str, watcher_ids: Iterable[int]) -> Document:
    """The words of request and replies, for requester, followers and technicians."""
    people = {ticket.requester_id, *watcher_ids}
    tokens = [
        *staff_tokens(ticket),
        f"to:{ticket.organization_id}",
        *(f"person:{pk}" for pk in sorted(people)),
    ]
    return _document(PUBLIC_KIND, ticket, text, tokens)


def notes_document(ticket: Ticket, text: str) -> Document:
    """The words of notes, for technicians alone."""
    return _document(NOTES_KIND, ticket, text, staff_tokens(ticket))


def staff_tokens(ticket: Ticket) -> list[str]:
    """Who finds it by working on it; `queries.search_tokens` holds the other half."""
    team, organization = ticket.team_id or 0, ticket.organization_id
    tokens = [f"tt:{team}", f"tt:{team}:{organization}", "ta", f"ta:{organization}"]
    return [*tokens, f"tm:{ticket.assignee_id}"] if ticket.assignee_id else tokens


def _document(kind: str, ticket: Ticket, text: str, tokens: Sequence[str]) -> Document:
    return Document(
        kind=kind,
        object_id=ticket.pk,
        organization_id=ticket.organization_id,
        title=f"{ticket.display_id} {ticket.subject}",
        text=text[:TEXT_CHARACTERS_MAX],
        visibility=tokens,
    )
