"""Administration pages of calendars and targets: who may, what they do, what they refuse."""

from datetime import date

import pytest
from django.urls import reverse

from firstline.accounts.testing import make_person
from firstline.organizations.testing import make_organization, make_team
from firstline.servicelevels.models import Calendar, CalendarDay, Policy, Target, TeamCalendar
from firstline.servicelevels.queries import calendar_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(make_person("Ada Admin", "administrator"))
    return client


@pytest.fixture
def office():
    return Calendar.objects.get(is_default=True)


def hours(**changed):
    week = {f"day_{day}": "08:00-18:00" if day < 5 else "" for day in range(7)}
    return {"name": "Office hours", "zone": "UTC", "yearly": "", **week, **changed}


def test_pages_are_for_those_who_may_change_settings(client, office):
    client.force_login(make_person("Tom Technician", "technician"))
    paths = [
        reverse("servicelevels-calendars"),
        reverse("servicelevels-calendar", args=[office.pk]),
        reverse("servicelevels-policies"),
    ]

    assert [client.get(path).status_code for path in paths] == [403] * 3
    assert client.post(reverse("servicelevels-calendar-delete", args=[office.pk])).status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_render_in_both_languages(admin, office, language):
    make_team("Night watch")
    make_organization("Contoso")
    CalendarDay.objects.create(calendar=office, date="2026-12-25", kind=1, name="Christmas")
    for path in (
        reverse("servicelevels-calendars"),
        reverse("servicelevels-calendar", args=[office.pk]),
        reverse("servicelevels-policies"),
    ):
        response = admin.get(path, headers={"accept-language": language})
        assert response.status_code == 200, path


def test_calendar_is_made_and_given_hours(admin):
    made = admin.post(reverse("servicelevels-calendars"), {"name": "Shanghai", "zone": "Asia/Shanghai"})
    calendar = Calendar.objects.get(name="Shanghai")
    saved = admin.post(
        made.url,
        hours(
            name="上海",
            zone="Asia/Shanghai",
            day_0="9：00-12:00，13:00–18:00",
            day_5="22:00~06:00",
            yearly="1-1、05-01",
        ),
    )

    calendar.refresh_from_db()
    assert saved.status_code == 303
    assert (calendar.name, calendar.zone) == ("上海", "Asia/Shanghai")
    assert calendar.week["0"] == [["09:00", "12:00"], ["13:00", "18:00"]]
    assert calendar.week["5"] == [["22:00", "06:00"]]
    assert calendar.yearly_holidays == ["01-01", "05-01"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"day_0": "nine to five"}, "“nine to five” is not a span of time"),
        ({"day_0": "09:00-25:00"}, "“25:00” is not a time of day"),
        ({"day_0": "09:00-09:00"}, "“09:00-09:00” is not a span of time"),
        ({f"day_{day}": "" for day in range(7)}, "needs working time"),
        ({"yearly": "13-45"}, "is not a date"),
        ({"yearly": "Christmas"}, "“Christmas” is not a day of the year"),
        ({"name": "Around the clock"}, "already a calendar with this name"),
        ({"name": " "}, "required"),
        ({"zone": "Mars/Base"}, "Select a valid choice"),
    ],
)
def test_hours_that_make_no_sense_are_refused_and_kept(admin, office, changed, words):
    response = admin.post(reverse("servicelevels-calendar", args=[office.pk]), hours(**changed))

    assert response.status_code == 422
    assert words in response.content.decode()
    office.refresh_from_db()
    assert office.week["0"] == [["08:00", "18:00"]]


def test_day_off_and_make_up_workday_are_entered_and_removed(admin, office):
    path = reverse("servicelevels-calendar-day", args=[office.pk])
    admin.post(path, {"date": "2026-10-10", "windows": "09:00-17:00", "name": "调休"})
    admin.post(path, {"date": "2026-10-01", "windows": ""})
    value = calendar_value(office)
    assert [len(value.windows_on(date(2026, 10, day))) for day in (1, 10)] == [0, 1]

    admin.post(path, {"remove": "2026-10-01"})

    assert [day.date for day in CalendarDay.objects.all()] == [date(2026, 10, 10)]
    assert admin.post(path, {"date": "tomorrow"}).status_code == 422
    assert admin.post(path, {"remove": "tomorrow"}).status_code == 422


