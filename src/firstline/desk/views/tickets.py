"""A view as a list, page by page, and as a file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries
from firstline.desk.chips import drawn_rows
from firstline.desk.columns import column
from firstline.desk.lists import label_of, list_url
from firstline.desk.queries.paging import extras_of
from firstline.desk.specs import BUILT_IN, NEWEST_FIRST, SORTS, Spec, code_of, extra_columns
from firstline.desk.view_actions import may_edit
from firstline.desk.wording import column_label, conditions_in_words, value_label
from firstline.kit.actor import Actor
from firstline.kit.tables import Cell, csv_bytes, xlsx_bytes
from firstline.tickets.enums import Kind, Status, View
from firstline.tickets.permissions import TICKET_EDIT, TICKET_EXPORT, TICKET_VIEW
from firstline.tickets.queries import Row, parse_number, visible_as_staff
from firstline.ui.pages import render
from firstline.ui.shapes import status_shape

PAGE_ROWS = 50
EXPORT_ROWS_MAX = 50_000
EXPORT_PAGE = 200
OPEN_MAX = 20
DENSITY_COOKIE = "desk_density"
DENSITY_SECONDS = 365 * 86_400
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
EXPORTED = (
    "number", "subject", "status", "priority", "requester", "organization", "team", "assignee", "service",
    "created", "due", "replied",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column; a link that sorts by it where that is possible."""

    code: str
    label: str
    href: str
    direction: str


@require_safe
@gate(TICKET_VIEW)
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The first tickets of a list in its order; `cursor` continues."""
    actor = actor_of(request)
    found = queries.listing(actor, request.GET.get("view", View.OPEN.value))
    cursor = request.GET.get("cursor", "")
    page = queries.list_page(actor, found, PAGE_ROWS, cursor)
    spec, density = found.spec, _density(request)
    extras = extras_of([row.id for row in page.rows], spec.columns)
    context: dict[str, Any] = {
        **column(actor, found.code),
        **_about(actor, found),
        "items": drawn_rows(page.rows, found.code, kind="list_row", columns=spec.columns, extras=extras),
        "rows_count": len(page.rows),
        "headings": _headings(spec),
        "view": found.code,
        "view_label": label_of(found),
        "density": density,
        "here": list_url(found.code, cursor=cursor),
        "next_page": list_url(found.code, cursor=page.next_cursor) if page.next_cursor else "",
        "first_page": list_url(found.code),
        "is_later": bool(cursor),
        "may_export": actor.may(TICKET_EXPORT),
        "may_change": actor.may(TICKET_EDIT),
    }
    response = render(request, "desk/tickets.html", context, block="list")
    if "density" in request.GET:
        response.set_cookie(
            DENSITY_COOKIE, density, max_age=DENSITY_SECONDS, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip
    return response


def _about(actor: Actor, found: queries.Listing) -> dict[str, Any]:
    """What the head of a list says: its conditions, and what can be done with it."""
    spec, view = found.spec, found.view
    words = [] if found.is_built_in else conditions_in_words(spec, actor)
    chips = [(each, list_url(code_of(spec.without(at)))) for at, each in enumerate(words)]
    return {
        "saved": view,
        "may_edit": view is not None and may_edit(actor, view),
        "is_unsaved": found.is_unsaved,
        "chips": chips,
        "is_any": spec.match == "any" and len(chips) > 1,
        "scope": spec.scope,
    }


def _density(request: HttpRequest) -> str:
    asked = request.GET.get("density") or request.COOKIES.get(DENSITY_COOKIE, "")
    return "dense" if asked == "dense" else "calm"


def _headings(spec: Spec) -> list[Heading]:
    return [_heading(spec, column) for column in spec.columns]


def _heading(spec: Spec, column: str) -> Heading:
    if column not in SORTS:
        return Heading(column, column_label(column), "", "")
    is_on = spec.sort_field == column
    if is_on:
        wanted = column if spec.is_falling else f"-{column}"
    else:
        wanted = f"-{column}" if column in NEWEST_FIRST else column
    direction = ("descending" if spec.is_falling else "ascending") if is_on else ""
    return Heading(column, column_label(column), list_url(code_of(replace(spec, sort=wanted))), direction)


@require_safe
@gate(TICKET_EXPORT)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The view that is shown, whole, as CSV or XLSX."""
    if form not in TYPES:
        raise Http404
    actor = actor_of(request)
    found = queries.listing(actor, request.GET.get("view", View.OPEN.value))
    columns = EXPORTED if found.code in BUILT_IN else _exported(found.spec)
    header = [column_label(column) for column in columns]
    name = found.code if found.code in BUILT_IN or found.view else "filtered"
    return table_file(form, f"tickets-{name}", header, _rows(actor, found, columns))


def _exported(spec: Spec) -> tuple[str, ...]:
    """What is shown, and the priority, which stands as a sign before each row."""
    return (*spec.columns[:2], "priority", *spec.columns[2:])


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


def _rows(actor: Actor, found: queries.Listing, columns: tuple[str, ...]) -> Iterator[list[Cell]]:
    extra = extra_columns(columns)
    for rows in _pages(actor, found):
        beyond = extras_of([row.id for row in rows], columns)
        for row in rows:
            more = dict(zip(extra, beyond.get(row.id, ()), strict=False))
            yield [_cell(row, column, more) for column in columns]


def _pages(actor: Actor, found: queries.Listing) -> Iterator[list[Row]]:
    cursor, left = "", EXPORT_ROWS_MAX
    while left > 0:
        page = queries.list_page(actor, found, EXPORT_PAGE, cursor)
        yield list(islice(page.rows, left))
        left -= len(page.rows)
        cursor = page.next_cursor
        if not cursor:
            return


def _cell(row: Row, column: str, more: dict[str, Any]) -> Cell:
    if column in more:
        value = more[column]
        if column == "tags":
            return ", ".join(value)
        return value_label(column, str(value)) if column in {"impact", "urgency", "channel"} else value or ""
    cells: dict[str, Cell] = {
        "number": row.display_id,
        "subject": row.subject,
        "status": str(Status(row.status).label),
        "kind": str(Kind(row.kind).label),
        "priority": f"P{row.priority}",
        "requester": row.requester,
        "organization": row.organization,
        "team": row.team or "",
        "assignee": row.assignee or "",
        "service": row.service or "",
        "created": row.created_at,
        "updated": row.updated_at,
        "resolved": row.resolved_at,
        "due": row.due_at,
        "replied": row.last_message_at,
    }
    return cells[column]
