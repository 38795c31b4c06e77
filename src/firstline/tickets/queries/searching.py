"""Finding tickets by words, within what the actor may see."""

from collections.abc import Collection

from firstline.kit.actor import Actor
from firstline.search.queries import find
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import ORGANIZATION_VIEW, PORTAL_USE, TICKET_VIEW, TICKET_VIEW_ALL
from firstline.tickets.queries.documents import KIND
from firstline.tickets.queries.lists import Row, rows_of
from firstline.tickets.queries.scope import parse_number, visible_as_staff, visible_to

_NUMBERS_MAX = 20_000
_numbers: dict[int, int] = {}


def search_tickets(actor: Actor, text: str, limit: int = 20) -> list[Row]:
    """The best visible tickets for `text`; a display id finds that ticket first."""
    ids = [hit.object_id for hit in find(actor, text, kinds=[KIND], limit=limit).hits]
    number = parse_number(text)
    if number is not None:
        ids = [*visible_to(actor).filter(number=number).values_list("pk", flat=True), *ids]
    found = {row.id: row for row in rows_of(visible_to(actor).filter(pk__in=ids))} if ids else {}
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found][:limit]


def search_tokens(actor: Actor) -> list[str]:
    """What an actor may find tickets by; the other half is in `documents`."""
    if actor.is_trusted:
        return ["ta"]
    if actor.kind != "person" or actor.id is None:
        return []
    tokens = staff_search_tokens(actor)
    if actor.may(PORTAL_USE):
        tokens.append(f"person:{actor.id}")
    if actor.may(ORGANIZATION_VIEW):
        tokens.append(f"to:{actor.organization_id}")
    return tokens


def staff_search_tokens(actor: Actor) -> list[str]:
    """What an actor may find tickets by as a technician: their notes, too."""
    if actor.is_trusted:
        return ["ta"]
    if actor.kind != "person" or actor.id is None:
        return []
    here = "" if actor.is_provider else f":{actor.organization_id}"
    if actor.may(TICKET_VIEW_ALL):
        return [f"ta{here}"]
    if not actor.may(TICKET_VIEW):
        return []
    return [*(f"tt:{team_id}{here}" for team_id in sorted({0, *actor.team_ids})), f"tm:{actor.id}"]


def still_visible(actor: Actor, ids: Collection[int]) -> set[int]:
    """Which of these tickets the actor may see now."""
    rows = dict(visible_to(actor).filter(pk__in=ids).values_list("pk", "number"))
    if len(_numbers) > _NUMBERS_MAX:
        _numbers.clear()
    _numbers.update(rows)
    return set(rows)


def still_staff(actor: Actor, ids: Collection[int]) -> set[int]:
    """On which of these tickets the actor may read notes now."""
    return set(visible_as_staff(actor).filter(pk__in=ids).values_list("pk", flat=True))


def address_of(ticket_id: int, actor: Actor) -> str:
    """Where the actor reads a ticket; empty for one that is gone. Numbers never change, so they are kept."""
    number = _numbers.get(ticket_id)
    if number is None:
        number = Ticket.objects.filter(pk=ticket_id).values_list("number", flat=True).first()
    if number is None:
        return ""
    works_here = actor.may(TICKET_VIEW) or actor.may(TICKET_VIEW_ALL)
    return f"/desk/tickets/{number}/" if works_here else f"/portal/requests/{number}/"
