"""Many tickets at once: chosen in a list, previewed, changed, taken back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries
from firstline.desk.bulk import Asked, asked, changes_of, choices, shown
from firstline.desk.columns import column
from firstline.desk.lists import label_of, list_url
from firstline.desk.queries.paging import listed_ids
from firstline.desk.reading import number_or_none
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, InvalidInput
from firstline.tickets.actions import BulkPreview, bulk_edit, bulk_preview
from firstline.tickets.enums import Status, View
from firstline.tickets.limits import BULK_TICKETS_MAX
from firstline.tickets.permissions import TICKET_EDIT
from firstline.tickets.queries import visible_as_staff
from firstline.ui.messages import describe
from firstline.ui.pages import redirect, render

PROGRESS_FROM = 100


@require_POST
@gate(TICKET_EDIT)
def bulk(request: HttpRequest) -> HttpResponse:
    """What to do with the chosen tickets; with a change, what it would do to each; `do=apply` does it.

    Comes from the boxes of a list (`ticket`, or `all` of the list) and then from its own form (`id`).
    """
    actor = actor_of(request)
    found = _list_of(request, actor)
    ids, has_more = _chosen(request, actor, found)
    if not ids:
        return redirect(request, list_url(found.code), toast=_("Select tickets first, then change them"))
    form = asked(request.POST)
    if request.POST.get("do") != "apply":
        return _page(request, actor, found, form, ids, has_more=has_more)
    try:
        changes = changes_of(form)
        wanted = _without_refused(request, bulk_preview(actor, ids, changes))
        if not wanted:
            raise InvalidInput("bulk_empty", field="tickets")
        versions = {pk: seen for pk, seen in _versions(request).items() if pk in wanted}
        operation = bulk_edit(actor=actor, ticket_ids=wanted, changes=changes, expected_versions=versions)
    except DomainError as error:
        return _page(request, actor, found, form, ids, error=error)
    count = operation.count
    text = ngettext("%(n)s ticket changed", "%(n)s tickets changed", count) % {"n": count}
    undo = reverse("desk:operation", args=[operation.pk])
    return redirect(request, list_url(found.code), toast=text, undo_url=undo)


def _list_of(request: HttpRequest, actor: Actor) -> queries.Listing:
    try:
        return queries.listing(actor, request.POST.get("view", ""))
    except DomainError:
        return queries.listing(actor, View.OPEN.value)


def _chosen(request: HttpRequest, actor: Actor, found: queries.Listing) -> tuple[list[int], bool]:
    """Ids of the chosen tickets, and whether the list holds more than can be changed at once."""
    kept = [number_or_none(text) for text in request.POST.getlist("id")[: BULK_TICKETS_MAX + 1]]
    if any(kept):
        return [pk for pk in kept if pk is not None][:BULK_TICKETS_MAX], False
    if request.POST.get("all"):
        return listed_ids(actor, found.spec, BULK_TICKETS_MAX)
    numbers = [number_or_none(text) for text in request.POST.getlist("ticket")[:BULK_TICKETS_MAX]]
    rows = visible_as_staff(actor).filter(number__in=[number for number in numbers if number is not None])
    return list(rows.order_by("pk").values_list("pk", flat=True)), False


def _versions(request: HttpRequest) -> dict[int, int]:
    """The versions of the tickets as the preview showed them."""
    found = {}
    for text in request.POST.getlist("seen")[:BULK_TICKETS_MAX]:
        pk, _colon, version = text.partition(":")
        known, seen = number_or_none(pk), number_or_none(version)
        if known is not None and seen is not None:
            found[known] = seen
    return found


def _without_refused(request: HttpRequest, preview: BulkPreview) -> list[int]:
    """The tickets to change; those that cannot take it stay out once the reader has seen which."""
    if request.POST.get("leave") != "1":
        return [row.ticket.pk for row in preview.rows]
    return [row.ticket.pk for row in preview.rows if row.refused is None]


def _page(
    request: HttpRequest,
    actor: Actor,
    found: queries.Listing,
    form: Asked,
    ids: list[int],
    *,
    has_more: bool = False,
    error: DomainError | None = None,
) -> HttpResponse:
    seen = None
    if not form.is_empty and error is None:
        try:
            seen = shown(bulk_preview(actor, ids, changes_of(form)), actor)
        except DomainError as refused:
            error = refused
    context: dict[str, Any] = {
        **column(actor, found.code),
        "form": form,
        "ids": ids,
        "has_more": has_more,
        "most": BULK_TICKETS_MAX,
        "view": found.code,
        "view_label": label_of(found),
        "choices": choices(actor),
        "is_resolving": form.status == Status.RESOLVED,
        "seen": seen,
        "is_slow": len(ids) >= PROGRESS_FROM,
        "error": describe(error) if error else "",
    }
    return render(
        request, "desk/bulk.html", context, block="bulk", status=error.http_status if error else 200
    )
