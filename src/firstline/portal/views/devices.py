"""One's own devices, and who was on them."""

from django.http import HttpRequest, HttpResponse

from firstline.devices.queries import devices_of
from firstline.remote.queries import commands_asked_of_owner, commands_on_devices_of
from firstline.tickets.permissions import PORTAL_USE
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import render

HISTORY = 50


@gate(PORTAL_USE)
def index(request: HttpRequest) -> HttpResponse:
    """Devices with their state, and everything that was ever asked of them."""
    actor = actor_of(request)
    assert actor.id is not None
    context = {
        "devices": list(devices_of(actor.id)),
        "asking": list(commands_asked_of_owner(actor.id)[:5]),
        "visits": list(commands_on_devices_of(actor.id)[:HISTORY]),
    }
    return render(request, "portal/devices.html", context, block="list")
