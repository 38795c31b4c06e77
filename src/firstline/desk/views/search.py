"""Finding a ticket, an article, a person or a device by words."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries
from firstline.desk.chips import items
from firstline.desk.links import article_url
from firstline.devices.permissions import DEVICE_VIEW
from firstline.devices.queries import find_devices
from firstline.knowledge.permissions import ARTICLE_VIEW
from firstline.knowledge.queries import article_list
from firstline.tickets.permissions import TICKET_VIEW
from firstline.tickets.queries import search_tickets
from firstline.ui.pages import render

TICKETS_MAX = 30
OTHERS_MAX = 6
TEXT_MAX = 200


@require_safe
@gate(TICKET_VIEW)
def search(request: HttpRequest) -> HttpResponse:
    """What holds every word typed; tickets first, the newest first."""
    actor = actor_of(request)
    text = request.GET.get("q", "")[:TEXT_MAX].strip()
    context = {
        "text": text,
        "items": items(search_tickets(actor, text, TICKETS_MAX)) if text else [],
        "articles": list(article_list(actor, text=text)[:OTHERS_MAX])
        if text and actor.may(ARTICLE_VIEW)
        else [],
        "people": queries.find_people(actor, text)[:OTHERS_MAX],
        "devices": list(find_devices(actor, text)[:OTHERS_MAX]) if text and actor.may(DEVICE_VIEW) else [],
        "article_url": article_url,
    }
    return render(request, "desk/search.html", context, block="found")
