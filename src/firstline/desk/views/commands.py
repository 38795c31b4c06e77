"""Asking a device for a check or a command, from a ticket or from its own page."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk.cards import command_card
from firstline.desk.pages import answer_step, check_is_staff
from firstline.devices.permissions import DEVICE_VIEW
from firstline.devices.queries import get_device_for
from firstline.kit.actor import Actor
from firstline.remote import actions as remote
from firstline.remote.models import Command
from firstline.remote.permissions import COMMAND_RUN, DIAGNOSTICS_RUN, can_request
from firstline.remote.queries import get_command_for, output_of
from firstline.tickets import actions as tickets
from firstline.tickets.models import Ticket
from firstline.tickets.queries import get_ticket_for
from firstline.ui.pages import redirect, render, wants_fragment
from firstline.ui.toasts import Toast


@require_POST
@gate(DIAGNOSTICS_RUN)
def ticket_check(request: HttpRequest, number: int) -> HttpResponse:
    """One click: how is the device? Its user is asked first."""
    actor = actor_of(request)
    tickets.request_diagnostics(actor=actor, ticket=_ticket(actor, number))
    return answer_step(request, actor, number, Toast(_("The person at the device is asked")))


@require_POST
@gate(COMMAND_RUN)
def ticket_command(request: HttpRequest, number: int) -> HttpResponse:
    """A shell command; its user is asked first."""
    actor = actor_of(request)
    text, reason = request.POST.get("text", ""), request.POST.get("reason", "")
    tickets.request_command(actor=actor, ticket=_ticket(actor, number), text=text, reason=reason)
    return answer_step(request, actor, number, Toast(_("The person at the device is asked")))


@require_POST
@gate(DIAGNOSTICS_RUN)
def device_check(request: HttpRequest, device_id: int) -> HttpResponse:
    """The same from the device's page, outside any ticket."""
    actor = actor_of(request)
    remote.request_diagnostics(actor=actor, device=get_device_for(actor, device_id))
    toast = _("The person at the device is asked")
    return redirect(request, reverse("desk:device", args=[device_id]), toast=toast)


@require_POST
@gate(COMMAND_RUN)
def device_command(request: HttpRequest, device_id: int) -> HttpResponse:
    """The same from the device's page, outside any ticket."""
    actor = actor_of(request)
    text, reason = request.POST.get("text", ""), request.POST.get("reason", "")
    remote.request_command(actor=actor, device=get_device_for(actor, device_id), text=text, reason=reason)
    toast = _("The person at the device is asked")
    return redirect(request, reverse("desk:device", args=[device_id]), toast=toast)


@require_safe
@gate(DEVICE_VIEW)
def command(request: HttpRequest, command_id: int) -> HttpResponse:
    """One request with its output so far."""
    return _card(request, get_command_for(actor_of(request), command_id))


@require_POST
@gate(DEVICE_VIEW)
def cancel(request: HttpRequest, command_id: int) -> HttpResponse:
    """Stop it."""
    actor = actor_of(request)
    changed = remote.cancel_request(actor=actor, command=get_command_for(actor, command_id))
    if wants_fragment(request):
        return _card(request, changed)
    return redirect(request, reverse("desk:command", args=[command_id]), toast=_("Being cancelled"))


def _card(request: HttpRequest, found: Command) -> HttpResponse:
    blocks = output_of([found.pk]).get(found.pk, [])
    card = command_card(found, blocks, may_cancel=can_request(actor_of(request), found.kind))
    return render(request, "desk/command.html", {"card": card, "command": found}, block="card")


def _ticket(actor: Actor, number: int) -> Ticket:
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    return ticket
