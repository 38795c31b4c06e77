"""Finding tickets by words, within what the actor may see."""

from firstline.kit.actor import Actor
from firstline.search.queries import search
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import ORGANIZATION_VIEW, PORTAL_USE, TICKET_VIEW, TICKET_VIEW_ALL
from firstline.tickets.queries.lists import Row, rows_of
from firstline.tickets.queries.scope import parse_number, visible_to

SEARCH_KINDS = ("ticket", "ticket_note")


def search_tickets(actor: Actor, text: str, limit: int = 20) -> list[Row]:
    """The newest visible tickets that hold every word of `text`; a display id finds that ticket first."""
    hits = search(search_tokens(actor), text, kinds=SEARCH_KINDS, limit=limit * 2)
    ids = list(dict.fromkeys(hit.object_id for hit in hits))
    number = parse_number(text)
    if number is not None:
        ids = [*Ticket.objects.filter(number=number).values_list("pk", flat=True), *ids]
    # The index proposes; the rows are asked again, so that a token can never show too much.
    found = {row.id: row for row in rows_of(visible_to(actor).filter(pk__in=ids[: limit * 2]))}
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found][:limit]


def search_tokens(actor: Actor) -> list[str]:
    """What an actor may find tickets by; the other half is in `actions.indexing`."""
    if actor.kind != "person" or actor.id is None:
        return []
    here = "" if actor.is_provider else f":{actor.organization_id}"
    tokens = []
    if actor.may(TICKET_VIEW_ALL):
        tokens.append(f"ta{here}")
    elif actor.may(TICKET_VIEW):
        tokens += [f"tt:{team_id}{here}" for team_id in sorted({0, *actor.team_ids})]
        tokens.append(f"tm:{actor.id}")
    if actor.may(PORTAL_USE):
        tokens.append(f"person:{actor.id}")
    if actor.may(ORGANIZATION_VIEW):
        tokens.append(f"to:{actor.organization_id}")
    return tokens
