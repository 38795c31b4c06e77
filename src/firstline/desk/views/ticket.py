"""One ticket: the page and the parts of it that fetch themselves again."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries
from firstline.desk.links import article_url
from firstline.desk.pages import (
    alone_queue,
    check_is_staff,
    facts_context,
    head_part,
    may_of,
    queue_part,
    show_ticket,
    staff_page,
    ticket_url,
    timeline_parts,
    timeline_topics,
    view_of,
)
from firstline.kit.errors import NotFound
from firstline.notifications.actions import mark_ref_read
from firstline.routing.queries import decisions_for
from firstline.servicelevels.enums import Cause, ClockState, Metric
from firstline.servicelevels.queries import clocks_for, ledger
from firstline.tickets.permissions import TICKET_VIEW
from firstline.tickets.queries import get_ticket_for, heir_of
from firstline.ui.pages import redirect, render


@require_safe
@gate(TICKET_VIEW)
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Queue, conversation and facts; of a ticket that was merged, those of the one that goes on."""
    actor = actor_of(request)
    ticket = get_ticket_for(actor, number)
    heir = heir_of(ticket)
    if heir.pk != ticket.pk:
        names = {"source": ticket.display_id, "target": heir.display_id}
        text = _("%(source)s was merged into %(target)s") % names
        return redirect(request, ticket_url(heir.number, view_of(request)), toast=text)
    return show_ticket(request, actor, number)


@require_safe
@gate(TICKET_VIEW)
def head(request: HttpRequest, number: int) -> HttpResponse:
    """The head: id, status, priority, clocks, who has it."""
    actor = actor_of(request)
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    beside, around = queue_part(request, actor, ticket)
    part = head_part(actor, ticket, beside["view"], around)
    return render(request, "desk/parts/head.html", {"head": part})


@require_safe
@gate(TICKET_VIEW)
def timeline(request: HttpRequest, number: int) -> HttpResponse:
    """The conversation with everything that happened between."""
    actor = actor_of(request)
    found = staff_page(actor, number)
    context = {
        "ticket": found.ticket,
        "parts": timeline_parts(actor, found),
        "timeline_topics": timeline_topics(found),
        "rating": found.rating,
        "last_message_id": found.last_message_id,
    }
    return render(request, "desk/parts/timeline.html", context)


@require_safe
@gate(TICKET_VIEW)
def facts(request: HttpRequest, number: int) -> HttpResponse:
    """The facts column."""
    actor = actor_of(request)
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    return render(request, "desk/parts/facts.html", facts_context(actor, ticket, may_of(actor, ticket)))


@require_safe
@gate(TICKET_VIEW)
def help_(request: HttpRequest, number: int) -> HttpResponse:
    """What may help: articles that fit and similar tickets; fetched once the page is there, when the
    notices about the ticket count as read."""
    actor = actor_of(request)
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    mark_ref_read(actor=actor, ref=ticket.ref)
    context = {"help": queries.help_for(actor, ticket), "article_url": article_url, "ticket": ticket}
    return render(request, "desk/parts/help.html", context)


@require_safe
@gate(TICKET_VIEW)
def decision(request: HttpRequest, number: int, decision_id: int) -> HttpResponse:
    """Who was weighed for an assignment, and how."""
    actor = actor_of(request)
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    found = next((each for each in decisions_for(ticket) if each.id == decision_id), None)
    if found is None:
        raise NotFound("ticket_unknown")
    context = {"ticket": ticket, "decision": found, "may_assign": may_of(actor, ticket).assign}
    return render(request, "desk/decision.html", context, block="choices")


@require_safe
@gate(TICKET_VIEW)
def queue(request: HttpRequest, number: int) -> HttpResponse:
    """The list beside the ticket."""
    actor = actor_of(request)
    try:
        ticket = get_ticket_for(actor, number)
        check_is_staff(actor, ticket)
    except NotFound:  # it was given to others while its page was open
        beside = alone_queue(request, actor)
    else:
        beside, _around = queue_part(request, actor, ticket)
    return render(request, "desk/parts/queue.html", {**beside, "number": number})


@require_safe
@gate(TICKET_VIEW)
def clocks(request: HttpRequest, number: int) -> HttpResponse:
    """The ledger of each promise."""
    actor = actor_of(request)
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    books = [
        {
            "title": Metric(view.metric).label,
            "target": view.target_seconds,
            "rows": [
                {
                    "row": row,
                    "cause": Cause(row.cause).label if row.cause in Cause.values else row.cause,
                    "is_running": row.state == ClockState.RUNNING,
                    "is_stopped": row.state == ClockState.STOPPED,
                }
                for row in ledger(view.id)
            ],
        }
        for view in clocks_for(ticket.ref)
    ]
    return render(request, "desk/clocks.html", {"ticket": ticket, "books": books}, block="books")
