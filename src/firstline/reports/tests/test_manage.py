"""The manager's page: its figures, its sentences, who sees what of whom."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.urls import reverse

from firstline.accounts.testing import make_person
from firstline.audit.models import AuditRecord
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.reports import wording
from firstline.reports.queries import Ages, Load, Overview, Week, overview
from firstline.servicelevels.actions import announce_due
from firstline.tickets.actions import assign_ticket, resolve_ticket
from firstline.tickets.models import Ticket
from firstline.tickets.testing import make_cast, make_ticket

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def ticket_at(cast, at, subject="VPN drops", **fields):
    with clock.frozen(at):
        return make_ticket(cast, subject, **fields)


def page_for(cast, name="manager"):
    with clock.frozen(NOW):
        while announce_due():
            pass
        return overview(cast.actor(name))


def test_empty_desk_says_so(cast):
    page = page_for(cast)

    assert (page.open_count, page.late_count, page.risk_count, page.oldest_at) == (0, 0, 0, None)
    assert wording.headline(page) == "Every promise holds"
    assert wording.age_title(page) == "Nothing is open"
    assert wording.load_title(page) == "Nobody has work on the table"
    assert wording.flow_title(page) == "Last week as many went out as came in"


def test_open_tickets_by_priority_and_age(cast):
    for days in (0, 2, 2, 5, 20, 40):
        ticket_at(cast, NOW - timedelta(days=days, minutes=1))
    ticket_at(cast, NOW - timedelta(hours=1), impact=1, urgency=1)
    Ticket.objects.filter(impact=1).update(priority=1)
    Ticket.objects.exclude(impact=1).update(priority=3)

    page = page_for(cast)

    assert [(ages.priority, ages.counts) for ages in page.ages] == [
        (1, (1, 0, 0, 0, 0)),
        (2, (0, 0, 0, 0, 0)),
        (3, (1, 2, 1, 1, 1)),
        (4, (0, 0, 0, 0, 0)),
    ]
    assert wording.age_title(page) == "One ticket has been open for over a month"
    assert page.oldest_at == NOW - timedelta(days=40, minutes=1)


def test_promises_broken_and_at_risk(cast):
    late = ticket_at(cast, NOW - timedelta(days=10), "Late")
    risk = ticket_at(cast, NOW - timedelta(hours=3, minutes=30), "Soon late", impact=3, urgency=3)
    ticket_at(cast, NOW - timedelta(minutes=1), "Fresh")

    page = page_for(cast)

    assert [row.id for row in page.late] == [late.pk]
    assert [row.id for row in page.at_risk] == [risk.pk]
    assert (page.late_count, page.risk_count) == (1, 1)
    assert wording.headline(page) == "One open ticket is past its promise"


def test_load_is_expected_minutes_of_those_in_teams(cast):
    for minutes, person in ((50, cast.technician), (30, cast.technician), (20, cast.teammate)):
        ticket = ticket_at(cast, NOW)
        assign_ticket(actor=SYSTEM, ticket=ticket, assignee=person)
        Ticket.objects.filter(pk=ticket.pk).update(expected_minutes=minutes)

    page = page_for(cast)

    assert [(load.name, load.minutes, load.tickets) for load in page.loads] == [
        ("Tina Technician", 80, 2),
        ("Tom Teammate", 20, 1),
        ("Olga Outsider", 0, 0),
    ]
    assert wording.load_title(page) == "Tina Technician carries most of the work"


def test_weeks_count_what_came_and_went(cast):
    monday = date(2026, 11, 9)
    for day in (9, 10, 15):
        ticket_at(cast, datetime(2026, 11, day, 9, tzinfo=UTC))
    ticket = ticket_at(cast, datetime(2026, 11, 16, 0, 0, tzinfo=UTC))
    with clock.frozen(datetime(2026, 11, 15, 23, 59, tzinfo=UTC)):
        resolve_ticket(actor=SYSTEM, ticket=ticket, solution="Done")

    page = page_for(cast)

    found = {week.monday: (week.came, week.went) for week in page.weeks}
    assert len(found) == 12
    assert (found[monday], found[date(2026, 11, 16)]) == ((3, 1), (1, 0))
    assert wording.flow_title(page) == "Last week 2 more came in than went out"


def facts(**changed):
    zero = Overview(NOW, 0, 0, None, 0, 0, (), (), [Ages(3, (0, 0, 0, 0, 0))], (), ())
    return replace(zero, **changed)


def loads(*minutes):
    return [Load(number, f"P{number}", count, 1) for number, count in enumerate(minutes)]


@pytest.mark.parametrize(
    ("title", "changed", "expected"),
    [
        (wording.headline, {"late_count": 1200}, "1,200 open tickets are past their promise"),
        (wording.headline, {"risk_count": 2}, "2 promises are at risk"),
        (wording.load_title, {"loads": loads(60)}, "P0 carries most of the work"),
        (wording.load_title, {"loads": loads(40, 30, 20, 10)}, "P0 and P1 carry most of the work"),
        (wording.load_title, {"loads": loads(10, 10, 10, 10, 10)}, "The work is spread over the team"),
        (
            wording.age_title,
            {"open_count": 3, "ages": [Ages(3, (2, 1, 0, 0, 0))]},
            "Most open tickets are from the last day",
        ),
        (
            wording.age_title,
            {"open_count": 3, "ages": [Ages(3, (1, 2, 0, 0, 0))]},
            "No ticket has been open for over a month",
        ),
        (wording.flow_title, {}, "What came in and what went out"),
        (
            wording.flow_title,
            {"weeks": [Week(date(2026, 11, 9), 1, 3), Week(date(2026, 11, 16), 0, 0)]},
            "Last week 2 more went out than came in",
        ),
    ],
)
def test_sentences_say_what_the_figures_show(title, changed, expected):
    assert title(facts(**changed)) == expected


def test_figures_hold_only_what_the_reader_may_see(cast):
    ticket_at(cast, NOW - timedelta(days=10))
    make_person("Max Manager", "manager", organization=cast.stranger.organization)
    other = cast.actor("stranger")

    theirs = overview(other)

    assert page_for(cast).open_count == 1
    assert (theirs.open_count, theirs.late_count, theirs.loads) == (0, 0, [])


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_for_one_and_three(cast, count, django_assert_max_num_queries):
    for number in range(count):
        ticket_at(cast, NOW - timedelta(days=10 * number))
    actor = cast.actor("manager")

    with django_assert_max_num_queries(11):
        overview(actor)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_renders_in_both_languages(client, cast, language):
    ticket_at(cast, NOW - timedelta(days=10), "打印机卡纸")
    ticket_at(cast, clock.now() - timedelta(minutes=5))
    while announce_due():
        pass
    cast.manager.language = language
    cast.manager.save()
    client.force_login(cast.manager)

    response = client.get(reverse("reports:manage"))

    assert response.status_code == 200
    assert "打印机卡纸" in response.content.decode()


def test_page_is_for_managers(client, cast):
    client.force_login(cast.technician)

    paths = [reverse("reports:manage"), reverse("reports:export", args=["load", "csv"])]
    assert [client.get(path).status_code for path in paths] == [403, 403]


@pytest.mark.parametrize("figure", ["load", "age", "weeks", "attention"])
def test_figures_leave_as_files_and_that_is_recorded(client, cast, figure):
    ticket_at(cast, NOW - timedelta(days=10), "=cmd()")
    while announce_due():
        pass
    client.force_login(cast.manager)

    text = client.get(reverse("reports:export", args=[figure, "csv"]))
    book = client.get(reverse("reports:export", args=[figure, "xlsx"]))

    lines = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert len(lines) == sheet.max_row > 1
    assert "=cmd()" not in [cell for line in lines for cell in line]
    assert AuditRecord.objects.filter(verb="reports.exported").count() == 2
    assert client.get(reverse("reports:export", args=[figure, "pdf"])).status_code == 404
    assert client.get(reverse("reports:export", args=["secrets", "csv"])).status_code == 404
