"""The list of notices and the preferences."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from firstline.notifications import actions, queries
from firstline.ui.gates import actor_of, signed_in
from firstline.ui.pages import redirect, render

PAGE_ROWS = 50


@signed_in
def notification_list(request: HttpRequest) -> HttpResponse:
    """The actor's notices, newest first; `before` continues."""
    actor = actor_of(request)
    before = request.GET.get("before", "")
    found = queries.notices(
        actor, limit=PAGE_ROWS + 1, before_id=int(before) if before.isdecimal() and len(before) < 19 else None
    )
    context = {
        "notices": found[:PAGE_ROWS],
        "older": f"?before={found[PAGE_ROWS - 1].id}" if len(found) > PAGE_ROWS else "",
        "unread_count": queries.unread_count(actor),
        "layout": _layout(request),
    }
    return render(request, "notifications/list.html", context, block="list")


@require_POST
@signed_in
def read_one(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Mark one notice read and go to what it is about."""
    row = actions.mark_read(actor=actor_of(request), notification_id=notification_id)
    safe = url_has_allowed_host_and_scheme(row.url, allowed_hosts=None)
    return redirect(request, row.url if row.url and safe else reverse("notifications:list"))


@require_POST
@signed_in
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice read."""
    actions.mark_all_read(actor=actor_of(request))
    return redirect(request, reverse("notifications:list"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: HttpRequest) -> HttpResponse:
    """What the actor wants to be told, per kind: in the bell, by mail."""
    actor = actor_of(request)
    assert actor.id is not None
    choices = queries.choices(actor.id)
    if request.method == "POST":
        chosen = {
            choice.code: (f"bell-{choice.code}" in request.POST, f"mail-{choice.code}" in request.POST)
            for choice in choices
        }
        actions.choose(actor=actor, chosen=chosen)
        return redirect(request, reverse("notifications:preferences"), toast=_("Saved"))
    context = {"choices": choices, "layout": _layout(request)}
    return render(request, "notifications/preferences.html", context)


def _layout(request: HttpRequest) -> str:
    """Technicians see the list in the desk, everybody else in the portal."""
    is_technician = actor_of(request).may("tickets:ticket:view")
    return "ui/desk.html" if is_technician else "ui/portal.html"
