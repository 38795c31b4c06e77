"""Saved searches: kept, renamed, shared, removed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries
from firstline.desk.actions import change_saved_search, remove_saved_search, save_search
from firstline.desk.models import SavedSearch
from firstline.desk.reading import number_or_none
from firstline.kit.errors import DomainError, NotFound
from firstline.search.queries import source_of
from firstline.tickets.permissions import TICKET_VIEW
from firstline.ui.messages import describe
from firstline.ui.pages import redirect, render


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """The list of one's saved searches; a post saves one more."""
    if request.method == "POST":
        return _save(request)
    return _list(request)


@require_POST
@gate(TICKET_VIEW)
def change(request: HttpRequest, saved_id: int) -> HttpResponse:
    """Another name, another team, or nobody else."""
    actor = actor_of(request)
    saved = queries.get_saved_search_for(actor, saved_id)
    team_id = number_or_none(request.POST.get("team", ""))
    try:
        change_saved_search(actor=actor, saved=saved, name=request.POST.get("name", ""), team_id=team_id)
    except DomainError as error:
        return _list(request, error, saved_id)
    return redirect(request, reverse("desk:saved_searches"), toast=_("Saved"))


@require_POST
@gate(TICKET_VIEW)
def remove(request: HttpRequest, saved_id: int) -> HttpResponse:
    """Forget one."""
    actor = actor_of(request)
    saved = queries.get_saved_search_for(actor, saved_id)
    name = saved.name
    remove_saved_search(actor=actor, saved=saved)
    return redirect(
        request, reverse("desk:saved_searches"), toast=_("“%(name)s” is removed") % {"name": name}
    )


def _save(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    kind = request.POST.get("kind", "")
    try:
        saved = save_search(
            actor=actor,
            name=request.POST.get("name", ""),
            text=request.POST.get("q", ""),
            kind=kind if source_of(kind) else "",
            team_id=number_or_none(request.POST.get("team", "")),
        )
    except DomainError as error:
        return _list(request, error)
    return redirect(request, _address(saved), toast=_("“%(name)s” is saved") % {"name": saved.name})


def _list(
    request: HttpRequest, error: DomainError | None = None, failed_id: int | None = None
) -> HttpResponse:
    actor = actor_of(request)
    context: dict[str, Any] = {
        "saved": queries.saved_searches(actor),
        "teams": queries.own_teams(actor),
        "error": describe(error) if error else "",
        "failed_id": failed_id,
        "typed": {key: request.POST.get(key, "") for key in ("name", "q", "kind", "team")},
    }
    if error is not None and isinstance(error, NotFound):
        raise error
    return render(request, "desk/saved_searches.html", context, status=error.http_status if error else 200)


def _address(saved: SavedSearch) -> str:
    query = {"q": saved.text, "kind": saved.kind} if saved.kind else {"q": saved.text}
    return f"{reverse('desk:search')}?{urlencode(query)}"
