"""The manager's page, and its figures as files."""

from collections.abc import Callable, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from firstline.accounts.permissions import actor_of, gate
from firstline.kit.tables import Cell, csv_bytes, xlsx_bytes
from firstline.reports import wording
from firstline.reports.actions import record_export
from firstline.reports.permissions import REPORTS_VIEW
from firstline.reports.queries import Overview, overview
from firstline.tickets.queries import Row
from firstline.ui.charts import Part
from firstline.ui.pages import render

LOADS_SHOWN = 12
PRIORITY_KINDS = {1: "bad", 2: "warn", 3: "work", 4: "rest"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Table = tuple[list[str], list[Sequence[Cell]]]


@gate(REPORTS_VIEW)
def manage(request: HttpRequest) -> HttpResponse:
    """Promises, load, age and flow at one glance."""
    page = overview(actor_of(request))
    names = wording.age_names()
    context = {
        "page": page,
        "wording": wording,
        "load_rows": [
            (load.name, [Part(load.minutes, "work")], _minutes(load.minutes), "")
            for load in page.loads[:LOADS_SHOWN]
        ],
        "age_series": [
            (
                name,
                [Part(row.counts[i], PRIORITY_KINDS[row.priority], f"P{row.priority}") for row in page.ages],
            )
            for i, name in enumerate(names)
        ],
        "legend_items": [(kind, f"P{priority}") for priority, kind in PRIORITY_KINDS.items()],
        "week_names": [wording.week_name(week.monday) for week in page.weeks],
        "tables": {figure: make(page) for figure, make in TABLES.items()},
        "ticket_url": ticket_url,
        "number": wording.number,
    }
    return render(request, "reports/manage.html", context)


@gate(REPORTS_VIEW)
def export(request: HttpRequest, figure: str, form: str) -> HttpResponse:
    """The table behind a figure as CSV or XLSX."""
    make = TABLES.get(figure)
    if make is None or form not in {"csv", "xlsx"}:
        raise Http404
    actor = actor_of(request)
    head, rows = make(overview(actor))
    record_export(actor=actor, figure=figure, form=form, count=len(rows))
    content = csv_bytes(head, rows) if form == "csv" else xlsx_bytes(head, rows)
    kind = "text/csv; charset=utf-8" if form == "csv" else _XLSX
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="firstline-{figure}.{form}"'
    return response


def ticket_url(number: int) -> str:
    """The ticket's page on the desk, empty where no desk is installed."""
    try:
        return reverse("desk:ticket", args=[number])
    except NoReverseMatch:
        return ""


def _load_table(page: Overview) -> Table:
    head = [_("Technician"), _("Expected minutes"), _("Open tickets")]
    return head, [(load.name, load.minutes, load.tickets) for load in page.loads]


def _age_table(page: Overview) -> Table:
    head = [_("Priority"), *wording.age_names(), _("Total")]
    return head, [(f"P{row.priority}", *row.counts, row.total) for row in page.ages]


def _week_table(page: Overview) -> Table:
    head = [_("Week from"), _("Came in"), _("Went out")]
    return head, [(week.monday.isoformat(), week.came, week.went) for week in page.weeks]


def _attention_table(page: Overview) -> Table:
    head = [_("Ticket"), _("Subject"), _("Priority"), _("Assignee"), _("Team"), _("Opened"), _("Promise")]
    late, risk = _("past its promise"), _("at risk")
    rows = [_attention(row, late) for row in page.late] + [_attention(row, risk) for row in page.at_risk]
    return head, rows


def _attention(row: Row, state: str) -> Sequence[Cell]:
    opened = timezone.localtime(row.created_at)
    return (row.display_id, row.subject, f"P{row.priority}", row.assignee, row.team, opened, state)


TABLES: dict[str, Callable[[Overview], Table]] = {
    "load": _load_table,
    "age": _age_table,
    "weeks": _week_table,
    "attention": _attention_table,
}


def _minutes(minutes: int) -> str:
    return _("%(n)s min") % {"n": wording.number(minutes)}