@pytest.mark.parametrize(
    ("country", "holiday", "workday"),
    [
        ("US", "2026-07-03", None),
        ("GB", "2026-12-25", None),
        ("DE", "2026-10-03", None),
        ("CN", "2025-10-01", "2025-09-28"),
    ],
)
def test_holidays_of_a_country_are_entered(admin, office, country, holiday, workday):
    path = reverse("servicelevels-calendar-seed", args=[office.pk])

    for _ in range(2):
        assert admin.post(path, {"country": country, "year": holiday[:4]}).status_code == 303

    assert CalendarDay.objects.get(date=holiday).kind == 1
    if workday:
        assert CalendarDay.objects.get(date=workday).windows == [["08:00", "18:00"]]


def test_unknown_country_or_year_is_refused(admin, office):
    path = reverse("servicelevels-calendar-seed", args=[office.pk])

    assert admin.post(path, {"country": "XX", "year": "2026"}).status_code == 422
    assert admin.post(path, {"country": "DE", "year": "1066"}).status_code == 422
    assert CalendarDay.objects.count() == 0


def test_default_changes_and_only_an_unused_calendar_is_deleted(admin, office):
    night = Calendar.objects.get(name="Around the clock")
    admin.post(reverse("servicelevels-calendar-default", args=[night.pk]))
    admin.post(reverse("servicelevels-calendar-delete", args=[night.pk]))
    assert Calendar.objects.get(is_default=True) == night

    admin.post(reverse("servicelevels-calendar-delete", args=[office.pk]))

    assert list(Calendar.objects.all()) == [night]
    assert admin.get(reverse("servicelevels-calendar-delete", args=[night.pk])).status_code == 405


def test_calendar_of_a_team_cannot_be_deleted(admin):
    team, night = make_team("Night watch"), Calendar.objects.get(name="Around the clock")
    path = reverse("servicelevels-team-calendar", args=[team.pk])
    admin.post(path, {"calendar": night.pk})
    admin.post(reverse("servicelevels-calendar-delete", args=[night.pk]))
    assert TeamCalendar.objects.get().calendar == night

    admin.post(path, {"calendar": ""})

    assert TeamCalendar.objects.count() == 0
    assert admin.post(reverse("servicelevels-team-calendar", args=[0]), {}).status_code == 303


def targets(policy, **changed):
    typed = {
        f"{target.metric}_{target.priority}": f"{target.seconds // 60}m" for target in policy.targets.all()
    }
    typed |= {"name": policy.name, "calendar": "", **changed}
    return {"policy": policy.pk} | {f"policy-{policy.pk}-{name}": value for name, value in typed.items()}


def test_policy_of_an_organisation_is_made_changed_and_deleted(admin):
    contoso, path = make_organization("Contoso"), reverse("servicelevels-policies")
    admin.post(reverse("servicelevels-policy-new"), {"organization": contoso.pk})
    policy = Policy.objects.get(organization=contoso)

    saved = admin.post(path, targets(policy, name="Gold", resolution_1="1h 30m", first_response_1="5 分钟"))

    assert saved.status_code == 303
    found = Target.objects.filter(policy=policy, priority=1).order_by("metric")
    assert list(found.values_list("seconds", flat=True)) == [300, 5400]
    admin.post(reverse("servicelevels-policy-new"), {"organization": contoso.pk})
    assert Policy.objects.count() == 2
    for found_policy in Policy.objects.all():
        admin.post(reverse("servicelevels-policy-delete", args=[found_policy.pk]))
    assert Policy.objects.get().organization is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("soon", "“soon” is not a time"),
        ("0m", "at least one minute"),
        ("9999h", "at least one minute"),
        ("", "required"),
    ],
)
def test_impossible_targets_are_refused(admin, typed, words):
    policy = Policy.objects.get()

    response = admin.post(reverse("servicelevels-policies"), targets(policy, resolution_2=typed))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert Target.objects.get(priority=2, metric="resolution").seconds == 8 * 3600


def test_taken_name_unknown_country_and_bad_hours_stay_on_the_page(admin, office):
    taken = admin.post(reverse("servicelevels-calendars"), {"name": "Around the clock", "zone": "UTC"})
    hours_on_day = admin.post(
        reverse("servicelevels-calendar-day", args=[office.pk]), {"date": "2026-12-24", "windows": "all day"}
    )
    too_early = admin.post(
        reverse("servicelevels-calendar-seed", args=[office.pk]), {"country": "CN", "year": "2000"}
    )

    assert (taken.status_code, hours_on_day.status_code) == (422, 422)
    assert "already a calendar" in taken.content.decode()
    assert too_early.status_code in {303, 422}


def test_unknown_calendar_is_not_found(admin):
    assert admin.get(reverse("servicelevels-calendar", args=[0])).status_code == 404
