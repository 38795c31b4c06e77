"""Steps on a ticket: answer, take, assign, move, weigh, reopen, learn."""

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from firstline.accounts.models import Person
from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries
from firstline.desk.links import edit_url
from firstline.desk.pages import (
    Draft,
    answer_step,
    check_is_staff,
    keep_going,
    next_address,
    returned_draft,
    show_ticket,
    step_toast,
)
from firstline.desk.queries.people import other_teams
from firstline.desk.reading import addresses, kept_files, number_or_none, uploads
from firstline.devices.models import Device
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, InvalidInput
from firstline.knowledge.actions import draft_from_ticket
from firstline.knowledge.permissions import ARTICLE_EDIT
from firstline.organizations.models import Service, Team
from firstline.tickets import actions
from firstline.tickets.enums import Priority, Status, StepKind
from firstline.tickets.limits import SEND_DELAY_SECONDS
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import TICKET_ASSIGN, TICKET_EDIT, TICKET_VIEW
from firstline.tickets.queries import arrived_since, get_ticket_for, own_step
from firstline.ui import messages, toasts
from firstline.ui.pages import redirect, render, wants_fragment
from firstline.ui.toasts import Toast


@require_POST
@gate(TICKET_VIEW)
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """A reply or a note; what was typed stays when it cannot be sent."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    draft = Draft(
        body=request.POST.get("body", ""),
        mode="note" if request.POST.get("mode") == "note" else "reply",
        cc=request.POST.get("cc", ""),
        after=request.POST.get("after", ""),
    )
    draft = replace(draft, files=kept_files(request, actor))
    onwards = next_address(request, actor, ticket)
    try:
        toast = _send(request, actor, ticket, draft)
    except DomainError as error:
        kept = replace(draft, error=messages.describe(error), is_focused=True)
        if error.code == "message_arrived":
            seen = number_or_none(request.POST.get("seen", "")) or 0
            kept = replace(kept, news=arrived_since(ticket.pk, actor, seen))
        return show_ticket(request, actor, number, draft=kept, status=error.http_status)
    if onwards:
        toasts.show(request, toast)
        return keep_going(request, redirect(request, onwards))
    return keep_going(request, answer_step(request, actor, number, toast))


def _send(request: HttpRequest, actor: Actor, ticket: Ticket, draft: Draft) -> Toast:
    files = [*draft.files, *uploads(request, actor)]
    if draft.mode == "note":
        actions.add_note(actor=actor, ticket=ticket, body=draft.body, files=files, from_box=True)
        return Toast(_("Note added"))
    status = draft.after if draft.after in Status.values and draft.after != ticket.status else None
    if status == Status.RESOLVED and not draft.body.strip():
        raise InvalidInput("solution_missing", field="body")
    message = actions.reply(
        actor=actor,
        ticket=ticket,
        body=draft.body,
        cc=addresses(draft.cc),
        files=files,
        status=status,
        hold_seconds=SEND_DELAY_SECONDS,
        seen_message_id=number_or_none(request.POST.get("seen", "")),
        from_box=True,
    )
    is_solved = status == Status.RESOLVED
    text = _("Resolved; the answer leaves in a moment") if is_solved else _("Leaves in a moment")
    return step_toast(actor, message.ticket, text, seconds=SEND_DELAY_SECONDS - 1)


@require_POST
@gate(TICKET_VIEW)
def undo(request: HttpRequest, step_id: int) -> HttpResponse:
    """Walk back one's own last step; words that had not left are in the reply box again."""
    actor = actor_of(request)
    number = own_step(actor, step_id).ticket.number
    try:
        step = actions.undo_step(actor=actor, step_id=step_id)
    except DomainError as error:
        return answer_step(request, actor, number, Toast(messages.describe(error), kind="failed"))
    if step.kind != StepKind.REPLY:
        return answer_step(request, actor, number, Toast(_("Taken back")))
    toast = Toast(_("Taken back; nothing was sent"))
    if wants_fragment(request):
        return answer_step(request, actor, number, toast, returned_draft(actor, step))
    toasts.show(request, toast)
    return redirect(request, f"{reverse('desk:ticket', args=[number])}?back={step.pk}#composer")


@require_POST
@gate(TICKET_EDIT)
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Claim it."""
    actor = actor_of(request)
    ticket = actions.take_ticket(actor=actor, ticket=_ticket(actor, number))
    toast = _("%(ticket)s is yours") % {"ticket": ticket.display_id}
    return answer_step(request, actor, number, step_toast(actor, ticket, toast))


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_ASSIGN)
def assignment(request: HttpRequest, number: int) -> HttpResponse:
    """Whom to give it to, with everyone's load; POST gives it to a person or hands it to a team."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    if request.method != "POST":
        context = {"ticket": ticket, "candidates": queries.assignees(ticket), "teams": other_teams(ticket)}
        return render(request, "desk/assignment.html", context, block="choices")
    team = _chosen(Team, request.POST.get("team", ""), "team")
    person = _chosen(Person, request.POST.get("person", ""), "assignee")
    reason = request.POST.get("reason", "")
    ticket = actions.assign_ticket(actor=actor, ticket=ticket, assignee=person, team=team, reason=reason)
    if person is not None:
        toast = _("%(ticket)s given to %(name)s") % {"ticket": ticket.display_id, "name": person.name}
    elif team is not None:
        toast = _("%(ticket)s handed to %(name)s") % {"ticket": ticket.display_id, "name": team.name}
    else:
        toast = _("%(ticket)s is free to take") % {"ticket": ticket.display_id}
    return answer_step(request, actor, number, step_toast(actor, ticket, toast))


