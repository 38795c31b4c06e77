"""The page of one ticket as an object: what the templates need, in few queries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from firstline.desk import queries
from firstline.desk.chips import Chip, drawn_rows, ticket_chips
from firstline.desk.lists import label_of, list_url
from firstline.desk.queries import Listing, Queue
from firstline.desk.reading import number_or_none
from firstline.desk.timeline import Part, parts_of
from firstline.files.models import StoredFile
from firstline.files.permissions import can_open
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, NotFound
from firstline.knowledge.permissions import ARTICLE_EDIT
from firstline.remote.permissions import COMMAND_RUN, DIAGNOSTICS_RUN
from firstline.servicelevels.queries import clocks_for
from firstline.tickets.enums import EventKind, Level, MessageKind, Priority, Status, View
from firstline.tickets.models import Message, Rating, ReplyDraft, Step, Ticket, TicketEvent
from firstline.tickets.permissions import (
    MOVES,
    TICKET_ASSIGN,
    TICKET_CLOSE,
    TICKET_EDIT,
    TICKET_NOTE,
    TICKET_REPLY,
    can_move,
    is_staff_for,
)
from firstline.tickets.queries import (
    Drafts,
    Entry,
    drafts_of,
    get_ticket_for,
    own_step,
    reasons,
    step_behind,
    timeline,
)
from firstline.ui import toasts
from firstline.ui.pages import redirect, render, wants_fragment
from firstline.ui.toasts import Toast

Text = str | Promise

THEN_COOKIE = "desk_then"
THEN_SECONDS = 365 * 86_400


@dataclass(frozen=True, slots=True)
class May:
    """What the actor may do with this ticket as it stands."""

    take: bool
    assign: bool
    edit: bool
    close: bool
    reply: bool
    note: bool
    reopen: bool
    check: bool
    command: bool
    draft_article: bool
    delete: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the reply box: kept when sending fails, and as it was typed.

    `seen` is the newest message on the page, `revision` that of the kept words; `news` what came while
    they were written.
    """

    body: str = ""
    mode: str = "reply"
    cc: str = ""
    after: str = ""
    error: str = ""
    is_focused: bool = False
    files: Sequence[StoredFile] = ()
    is_back: bool = False
    revision: int = 0
    seen: int = 0
    news: Sequence[Message] = ()


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ticket before and after in the list it was opened from."""

    previous: str = ""
    next: str = ""
    place: int = 0
    count: int = 0
    has_more: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class HeadPart:
    """The head of a ticket."""

    ticket: Ticket
    may: May
    chips: list[Chip]
    status_label: str
    moves: list[tuple[str, Text]]
    view: str
    around: Neighbours = field(default_factory=Neighbours)


def may_of(actor: Actor, ticket: Ticket) -> May:
    """The booleans behind the buttons; the actions check again."""
    device = ticket.device
    can_ask = device is not None and device.has_agent and actor.may(TICKET_EDIT)
    return May(
        take=ticket.assignee_id is None and ticket.is_open and actor.may(TICKET_EDIT),
        assign=ticket.status != Status.CLOSED and actor.may(TICKET_ASSIGN),
        edit=actor.may(TICKET_EDIT),
        close=ticket.is_open and actor.may(TICKET_CLOSE),
        reply=ticket.status != Status.CLOSED and actor.may(TICKET_REPLY),
        note=actor.may(TICKET_NOTE),
        reopen=not ticket.is_open and actor.may(TICKET_CLOSE),
        check=can_ask and actor.may(DIAGNOSTICS_RUN),
        command=can_ask and actor.may(COMMAND_RUN),
        draft_article=not ticket.is_open and actor.may(ARTICLE_EDIT),
        delete=actor.may(TICKET_EDIT) and actor.may(TICKET_CLOSE),
    )


@dataclass(frozen=True, slots=True)
class StaffPage:
    """A ticket with its timeline, for a technician."""

    ticket: Ticket
    entries: list[Entry]

    @property
    def rating(self) -> Rating | None:
        return getattr(self.ticket, "rating", None)

    @property
    def last_message_id(self) -> int:
        """The newest message that the page shows."""
        return max((entry.message.pk for entry in self.entries if entry.message), default=0)

    @property
    def priority(self) -> TicketEvent | None:
        """The line that explains the present priority."""
        events = [entry.event for entry in self.entries if entry.event is not None]
        return next((event for event in reversed(events) if event.kind == EventKind.PRIORITY), None)


def staff_page(actor: Actor, number: int) -> StaffPage:
    """The ticket for a technician. Raises `NotFound` also for a requester: their page is in the portal."""
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    return StaffPage(ticket, timeline(ticket, actor))


def check_is_staff(actor: Actor, ticket: Ticket) -> None:
    """Raise `NotFound` unless the actor works on this ticket."""
    if not is_staff_for(actor, ticket):
        raise NotFound("ticket_unknown")


def head_part(actor: Actor, ticket: Ticket, view: str = "", around: Neighbours | None = None) -> HeadPart:
    """The head with its chips; one query for the clocks."""
    chips = ticket_chips(clocks_for(ticket.ref))
    return HeadPart(
        ticket=ticket,
        may=may_of(actor, ticket),
        chips=chips,
        status_label=str(Status(ticket.status).label),
        moves=moves_of(actor, ticket),
        view=view,
        around=around or Neighbours(),
    )


def moves_of(actor: Actor, ticket: Ticket) -> list[tuple[str, Text]]:
    """The states a technician may send the ticket to from its present one; resolving needs an answer."""
    if not actor.may(TICKET_EDIT):
        return []
    targets = [new for old, new in MOVES if old == ticket.status and can_move(old, new, staff=True)]
    order = list(Status.values)
    return [
        (code, Status(code).label)
        for code in sorted(set(targets), key=order.index)
        if code not in {Status.RESOLVED, Status.CLOSED} and (ticket.is_open or code == Status.OPEN)
    ]


def timeline_parts(actor: Actor, page: StaffPage) -> list[Part]:
    """The timeline, ready to draw."""
    ticket = page.ticket
    known = {person.pk: person.name for person in [ticket.requester, ticket.assignee] if person}
    if actor.id is not None:
        known[actor.id] = actor.label
    return parts_of(
        ticket,
        page.entries,
        known=known,
        may_command=actor.may(COMMAND_RUN) or actor.may(DIAGNOSTICS_RUN),
        may_split=actor.may(TICKET_EDIT),
    )


def timeline_topics(page: StaffPage) -> str:
    """The ticket, and the requests to devices that are still open."""
    running = [entry.command for entry in page.entries if entry.command and not entry.command.is_final]
    return " ".join([f"ticket:{page.ticket.pk}", *(f"command:{command.pk}" for command in running)])


def boxed(page: StaffPage, begun: Drafts, draft: Draft) -> Draft:
    """The draft with what the box must know of the page it stands on."""
    own = begun.own.revision if begun.own is not None else 0
    return replace(draft, revision=own, seen=page.last_message_id)


def draft_asked_for(request: HttpRequest, actor: Actor, page: StaffPage, begun: Drafts) -> Draft:
    """What the actor typed and did not send, else an empty reply; with `?back=` what they took back."""
    step_id = number_or_none(request.GET.get("back", ""))
    if step_id is not None:
        step = own_step(actor, step_id)
        if step.ticket_id == page.ticket.pk and step.undone_at is not None and step.draft:
            return returned_draft(actor, step)
    if begun.own is not None and not begun.own.is_empty:
        return kept_draft(actor, begun.own)
    return draft_for(page, request.GET.get("mode", "reply"), request.GET.get("after", ""))


def draft_for(page: StaffPage, mode: str = "reply", after: str = "") -> Draft:
    """An empty reply, addressed as the last one was."""
    messages = [entry.message for entry in page.entries if entry.message]
    public = [message for message in messages if message.kind in {MessageKind.REQUEST, MessageKind.REPLY}]
    cc = [address for address in (public[-1].cc if public else []) if address != page.ticket.requester.email]
    allowed = after if after in {Status.RESOLVED, *Status.values} else ""
    return Draft(mode=mode, cc=", ".join(cc), after=allowed, is_focused=bool(allowed))


def neighbours(request: HttpRequest, queue: Queue, view: str) -> Neighbours:
    """Where the ticket stands in the column beside it."""
    return Neighbours(
        previous=ticket_url(queue.previous, view) if queue.previous else "",
        next=ticket_url(queue.next, view) if queue.next else "",
        place=queue.place,
        count=queue.count,
        has_more=queue.has_more,
        goes_on=request.COOKIES.get(THEN_COOKIE) == "next",
    )


def kept_draft(actor: Actor, kept: ReplyDraft, *, body: str | None = None, is_back: bool = False) -> Draft:
    """Words that were typed and not sent, as they were; `body` where other words come back into the box."""
    words = kept.fields
    return Draft(
        body=kept.body if body is None else body,
        mode=kept.mode,
        cc=words.get("cc", ""),
        after=words.get("after", ""),
        files=_still_there(actor, words.get("files", [])),
        is_focused=is_back,
        is_back=is_back,
    )


def list_of(request: HttpRequest, actor: Actor) -> tuple[Listing, bool]:
    """The list that a ticket was opened from, and whether the address named it; else the actor's own."""
    try:
        return queries.listing(actor, _asked(request)), True
    except DomainError:
        return queries.listing(actor, View.MINE.value), False


