"""Asking: answers while one types, and the request itself."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firstline.accounts.models import Person
from firstline.devices.queries import devices_of
from firstline.files.actions import store
from firstline.files.models import StoredFile
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError
from firstline.portal.finding import nearest_answers
from firstline.portal.forms import AskForm
from firstline.portal.views import home
from firstline.tickets.actions import create_ticket
from firstline.tickets.enums import Channel
from firstline.tickets.permissions import PORTAL_USE
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render

QUERY_CHARS_MAX = 400
SUGGESTIONS = 3


@gate(PORTAL_USE)
def suggest(request: HttpRequest) -> HttpResponse:
    """Articles and own requests that may answer what is being typed, from four words on."""
    text = request.GET.get("q", "")[:QUERY_CHARS_MAX].strip()
    answers = nearest_answers(actor_of(request), text, limit=SUGGESTIONS) if text else []
    return render(request, "portal/suggestions.html", {"answers": answers})


@gate(PORTAL_USE)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Make the request; a form sent twice makes one."""
    actor = actor_of(request)
    assert actor.id is not None
    form = AskForm(request.POST, request.FILES, devices=list(devices_of(actor.id)[:20]))
    if not form.is_valid():
        return home.show(request, form, status=422)
    data = form.cleaned_data
    try:
        ticket = create_ticket(
            actor=actor,
            requester=Person.objects.get(pk=actor.id),
            subject=data["subject"],
            body=data["body"],
            channel=Channel.PORTAL,
            can_work=data["can_work"],
            device=form.device_chosen(),
            files=store_uploads(request, actor),
            external_key=f"portal:{actor.id}:{data['draft_key']}" if data["draft_key"] else None,
        )
    except DomainError as error:
        apply_error(form, error)
        return home.show(request, form, status=error.http_status)
    return redirect(
        request,
        reverse("portal:request", args=[ticket.number]),
        toast=_("Sent. Your request is %(number)s.") % {"number": ticket.display_id},
    )


def store_uploads(request: HttpRequest, actor: Actor) -> list[StoredFile]:
    """Keep the uploaded files of a form before the change that they belong to."""
    return [
        store(actor=actor, stream=upload, name=upload.name or "", organization_id=actor.organization_id)
        for upload in request.FILES.getlist("files")
    ]