@require_POST
@gate(TICKET_EDIT)
def status(request: HttpRequest, number: int) -> HttpResponse:
    """Send it to another status."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    wanted = request.POST.get("status", "")
    changed = actions.change_status(
        actor=actor, ticket=ticket, status=wanted, reason=request.POST.get("reason", "")
    )
    label = Status(changed.status).label
    toast = _("Status: %(status)s") % {"status": label}
    return answer_step(request, actor, number, step_toast(actor, changed, toast))


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_EDIT)
def priority(request: HttpRequest, number: int) -> HttpResponse:
    """Set the priority by hand with a reason, or lift that and have it computed again."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    if request.method != "POST":
        context = {"ticket": ticket, "choices": Priority.choices, "error": "", "reason": ""}
        return render(request, "desk/priority.html", context, block="choices")
    wanted = request.POST.get("priority", "")
    level = number_or_none(wanted)
    if wanted and level is None:
        raise InvalidInput("choice_unknown", field="priority", value=wanted[:60])
    reason = request.POST.get("reason", "").strip()
    if level is not None and not reason:
        error = _("Say in a few words why, so that the others understand.")
        context = {
            "ticket": ticket,
            "choices": Priority.choices,
            "error": error,
            "reason": "",
            "chosen": level,
        }
        return render(request, "desk/priority.html", context, block="choices", status=422)
    changed = actions.change_priority(actor=actor, ticket=ticket, priority=level, reason=reason)
    words = {"priority": f"P{changed.priority}"}
    toast = _("Priority %(priority)s") % words if level else _("Computed again: %(priority)s") % words
    return answer_step(request, actor, number, step_toast(actor, changed, toast))


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_EDIT)
def details(request: HttpRequest, number: int) -> HttpResponse:
    """Correct what it is about: subject, service, device."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    services = Service.objects.filter(Q(is_active=True) | Q(pk=ticket.service_id or 0))
    context: dict[str, Any] = {
        "ticket": ticket,
        "services": [(each.pk, each.label_in(actor.language)) for each in services],
        "devices": [(each.pk, each.label) for each in queries.facts.choosable_devices(ticket)],
        "subject": request.POST.get("subject", ticket.subject),
        "service": number_or_none(request.POST.get("service", str(ticket.service_id or ""))) or "",
        "device": number_or_none(request.POST.get("device", str(ticket.device_id or ""))) or "",
        "error": "",
    }
    if request.method != "POST":
        return render(request, "desk/details.html", context)
    try:
        actions.change_details(
            actor=actor,
            ticket=ticket,
            subject=request.POST.get("subject", ""),
            service=_chosen(Service, request.POST.get("service", ""), "service"),
            device=_own_device(ticket, request.POST.get("device", "")),
        )
    except DomainError as error:
        context["error"] = messages.describe(error)
        return render(request, "desk/details.html", context, status=error.http_status)
    return answer_step(request, actor, number, Toast(_("Corrected")))


@require_POST
@gate(TICKET_VIEW)
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    """Open it again; the reason joins the conversation."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    changed = actions.reopen_ticket(actor=actor, ticket=ticket, reason=request.POST.get("reason", ""))
    return answer_step(request, actor, number, step_toast(actor, changed, _("Open again")))


@require_POST
@gate(ARTICLE_EDIT)
def article(request: HttpRequest, number: int) -> HttpResponse:
    """Draft an article from what solved it."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    story = queries.story_of(ticket)
    made = draft_from_ticket(
        actor=actor,
        title=ticket.subject,
        problem=story.problem,
        solution=story.solution,
        language=ticket.language,
        names=story.names,
        source=ticket.ref,
    )
    return redirect(request, edit_url(made.pk), toast=_("Drafted, without names and numbers"))


def _ticket(actor: Actor, number: int) -> Ticket:
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    return ticket


def _chosen(model: type[Any], value: str, field: str) -> Any:
    """A row chosen in a form, None for the empty choice. Raises `choice_unknown`."""
    if not value:
        return None
    pk = number_or_none(value)
    found = model.objects.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise InvalidInput("choice_unknown", field=field, value=value[:60])
    return found


def _own_device(ticket: Ticket, value: str) -> Device | None:
    device: Device | None = _chosen(Device, value, "device")
    if device is not None and device.organization_id != ticket.organization_id:
        raise InvalidInput("choice_unknown", field="device", value=value[:60])
    return device
