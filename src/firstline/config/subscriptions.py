"""Which push topics an actor may hear; asked at every subscription and again when rights change."""

from collections.abc import Callable

from firstline.devices.permissions import DEVICE_VIEW
from firstline.devices.queries import get_device_for
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError
from firstline.remote.queries import get_command_for
from firstline.tickets.permissions import TICKET_VIEW, TICKET_VIEW_ALL
from firstline.tickets.queries import visible_as_staff, visible_to


def may_subscribe(actor: Actor, topic: str) -> bool:
    """Whether the actor may hear that `topic` ("noun:id", or a noun alone) changed."""
    noun, _, key = topic.partition(":")
    check = _CHECKS.get(noun)
    if check is None or (key and not key.isdecimal()):
        return False
    try:
        return check(actor, int(key or 0))
    except DomainError:
        return False


def may_be_present(actor: Actor, topic: str) -> bool:
    """Technicians see each other on a ticket; requesters, who may work here too, neither see nor are seen."""
    noun, _, key = topic.partition(":")
    if noun != "ticket" or not key.isdecimal():
        return False
    return visible_as_staff(actor).filter(pk=int(key)).exclude(requester_id=actor.id).exists()


def _ticket(actor: Actor, ticket_id: int) -> bool:
    return visible_to(actor).filter(pk=ticket_id).exists()


def _draft(actor: Actor, ticket_id: int) -> bool:
    return visible_as_staff(actor).filter(pk=ticket_id).exists()


def _queue(actor: Actor, team_id: int) -> bool:
    return actor.may(TICKET_VIEW_ALL) or (
        actor.may(TICKET_VIEW) and (team_id == 0 or team_id in actor.team_ids)
    )


def _person(actor: Actor, person_id: int) -> bool:
    return actor.id == person_id


def _device(actor: Actor, device_id: int) -> bool:
    return get_device_for(actor, device_id) is not None


def _command(actor: Actor, command_id: int) -> bool:
    return get_command_for(actor, command_id) is not None


def _devices(actor: Actor, _key: int) -> bool:
    return actor.may(DEVICE_VIEW)


_CHECKS: dict[str, Callable[[Actor, int], bool]] = {
    "ticket": _ticket,
    "draft": _draft,
    "queue": _queue,
    "person": _person,
    "device": _device,
    "command": _command,
    "devices": _devices,
}
