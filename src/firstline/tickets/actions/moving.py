"""What changes hands between tickets: messages with their files, followers, links."""

from collections.abc import Mapping
from typing import Any

from firstline.kit import clock
from firstline.tickets.models import Message, Ticket, TicketLink, Watcher

Moved = Mapping[str, Any]


def move_message(message: Message, ticket: Ticket) -> Moved:
    """Put a message with its files onto another ticket; where it was first stays known."""
    was = message.ticket_id
    origin = message.came_from_id or was
    Message.objects.filter(pk=message.pk).update(
        ticket_id=ticket.pk, came_from_id=None if origin == ticket.pk else origin
    )
    return {"what": "message", "id": message.pk, "from": was, "to": ticket.pk}


def add_follower(ticket: Ticket, person_id: int) -> Moved | None:
    """Let a person follow a ticket; None where they do already."""
    _row, made = Watcher.objects.get_or_create(ticket=ticket, person_id=person_id)
    return {"what": "watcher", "person": person_id, "added": True} if made else None


def add_link(source_id: int, target_id: int, kind: str) -> Moved:
    """Join two tickets."""
    TicketLink.objects.create(kind=kind, source_id=source_id, target_id=target_id, at=clock.now())
    return _link(source_id, target_id, kind, added=True)


def remove_link(link: TicketLink) -> Moved:
    """Part two tickets."""
    link.delete()
    return _link(link.source_id, link.target_id, link.kind, added=False)


def turn_back(ticket: Ticket, moved: Moved) -> Moved:
    """Do the opposite of what was moved, and return that."""
    if moved["what"] == "message":
        message = Message.objects.get(pk=moved["id"])
        return move_message(message, Ticket.objects.get(pk=moved["from"]))
    if moved["what"] == "watcher":
        pair = {"ticket": ticket, "person_id": moved["person"]}
        if moved["added"]:
            Watcher.objects.filter(**pair).delete()
        else:
            Watcher.objects.get_or_create(**pair)
        return {**moved, "added": not moved["added"]}
    if moved["added"]:
        TicketLink.objects.filter(source_id=moved["source"], target_id=moved["target"]).delete()
    else:
        add_link(moved["source"], moved["target"], moved["kind"])
    return {**moved, "added": not moved["added"]}


def _link(source: int, target: int, kind: str, *, added: bool) -> Moved:
    return {"what": "link", "source": source, "target": target, "kind": str(kind), "added": added}
