"""What is known around one ticket: who asks, from what machine, why it matters, what may help."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firstline.accounts.models import Person
from firstline.desk.queries.finding import Thing, dressed
from firstline.devices.models import Device, HealthSample
from firstline.devices.permissions import can_see_device
from firstline.devices.queries import devices_of
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.prepared import Prepared
from firstline.knowledge.queries import Suggestion, suggest
from firstline.search.queries import Hit, similar
from firstline.tickets.enums import EventKind, MessageKind
from firstline.tickets.models import Message, Ticket, TicketEvent
from firstline.tickets.queries import Row, rows_of, visible_as_staff

OTHERS_MAX = 5
ARTICLES_MAX = 4
SIMILAR_MAX = 5
SHARED_MAX = 6
SPARK_HOURS = 2


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """A device and the recent lines of its load, in percent."""

    device: Device
    cpu: Sequence[int]
    memory: Sequence[int]
    disk: Sequence[int]


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """The facts column."""

    requester: Person
    time_there: datetime | None
    device: DeviceFacts | None
    priority: TicketEvent | None


def ticket_facts(actor: Actor, ticket: Ticket, priority: TicketEvent | None = None) -> TicketFacts:
    """The facts column of a ticket; at most two queries, one where `priority` is at hand."""
    return TicketFacts(
        requester=ticket.requester,
        time_there=time_at(ticket.requester.time_zone),
        device=device_facts(actor, ticket.device),
        priority=priority or priority_reason(ticket),
    )


def device_facts(actor: Actor, device: Device | None, *, hours: int = SPARK_HOURS) -> DeviceFacts | None:
    """A device and its recent load, None where there is none to see."""
    if device is None or not can_see_device(actor, device):
        return None
    since = clock.now() - timedelta(hours=hours)
    samples = (
        HealthSample.objects.filter(device_id=device.pk, at__gte=since)
        .order_by("at")
        .values_list("cpu_percent", "memory_percent", "disk_percent")
    )
    rows = list(samples) if device.has_agent else []
    return DeviceFacts(device, [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])


def requester_facts(actor: Actor, ticket: Ticket) -> list[Row]:
    """Other tickets of the same requester that the actor may see, newest first."""
    others = visible_as_staff(actor).filter(requester_id=ticket.requester_id).exclude(pk=ticket.pk)
    return rows_of(others.order_by("-id")[:OTHERS_MAX])


def priority_reason(ticket: Ticket) -> TicketEvent | None:
    """The line of the timeline that explains the present priority."""
    return _priority_events.first(ticket.pk)


_priority_events = Prepared(
    lambda ticket_id: TicketEvent.objects.filter(ticket_id=ticket_id, kind=EventKind.PRIORITY).order_by(
        "-at", "-id"
    )[:1]
)


@dataclass(frozen=True, slots=True)
class Story:
    """A solved ticket as material for an article; `names` are those to leave out."""

    problem: str
    solution: str
    names: list[str]


def story_of(ticket: Ticket) -> Story:
    """What was asked and what solved it: the solution, or the last answer where none is marked."""
    spoken = list(
        Message.objects.filter(ticket=ticket, kind__in=[MessageKind.REQUEST, MessageKind.REPLY]).order_by(
            "created_at", "id"
        )
    )
    problem = next((message.body_text for message in spoken if message.by_requester), "")
    answers = [message for message in spoken if not message.by_requester]
    solutions = [message for message in answers if message.is_solution] or answers
    names = {ticket.requester.name, *(message.author_label for message in spoken if message.author_label)}
    return Story(problem, "\n\n".join(message.body_text for message in solutions[-1:]), sorted(names))


@dataclass(frozen=True, slots=True)
class Alike:
    """A ticket like another one, and what both hold."""

    thing: Thing
    shared: list[str]


@dataclass(frozen=True, slots=True)
class Help:
    """What may help with a ticket."""

    articles: list[Suggestion]
    similar: list[Alike]
    others: list[Row]


def help_for(actor: Actor, ticket: Ticket) -> Help:
    """Articles that may answer it, tickets that are like it, others of its requester."""
    asked = _request_text(ticket)
    return Help(
        articles=suggest(asked, actor, ARTICLES_MAX, title=ticket.subject),
        similar=similar_tickets(actor, ticket, asked),
        others=requester_facts(actor, ticket),
    )


def similar_tickets(actor: Actor, ticket: Ticket, text: str | None = None) -> list[Alike]:
    """Tickets on which the actor works and that are most like this one, with the words that both hold."""
    asked = _request_text(ticket) if text is None else text
    own = ("ticket", ticket.pk)
    hits = similar(actor, asked, title=ticket.subject, kinds=["ticket"], limit=SIMILAR_MAX * 2, exclude=own)
    ids = [hit.object_id for hit in hits]
    worked_on = set(visible_as_staff(actor).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    hits = [hit for hit in hits if hit.object_id in worked_on][:SIMILAR_MAX]
    reasons = {hit.object_id: shared_words(hit) for hit in hits}
    return [Alike(thing, reasons[thing.id]) for thing in dressed(actor, hits)]


def shared_words(hit: Hit) -> list[str]:
    """The words of a hit that are those it was found by, in their order, each once."""
    words: dict[str, str] = {}
    for text, is_match in [*hit.title_parts, *hit.snippet_parts]:
        if is_match and text.strip():
            words.setdefault(text.strip().casefold(), text.strip())
    return list(words.values())[:SHARED_MAX]


def _request_text(ticket: Ticket) -> str:
    asked = Message.objects.filter(ticket=ticket, kind=MessageKind.REQUEST).order_by("id")
    return asked.values_list("body_text", flat=True).first() or ""


def choosable_devices(ticket: Ticket) -> list[Device]:
    """The requester's own machines, for putting one on a ticket, and the one that is on it already."""
    own = list(devices_of(ticket.requester_id)[:20])
    return own if ticket.device is None or ticket.device in own else [*own, ticket.device]


def time_at(zone: str) -> datetime | None:
    """The wall clock in a zone, None for a zone nobody knows."""
    try:
        return clock.now().astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return None
