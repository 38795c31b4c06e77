"""A view as a list, page by page, and as a file."""

from collections.abc import Iterator
from itertools import islice

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk.chips import drawn_rows
from firstline.desk.lists import LABELS, list_url, topics_of, view_links
from firstline.kit.actor import Actor
from firstline.kit.tables import Cell, csv_bytes, xlsx_bytes
from firstline.tickets.enums import Status, View
from firstline.tickets.permissions import TICKET_EXPORT, TICKET_VIEW
from firstline.tickets.queries import Row, open_list, parse_number, visible_as_staff
from firstline.ui.pages import render
from firstline.ui.shapes import status_shape

PAGE_ROWS = 50
WITHOUT_ASSIGNEE = {View.MINE, View.ANSWERED, View.UNASSIGNED}
EXPORT_ROWS_MAX = 50_000
OPEN_MAX = 20
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@gate(TICKET_VIEW)
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The most urgent tickets of a view; `cursor` continues."""
    actor = actor_of(request)
    view = request.GET.get("view", View.OPEN.value)
    cursor = request.GET.get("cursor", "")
    found = open_list(actor, view, PAGE_ROWS, cursor)
    is_wide = view not in WITHOUT_ASSIGNEE
    context = {
        "items": drawn_rows(found.rows, view, kind="wide_row" if is_wide else "item_row"),
        "is_wide": is_wide,
        "view": view,
        "view_label": LABELS[view],
        "views": view_links(actor, on=view),
        "on": view,
        "topics": topics_of(actor),
        "here": list_url(view, cursor=cursor),
        "next_page": list_url(view, cursor=found.next_cursor) if found.next_cursor else "",
        "first_page": list_url(view),
        "is_later": bool(cursor),
        "may_export": actor.may(TICKET_EXPORT),
    }
    return render(request, "desk/tickets.html", context, block="list")


@require_safe
@gate(TICKET_EXPORT)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The view that is shown, whole, as CSV or XLSX."""
    if form not in TYPES:
        raise Http404
    view = request.GET.get("view", View.OPEN.value)
    header = [
        _("Number"), pgettext("ticket", "Subject"), _("Status"), _("Priority"), _("Requester"),
        _("Organisation"), _("Team"), _("Assigned to"), _("Service"), _("Created"), _("Due"),
        _("Last message"),
    ]  # fmt: skip
    return table_file(form, f"tickets-{view}", header, _rows(actor_of(request), view))


def table_file(form: str, name: str, header: list[str], rows: Iterator[list[Cell]]) -> HttpResponse:
    """A table as a download."""
    content = csv_bytes(header, rows) if form == "csv" else xlsx_bytes(header, rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return HttpResponse(content, content_type=TYPES[form], headers=headers)


@require_safe
@gate(TICKET_VIEW)
def open_tickets(request: HttpRequest) -> JsonResponse:
    """How the tickets of the strip stand; what the actor no longer sees is left out."""
    given = [parse_number(text) for text in request.GET.getlist("number")[:OPEN_MAX]]
    wanted = [number for number in given if number is not None]
    found = visible_as_staff(actor_of(request)).filter(number__in=wanted).order_by("number")
    tickets = [
        {
            "href": reverse("desk:ticket", args=[number]),
            "label": subject,
            "status": status_shape(status),
            "version": version,
        }
        for number, subject, status, version in found.values_list("number", "subject", "status", "version")
    ]
    return JsonResponse({"tickets": tickets})


def _rows(actor: Actor, view: str) -> Iterator[list[Cell]]:
    for row in islice(_all(actor, view), EXPORT_ROWS_MAX):
        yield [
            row.display_id, row.subject, str(Status(row.status).label), f"P{row.priority}", row.requester,
            row.organization, row.team or "", row.assignee or "", row.service or "",
            row.created_at, row.due_at, row.last_message_at,
        ]  # fmt: skip


def _all(actor: Actor, view: str) -> Iterator[Row]:
    cursor = ""
    while True:
        page = open_list(actor, view, 200, cursor)
        yield from page.rows
        cursor = page.next_cursor
        if not cursor:
            return
