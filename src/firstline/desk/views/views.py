"""Saved views: made, changed, copied, ordered, removed, brought back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries, view_actions
from firstline.desk.columns import column
from firstline.desk.editing import Form, form_of, read_form
from firstline.desk.enums import VIEW_COLOURS, VIEW_ICONS
from firstline.desk.lists import label_of, list_url
from firstline.desk.models import Editors, SavedView
from firstline.desk.queries.choices import filter_menu
from firstline.desk.specs import code_of, from_json
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError
from firstline.tickets.enums import View
from firstline.tickets.permissions import TICKET_VIEW
from firstline.ui.messages import describe
from firstline.ui.pages import redirect, render


@require_safe
@gate(TICKET_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """One's own views and those of one's teams, to order, change, copy and remove."""
    actor = actor_of(request)
    views = queries.saved_views(actor)
    editable = view_actions.editable_ids(actor, [each.id for each in views])
    context = {
        **column(actor, "manage"),
        "rows": views,
        "editable": editable,
        "searches": queries.saved_searches(actor),
    }
    return render(request, "desk/views.html", context)


@require_safe
@gate(TICKET_VIEW)
def choices(request: HttpRequest) -> HttpResponse:
    """The menu that narrows the list one is in: the usual fields, and a link to all of them."""
    actor = actor_of(request)
    found = queries.listing(actor, request.GET.get("from", View.OPEN.value))
    groups = filter_menu(actor, found.spec)
    return render(request, "desk/parts/filter_menu.html", {"groups": groups, "from_code": found.code})


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_VIEW)
def new(request: HttpRequest) -> HttpResponse:
    """All conditions, columns and the order of a list; shown without saving it, or kept under a name."""
    actor = actor_of(request)
    if request.method == "POST":
        return _posted(request, actor, None)
    code = request.GET.get("from", View.OPEN.value)
    found = queries.listing(actor, code)
    name = _("%(name)s, changed") % {"name": label_of(found)} if found.view else ""
    return _page(request, actor, form_of(actor, found.spec, name=name, view=None))


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_VIEW)
def change(request: HttpRequest, view_id: int) -> HttpResponse:
    """The same page for a view that is kept."""
    actor = actor_of(request)
    view = queries.get_view_for(actor, view_id)
    view_actions.check_may_edit(actor, view)
    if request.method == "POST":
        return _posted(request, actor, view)
    return _page(request, actor, form_of(actor, from_json(view.spec), name=view.name, view=view), view)


def _posted(request: HttpRequest, actor: Actor, view: SavedView | None) -> HttpResponse:
    form = read_form(request.POST, actor, view)
    do = request.POST.get("do", "save")
    if form.spec is not None and not form.errors and do == "show":
        return redirect(request, list_url(code_of(form.spec)))
    if do not in {"save", "show"}:  # a row more, a row less, a column up
        return _page(request, actor, form.after(do), view)
    if form.spec is None or form.errors:
        return _page(request, actor, form, view, status=422)
    try:
        saved = _save(actor, form, view)
    except DomainError as error:
        return _page(request, actor, form, view, error=error)
    return redirect(request, list_url(saved.code), toast=_("“%(name)s” is saved") % {"name": saved.name})


def _save(actor: Actor, form: Form, view: SavedView | None) -> SavedView:
    assert form.spec is not None
    looks: dict[str, Any] = {
        "name": form.name, "spec": form.spec, "team_id": form.team_id, "editors": form.editors,
        "icon": form.icon, "colour": form.colour,
    }  # fmt: skip
    if view is None:
        return view_actions.save_view(actor=actor, **looks)
    return view_actions.change_view(actor=actor, view=view, version=form.version, **looks)


def _page(
    request: HttpRequest,
    actor: Actor,
    form: Form,
    view: SavedView | None = None,
    *,
    error: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **column(actor, view.code if view else ""),
        "form": form,
        "saved": view,
        "teams": queries.own_teams(actor),
        "is_owner": view is None or view.owner_id == actor.id,
        "editor_choices": Editors.choices,
        "icons": VIEW_ICONS,
        "colours": VIEW_COLOURS,
        "error": describe(error) if error else "",
        "error_field": getattr(error, "field", "") or "",
    }
    return render(request, "desk/view.html", context, status=error.http_status if error else status)


@require_POST
@gate(TICKET_VIEW)
def copy(request: HttpRequest, view_id: int) -> HttpResponse:
    """One's own copy, to change at will."""
    actor = actor_of(request)
    view = queries.get_view_for(actor, view_id)
    name = _("%(name)s, copy") % {"name": view.name}
    made = view_actions.copy_view(actor=actor, view=view, spec=from_json(view.spec), name=name)
    return redirect(
        request, reverse("desk:view", args=[made.pk]), toast=_("“%(name)s” is saved") % {"name": made.name}
    )


@require_POST
@gate(TICKET_VIEW)
def move(request: HttpRequest, view_id: int) -> HttpResponse:
    """One place up or down."""
    actor = actor_of(request)
    view = queries.get_view_for(actor, view_id)
    view_actions.move_view(actor=actor, view=view, up=request.POST.get("to") == "up")
    return redirect(request, reverse("desk:views"))


@require_POST
@gate(TICKET_VIEW)
def remove(request: HttpRequest, view_id: int) -> HttpResponse:
    """Take it away, with the way back."""
    actor = actor_of(request)
    view = queries.get_view_for(actor, view_id)
    view_actions.remove_view(actor=actor, view=view)
    return redirect(
        request,
        reverse("desk:views"),
        toast=_("“%(name)s” is removed") % {"name": view.name},
        undo_url=reverse("desk:view_restoration", args=[view.pk]),
    )


@require_POST
@gate(TICKET_VIEW)
def restore(request: HttpRequest, view_id: int) -> HttpResponse:
    """Bring it back."""
    actor = actor_of(request)
    view = queries.get_view_for(actor, view_id, is_removed=True)
    restored = view_actions.restore_view(actor=actor, view=view)
    return redirect(request, list_url(restored.code), toast=_("“%(name)s” is back") % {"name": restored.name})
