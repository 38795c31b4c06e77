"""The portal's first page."""

import uuid

from django.http import HttpRequest, HttpResponse

from firstline.devices.queries import devices_of
from firstline.portal.forms import AskForm
from firstline.portal.queries import home as home_page
from firstline.tickets.permissions import PORTAL_USE
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import render

SUBJECT_MAX = 200


@gate(PORTAL_USE)
def home(request: HttpRequest) -> HttpResponse:
    """Ask box, own matters, own devices."""
    return show(request, None)


def show(request: HttpRequest, form: AskForm | None, status: int = 200) -> HttpResponse:
    """The page with a fresh or a returned form; what was typed stays."""
    actor = actor_of(request)
    assert actor.id is not None
    # The search hands over the words that found nothing.
    initial = {"draft_key": uuid.uuid4(), "subject": request.GET.get("subject", "")[:SUBJECT_MAX]}
    fresh = AskForm(devices=list(devices_of(actor.id)[:20]), initial=initial)
    context = {"page": home_page(actor), "form": form or fresh}
    return render(request, "portal/home.html", context, block="matters", status=status)
