"""Views as lists, page by page, and as files."""

import base64
import csv
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts.models import Person
from firstline.tickets import actions
from firstline.tickets.enums import View
from firstline.tickets.testing import Cast, make_ticket

Enter = Callable[[Person], Client]

HTMX = {"HX-Request": "true"}
QUERIES_MAX = 16


@pytest.mark.parametrize("view", sorted(View.values))
def test_every_view_is_a_page_and_a_fragment(cast: Cast, enter: Enter, view: str) -> None:
    browser = enter(cast.manager)

    whole = browser.get(f"/desk/tickets/?view={view}")
    part = browser.get(f"/desk/tickets/?view={view}", headers=HTMX)

    assert (whole.status_code, part.status_code) == (200, 200)
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert b"Nothing in this view" in part.content


def test_a_list_shows_what_the_view_holds(tina: Client, cast: Cast) -> None:
    technician = cast.actor("technician")
    actions.take_ticket(actor=technician, ticket=make_ticket(cast, "Taken one"))
    make_ticket(cast, "Free one")
    make_ticket(cast, "Elsewhere", team=cast.network)
    solved = make_ticket(cast, "Solved one")
    actions.resolve_ticket(actor=technician, ticket=solved, solution="Done.")

    shown = {
        view: {
            name
            for name in ("Taken one", "Free one", "Elsewhere", "Solved one")
            if name in tina.get(f"/desk/tickets/?view={view}").content.decode()
        }
        for view in ("mine", "unassigned", "open", "closed")
    }

    assert shown == {
        "mine": {"Taken one"},
        "unassigned": {"Free one"},
        "open": {"Taken one", "Free one"},
        "closed": {"Solved one"},
    }


def test_pages_follow_each_other(tina: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firstline.desk.views.tickets.PAGE_ROWS", 2)
    for each in range(3):
        make_ticket(cast, f"Ticket {each}")

    first = tina.get("/desk/tickets/?view=open").content.decode()
    cursor = first.partition("cursor=")[2].partition('"')[0]
    second = tina.get(f"/desk/tickets/?view=open&cursor={cursor}").content.decode()

    numbers = [sum(f"Ticket {each}" in page for page in (first, second)) for each in range(3)]
    assert numbers == [1, 1, 1]
    assert second.count("Ticket ") == 1


@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense", "view=", "view=%00", "cursor=x", "cursor=%00", "cursor=é", "cursor=W10",
        "cursor=" + "W1tb" * 1500,
        "cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxXQ",  # the first day there is, east of it
        "cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgMWU5OV0",
    ],
)  # fmt: skip
def test_hostile_addresses_are_refused(tina: Client, query: str) -> None:
    assert tina.get(f"/desk/tickets/?{query}").status_code == 422


def test_a_cursor_beyond_every_id_is_the_end(tina: Client, cast: Cast) -> None:
    make_ticket(cast)
    cursor = base64.urlsafe_b64encode(b'["2999-01-01T00:00:00+00:00", 99999999999999999999999]').decode()

    assert "VPN drops" not in tina.get(f"/desk/tickets/?view=open&cursor={cursor}").content.decode()


def test_the_list_costs_the_same_for_one_and_three(tina: Client, cast: Cast) -> None:
    make_ticket(cast)
    tina.get("/desk/tickets/")
    with CaptureQueriesContext(connection) as one:
        tina.get("/desk/tickets/")
    make_ticket(cast)
    make_ticket(cast)
    with CaptureQueriesContext(connection) as three:
        page = tina.get("/desk/tickets/").content.decode()

    assert page.count("VPN drops") == 3
    assert len(three) == len(one)
    assert len(one) <= QUERIES_MAX


def test_a_view_as_csv_and_as_a_workbook(cast: Cast, enter: Enter) -> None:
    make_ticket(cast, '=cmd|"/c calc"!A1')
    make_ticket(cast, "打印机卡纸", team=cast.network)
    browser = enter(cast.manager)

    as_csv = browser.get("/desk/tickets/export/csv/?view=all")
    as_xlsx = browser.get("/desk/tickets/export/xlsx/?view=all")

    assert as_csv["Content-Disposition"] == 'attachment; filename="tickets-all.csv"'
    assert as_xlsx["Content-Disposition"] == 'attachment; filename="tickets-all.xlsx"'
    lines = list(csv.reader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx.content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[0][:5] == ["Number", "Subject", "Status", "Priority", "Requester"]
    assert {line[1] for line in lines[1:]} == {'\'=cmd|"/c calc"!A1', "打印机卡纸"}
    assert {(row[1], row[4], row[5]) for row in cells[1:]} == {
        ('=cmd|"/c calc"!A1', "Rita Requester", "Contoso"),
        ("打印机卡纸", "Rita Requester", "Contoso"),
    }
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_file_is_whole_where_the_list_has_pages(
    cast: Cast, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firstline.tickets.queries.lists.LIMIT_MAX", 2)
    for each in range(5):
        make_ticket(cast, f"Ticket {each}")

    content = enter(cast.manager).get("/desk/tickets/export/csv/?view=all").content.decode("utf-8-sig")

    assert len(list(csv.reader(io.StringIO(content)))) == 6


def test_a_file_in_chinese_for_who_reads_chinese(cast: Cast, enter: Enter) -> None:
    make_ticket(cast)
    Person.objects.filter(pk=cast.manager.pk).update(language="zh-hans")

    content = enter(cast.manager).get("/desk/tickets/export/csv/?view=all").content.decode("utf-8-sig")

    assert content.splitlines()[0].startswith("编号,主题,状态,优先级,请求人")


@pytest.mark.parametrize(
    ("path", "status"), [("pdf/", 404), ("csv/?view=x", 422), ("csv/?view=a%0d%0ab", 422)]
)
def test_other_files_there_are_none(cast: Cast, enter: Enter, path: str, status: int) -> None:
    assert enter(cast.manager).get(f"/desk/tickets/export/{path}").status_code == status


def test_the_strip_of_open_tickets_hears_how_they_stand(tina: Client, cast: Cast) -> None:
    ours = make_ticket(cast, "Ours")
    theirs = make_ticket(cast, "Theirs", team=cast.network)
    actions.change_status(actor=cast.actor("technician"), ticket=ours, status="scheduled")
    ours.refresh_from_db()

    asked = {"number": [ours.display_id, theirs.display_id, "INC-99999", "nonsense"]}
    answer = tina.get("/desk/open/", asked)

    assert answer.json() == {
        "tickets": [
            {
                "href": f"/desk/tickets/{ours.number}/",
                "label": "Ours",
                "status": "sched",
                "version": ours.version,
            }
        ]
    }
    assert tina.get("/desk/open/").json() == {"tickets": []}
