"""What ties tickets together, and what takes it back: merge, split, links, bin, history."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk.operations import history_of, told
from firstline.desk.pages import check_is_staff, ticket_url
from firstline.desk.queries.facts import similar_tickets
from firstline.desk.reading import number_or_none
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, NotFound
from firstline.tickets import actions
from firstline.tickets.enums import LinkKind
from firstline.tickets.models import Message, Operation, Ticket
from firstline.tickets.permissions import TICKET_CLOSE, TICKET_EDIT, TICKET_REPLY, TICKET_VIEW
from firstline.tickets.queries import (
    bin_of,
    get_staff_ticket,
    get_ticket_for,
    links_of,
    merged_into,
)
from firstline.ui import messages, toasts
from firstline.ui.pages import redirect, render
from firstline.ui.toasts import Toast

BIN_ROWS_MAX = 200


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_EDIT)
def merge(request: HttpRequest, number: int) -> HttpResponse:
    """Choose the ticket into which this one goes, see both side by side, merge them."""
    actor = actor_of(request)
    source = _ticket(actor, number)
    typed = (request.POST.get("into") or request.GET.get("into", "")).strip()
    context: dict[str, Any] = {"ticket": source, "typed": typed, "preview": None, "error": ""}
    try:
        target = get_staff_ticket(actor, typed) if typed else None
        if target is not None and request.method == "POST":
            return _merge(request, actor, source, target)
        if target is not None:
            context["preview"] = actions.merge_preview(actor=actor, source=source, target=target)
            context["mine"], context["theirs"] = _said(source), _said(target)
    except DomainError as error:
        context["error"] = messages.describe(error)
    if context["preview"] is None:
        context["similar"] = similar_tickets(actor, source)
    status = 422 if context["error"] and request.method == "POST" else 200
    return render(request, "desk/merge.html", context, status=status)


def _merge(request: HttpRequest, actor: Actor, source: Ticket, target: Ticket) -> HttpResponse:
    seen = {source.pk: request.POST.get("source_version"), target.pk: request.POST.get("target_version")}
    versions = {pk: number_or_none(value or "") for pk, value in seen.items()}
    done = actions.merge_tickets(
        actor=actor,
        source=source,
        target=target,
        expected_versions={pk: version for pk, version in versions.items() if version is not None},
    )
    names = {"source": source.display_id, "target": target.display_id}
    return _done(request, target.number, _("%(source)s is now in %(target)s") % names, done)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_EDIT)
def split(request: HttpRequest, number: int, message_id: int) -> HttpResponse:
    """Make a ticket of one message, under a subject of its own."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    message = Message.objects.filter(pk=message_id, ticket=ticket).first()
    if message is None:
        raise NotFound("message_unknown")
    subject = request.POST.get("subject", actions.split_subject(message))
    context = {"ticket": ticket, "message": message, "subject": subject, "error": ""}
    if request.method == "POST":
        try:
            done, made = actions.split_message(
                actor=actor, ticket=ticket, message_id=message.pk, subject=subject
            )
        except DomainError as error:
            context["error"] = messages.describe(error)
            return render(request, "desk/split.html", context, status=error.http_status)
        text = _("Now a ticket of its own: %(ticket)s") % {"ticket": made.display_id}
        return _done(request, made.number, text, done)
    return render(request, "desk/split.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_VIEW)
def links(request: HttpRequest, number: int) -> HttpResponse:
    """The tickets that belong to this one; POST adds one."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    error, status = "", 200
    if request.method == "POST":
        kind = request.POST.get("kind", LinkKind.RELATED.value)
        try:
            other = get_staff_ticket(actor, request.POST.get("other", ""))
            turned = kind == "parent_of"
            source, target = (other, ticket) if turned else (ticket, other)
            done = actions.link_tickets(
                actor=actor, source=source, target=target, kind=LinkKind.CHILD.value if turned else kind
            )
        except DomainError as fault:
            error, status = messages.describe(fault), fault.http_status
        else:
            return _done(request, number, _("Linked with %(ticket)s") % {"ticket": other.display_id}, done)
    found = links_of(actor, ticket)
    context = {
        "ticket": ticket,
        "links": found,
        "merged": merged_into(ticket),
        "open_parts": [each for each in found if each.side == "child" and each.ticket.is_open],
        "may_edit": actor.may(TICKET_EDIT),
        "may_reply": actor.may(TICKET_REPLY),
        "may_close": actor.may(TICKET_CLOSE),
        "error": error,
        "other": request.POST.get("other", ""),
    }
    return render(request, "desk/links.html", context, block="links", status=status)


@require_POST
@gate(TICKET_EDIT)
def unlink(request: HttpRequest, number: int, link_id: int) -> HttpResponse:
    """Part two tickets."""
    actor = actor_of(request)
    done = actions.unlink_tickets(actor=actor, ticket=_ticket(actor, number), link_id=link_id)
    return _done(request, number, _("No longer linked"), done)


@require_POST
@gate(TICKET_REPLY)
def parts(request: HttpRequest, number: int) -> HttpResponse:
    """Answer the requesters of all open parts at once, and resolve those if so wished."""
    actor = actor_of(request)
    ticket, solve = _ticket(actor, number), bool(request.POST.get("solve"))
    try:
        answered = actions.update_parts(
            actor=actor, ticket=ticket, body=request.POST.get("body", ""), solve=solve
        )
    except DomainError as error:
        toasts.show(request, Toast(messages.describe(error), kind="failed"))
    else:
        toasts.show(request, Toast(_("Answered in %(n)s tickets") % {"n": len(answered)}))
    return redirect(request, ticket_url(number))


@require_POST
@gate(TICKET_EDIT)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Put it into the bin, as spam if so."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    is_spam = bool(request.POST.get("spam"))
    done = actions.delete_ticket(actor=actor, ticket=ticket, is_spam=is_spam)
    text = _("%(ticket)s is in the bin") % {"ticket": ticket.display_id}
    return redirect(request, reverse("desk:home"), toast=text, undo_url=undo_url(done))


@require_safe
@gate(TICKET_EDIT)
def bin_(request: HttpRequest) -> HttpResponse:
    """Deleted tickets of 30 days, each with the way back."""
    actor = actor_of(request)
    rows = list(bin_of(actor).select_related("requester")[:BIN_ROWS_MAX])
    deletions = Operation.objects.filter(steps__ticket__in=rows, undone_at=None).order_by("at")
    by_ticket = dict(deletions.values_list("steps__ticket_id", "pk"))
    context = {"rows": [(ticket, by_ticket.get(ticket.pk)) for ticket in rows]}
    return render(request, "desk/bin.html", context)


@require_safe
@gate(TICKET_VIEW)
def history(request: HttpRequest, number: int) -> HttpResponse:
    """What was done to the ticket in 30 days, each with Undo."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    return render(request, "desk/history.html", {"ticket": ticket, "rows": history_of(ticket)})


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_VIEW)
def operation(request: HttpRequest, operation_id: int) -> HttpResponse:
    """What undoing it would restore and what it would leave; POST undoes it."""
    actor = actor_of(request)
    seen = actions.undo_preview(actor=actor, operation_id=operation_id)
    if request.method != "POST":
        context = {"preview": seen, "told": told(seen), "operation": seen.operation}
        return render(request, "desk/operation.html", context)
    try:
        undone = actions.undo_operation(actor=actor, operation_id=operation_id)
    except DomainError as error:
        toasts.show(request, Toast(messages.describe(error), kind="failed"))
        return redirect(request, reverse("desk:operation", args=[operation_id]))
    is_redo = seen.operation.kind == "undo"
    text = _("Done again") if is_redo else _("Undone")
    if seen.left:
        text = _("Undone; %(n)s things stay as they are") % {"n": len(seen.left)}
    return redirect(request, _home_of(actor, seen), toast=text, undo_url=undo_url(undone))


def undo_url(operation: Operation) -> str:
    """Where a toast posts to take an operation back."""
    return reverse("desk:operation", args=[operation.pk])


def _done(request: HttpRequest, number: int, text: str, operation: Operation) -> HttpResponse:
    return redirect(request, ticket_url(number), toast=text, undo_url=undo_url(operation))


def _home_of(actor: Actor, seen: actions.UndoPreview) -> str:
    """Back to the first ticket of it that can be looked at."""
    for ticket in seen.tickets.values():
        fresh = Ticket.objects.get(pk=ticket.pk)
        if fresh.deleted_at is None and fresh.merged_into_id is None:
            try:
                _ticket(actor, fresh.number)
            except DomainError:
                continue
            return ticket_url(fresh.number)
    return reverse("desk:home")


def _said(ticket: Ticket) -> list[Message]:
    """The first and the last of what was said, for a look at a ticket."""
    said = list(Message.objects.filter(ticket=ticket).exclude(kind="system").order_by("created_at", "id"))
    return said if len(said) <= 3 else [said[0], *said[-2:]]


def _ticket(actor: Actor, number: int) -> Ticket:
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    return ticket