def view_of(request: HttpRequest) -> str:
    """The code of the list that a ticket was opened from, as the address has it."""
    asked = _asked(request)
    is_code = asked in View.values or re.fullmatch(r"v\d{1,18}|f-[\w-]{1,4000}", asked, re.ASCII)
    return asked if is_code else View.MINE.value


def _asked(request: HttpRequest) -> str:
    """The code in the address, or in that of the page which a form without scripts was sent from."""
    here = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return request.GET.get("in") or parse_qs(urlsplit(here).query).get("in", [""])[-1]


def queue_part(request: HttpRequest, actor: Actor, ticket: Ticket) -> tuple[dict[str, Any], Neighbours]:
    """What the column beside a ticket needs, and where the ticket stands in it."""
    found, is_asked = list_of(request, actor)
    queue = queries.queue_of(actor, found, ticket, is_asked=is_asked)
    return _beside(found, queue, ticket.number), neighbours(request, queue, found.code)


def alone_queue(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """The same column beside a ticket that the actor no longer sees."""
    found, _is_asked = list_of(request, actor)
    page = queries.list_page(actor, found, queries.QUEUE_MAX)
    return _beside(found, Queue(page.rows, 0, len(page.rows), bool(page.next_cursor)), 0)


def _beside(found: Listing, queue: Queue, number: int) -> dict[str, Any]:
    return {
        "queue": drawn_rows(queue.rows, found.code, kind="item_queue", on=number),
        "queue_count": queue.count,
        "queue_has_more": queue.has_more,
        "view": found.code,
        "view_label": label_of(found),
    }


def next_address(request: HttpRequest, actor: Actor, ticket: Ticket) -> str:
    """Where to go once an answer is sent, empty to stay: the next ticket of the list, else the list.

    Asked before the answer changes the ticket, which may leave the list by it.
    """
    if request.POST.get("then") != "next":
        return ""
    found, is_asked = list_of(request, actor)
    queue = queries.queue_of(actor, found, ticket, is_asked=is_asked)
    return ticket_url(queue.next, found.code) if queue.next else list_url(found.code)


def keep_going(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Remember in the browser whether answers go on to the next ticket."""
    goes_on = request.POST.get("then") == "next"
    if goes_on != (request.COOKIES.get(THEN_COOKIE) == "next"):
        response.set_cookie(
            THEN_COOKIE, "next" if goes_on else "stay", max_age=THEN_SECONDS, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip
    return response


def ticket_url(number: int, view: str = "") -> str:
    """A ticket's page, remembering the list."""
    address = reverse("desk:ticket", args=[number])
    return f"{address}?in={view}" if view and view != View.MINE else address


def show_ticket(
    request: HttpRequest, actor: Actor, number: int, *, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    """The whole page, or for htmx everything below the top bar."""
    return _shown(request, actor, staff_page(actor, number), draft, status)


def _shown(
    request: HttpRequest, actor: Actor, page: StaffPage, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    queue, around = queue_part(request, actor, page.ticket)
    head = head_part(actor, page.ticket, queue["view"], around)
    begun = drafts_of(page.ticket, actor)
    context: dict[str, Any] = {
        **facts_context(actor, page.ticket, head.may, page.priority),
        **queue,
        "head": head,
        "ticket": page.ticket,
        "may": head.may,
        "parts": timeline_parts(actor, page),
        "timeline_topics": timeline_topics(page),
        "rating": page.rating,
        "last_message_id": page.last_message_id,
        "draft": boxed(page, begun, draft or draft_asked_for(request, actor, page, begun)),
        "others": begun.others,
        "afters": afters(actor, page.ticket),
    }
    return render(request, "desk/ticket.html", context, block="sheet", status=status)


def facts_context(
    actor: Actor, ticket: Ticket, may: May, priority: TicketEvent | None = None
) -> dict[str, Any]:
    """What the facts column needs; `priority` where its line is at hand."""
    facts = queries.ticket_facts(actor, ticket, priority)
    return {
        "facts": facts,
        "time_there": time_of_day_in(facts.time_there),
        "reads": dict(settings.LANGUAGES).get(facts.requester.language, ""),
        "may": may,
        "ticket": ticket,
        "priority_reasons": reasons(facts.priority.data) if facts.priority else [],
        "priority_words": Priority(ticket.priority).label,
        "impact_words": Level(ticket.impact).label,
        "urgency_words": Level(ticket.urgency).label,
    }


def time_of_day_in(there: datetime | None) -> str:
    """A wall clock elsewhere, with the day where it is another one."""
    if there is None:
        return ""
    here = clock.now().astimezone(timezone.get_current_timezone())
    time = {"time": f"{there:%H:%M}"}
    if there.date() > here.date():
        return _("tomorrow %(time)s") % time
    return _("yesterday %(time)s") % time if there.date() < here.date() else time["time"]


def afters(actor: Actor, ticket: Ticket) -> list[tuple[str, Text]]:
    """What a reply may do to the status."""
    if not ticket.is_open:
        return []
    can = dict(moves_of(actor, ticket))
    can.pop(Status.OPEN, None)
    chosen = [(code, can[code]) for code in can]
    if may_of(actor, ticket).close:
        chosen.append((Status.RESOLVED.value, Status.RESOLVED.label))
    return chosen


def answer_step(
    request: HttpRequest, actor: Actor, number: int, toast: Toast, draft: Draft | None = None
) -> HttpResponse:
    """After a change: the ticket again for htmx, otherwise the way back to it.

    A ticket that left the actor's teams leads home.
    """
    toasts.show(request, toast)
    try:
        page = staff_page(actor, number)
    except NotFound:
        return redirect(request, reverse("desk:home"))
    if wants_fragment(request) and _is_open_at(request, number):
        return _shown(request, actor, page, draft)
    return redirect(request, ticket_url(number, view_of(request)))


def _is_open_at(request: HttpRequest, number: int) -> bool:
    """Whether the page that htmx sent from is the ticket's own."""
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return here in {"", reverse("desk:ticket", args=[number])}


def step_toast(actor: Actor, ticket: Ticket, text: str, *, seconds: int = 0) -> Toast:
    """What the actor just did to `ticket`, with the way back where there is one.

    With `seconds` the way back is open so long and no longer.
    """
    step = step_behind(actor, ticket)
    undo_url = reverse("desk:undo", args=[step.pk]) if step else ""
    return Toast(text, undo_url, seconds=seconds) if seconds else Toast(text, undo_url)


def returned_draft(actor: Actor, step: Step) -> Draft:
    """The words of a reply that was taken back, as they were."""
    words = step.draft
    return Draft(
        body=words.get("body", ""),
        cc=", ".join(words.get("cc", [])),
        after=words.get("after", ""),
        is_focused=True,
        files=_still_there(actor, words.get("files", [])),
        is_back=True,
    )


def _still_there(actor: Actor, keys: Sequence[str]) -> list[StoredFile]:
    if not keys:
        return []
    return [file for file in StoredFile.objects.filter(pk__in=keys) if can_open(actor, file)]
