"""Page objects of the portal, composed from the slices below."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from firstline.devices.models import Device
from firstline.devices.queries import devices_of
from firstline.kit.actor import Actor
from firstline.kit.refs import Ref
from firstline.remote.models import Command
from firstline.remote.queries import commands_asked_of_owner, commands_on_devices_of
from firstline.servicelevels.queries import ClockView, clocks_for
from firstline.tickets.enums import MessageKind, Status
from firstline.tickets.models import Message, Rating, Ticket
from firstline.tickets.queries import requested_by

SENT, READ, WORKING, DONE = range(4)
_PAGE = 50
_SAMPLE = 40
_SAMPLE_LEAST = 8


@dataclass(frozen=True, slots=True)
class Matter:
    """One request as its requester sees it: an honest sentence and where it stands."""

    number: int
    display_id: str
    subject: str
    language: str
    sentence: str
    step: int
    steps: Sequence[str]
    needs_answer: bool
    is_resolved: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Home:
    """The portal's first page."""

    first_name: str
    matters: Sequence[Matter]
    devices: Sequence[Device]
    asking: Sequence[Command]
    answer_minutes: int | None
    last_visit: Command | None


@dataclass(frozen=True, slots=True)
class Request:
    """One request with its conversation."""

    ticket: Ticket
    matter: Matter
    messages: Sequence[Message]
    clocks: Sequence[ClockView]
    asking: Sequence[Command]
    rating: Rating | None
    can_reply: bool = field(default=True)


def home(actor: Actor) -> Home:
    """What an employee sees first; at most nine queries."""
    assert actor.id is not None
    open_tickets = requested_by(actor).filter(is_open=True)
    resolved = requested_by(actor).filter(status=Status.RESOLVED)
    tickets = [
        *resolved.select_related("assignee").order_by("-resolved_at")[:5],
        *open_tickets.select_related("assignee").order_by("-last_message_at")[:20],
    ]
    matters = sorted((matter_of(ticket) for ticket in tickets), key=lambda matter: not matter.needs_answer)
    return Home(
        first_name=first_name(actor.label),
        matters=matters,
        devices=list(devices_of(actor.id)[:4]),
        asking=list(commands_asked_of_owner(actor.id)[:3]),
        answer_minutes=usual_answer_minutes(),
        last_visit=commands_on_devices_of(actor.id).filter(consent="allowed").order_by("-id").first(),
    )


def my_requests(actor: Actor, *, done: bool) -> list[Matter]:
    """The actor's requests, newest first."""
    tickets = requested_by(actor).filter(is_open=not done).select_related("assignee")
    return [matter_of(ticket) for ticket in tickets.order_by("-last_message_at")[:_PAGE]]


def request_page(actor: Actor, ticket: Ticket) -> Request:
    """One request; internal notes are never part of it."""
    messages = (
        Message.objects.filter(
            ticket=ticket, kind__in=[MessageKind.REQUEST, MessageKind.REPLY], held_until=None
        )
        .select_related("author")
        .prefetch_related("attachments__file")
        .order_by("created_at", "id")
    )
    asking = []
    if ticket.device_id and actor.id is not None:
        asking = list(commands_asked_of_owner(actor.id).filter(device_id=ticket.device_id)[:3])
    return Request(
        ticket=ticket,
        matter=matter_of(ticket),
        messages=list(messages),
        clocks=clocks_for(Ref("ticket", ticket.pk)),
        asking=asking,
        rating=Rating.objects.filter(ticket=ticket).first(),
    )


def matter_of(ticket: Ticket) -> Matter:
    """The honest status of a request, in the reader's language (`ticket.assignee` must be loaded)."""
    return Matter(
        number=ticket.number,
        display_id=ticket.display_id,
        subject=ticket.subject,
        language=ticket.language,
        sentence=_sentence(ticket),
        step=_step(ticket),
        steps=[
            pgettext("step", "Sent"),
            pgettext("step", "Read"),
            _your_turn(ticket),
            pgettext("step", "Done"),
        ],
        needs_answer=ticket.status in {Status.WAITING_REQUESTER, Status.RESOLVED},
        is_resolved=ticket.status == Status.RESOLVED,
        updated_at=ticket.last_message_at,
    )


def usual_answer_minutes() -> int | None:
    """The median wait for a first answer over the newest answered requests; None while there are few."""
    pairs = (
        Ticket.objects.filter(first_replied_at__isnull=False)
        .order_by("-id")
        .values_list("created_at", "first_replied_at")[:_SAMPLE]
    )
    waits = [(replied - created).total_seconds() / 60 for created, replied in pairs if replied]
    return round(median(waits)) if len(waits) >= _SAMPLE_LEAST else None


def first_name(name: str) -> str:
    """What one is called in a greeting: Chinese names whole, others by the first word."""
    return name.split(maxsplit=1)[0] if " " in name else name


def _sentence(ticket: Ticket) -> str:
    who = ticket.assignee.name if ticket.assignee else ""
    match ticket.status:
        case Status.RESOLVED:
            return _("We think this is solved. Does it work now?")
        case Status.CLOSED:
            return _("Done.")
        case Status.WAITING_REQUESTER:
            return _("%(name)s asked you something.") % {"name": who} if who else _("We asked you something.")
        case Status.WAITING_SUPPLIER:
            return _("We are waiting for a supplier and keep an eye on it.")
        case Status.SCHEDULED:
            return _("It has a date; we come back to it then.")
        case Status.NEW if not who:
            return _("It has arrived. Nobody has taken it yet.")
        case Status.NEW:
            return _("%(name)s has it and will read it next.") % {"name": who}
    return _("%(name)s is working on it.") % {"name": who} if who else _("The team is working on it.")


def _step(ticket: Ticket) -> int:
    if ticket.status == Status.CLOSED:
        return DONE
    if ticket.status in {Status.RESOLVED, Status.WAITING_REQUESTER}:
        return WORKING
    if ticket.status == Status.NEW:
        return SENT
    return WORKING if ticket.first_replied_at else READ


def _your_turn(ticket: Ticket) -> str:
    if ticket.status in {Status.RESOLVED, Status.WAITING_REQUESTER}:
        return _("Your turn")
    return _("Being fixed")
