"""Edits of calendars and policies by action: what is refused, and what a repeated seed leaves alone."""

from datetime import date

import pytest

from firstline.accounts.testing import make_actor
from firstline.kit.errors import InvalidInput, NotAllowed, NotFound
from firstline.servicelevels import actions, queries
from firstline.servicelevels.models import Calendar, Policy, Rulebook

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_actor("Ada Admin", "administrator")


def test_missing_things_are_not_found(admin):
    for attempt in (
        lambda: actions.make_default_calendar(actor=admin, calendar_id=0),
        lambda: actions.assign_team_calendar(actor=admin, team_id=0, calendar_id=None),
        lambda: actions.create_policy(actor=admin, organization_id=0),
        lambda: actions.delete_policy(actor=admin, policy_id=0),
        lambda: queries.calendar_page(0),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_nameless_and_impossible_things_are_refused(admin):
    office, everybody = Calendar.objects.get(is_default=True), Policy.objects.get()
    unnamed = {"policy_id": everybody.pk, "name": " ", "calendar_id": None, "targets": {}}
    for code, attempt in (
        ("calendar_name_missing", lambda: actions.create_calendar(actor=admin, name=" ", zone="UTC")),
        ("calendar_zone_unknown", lambda: actions.create_calendar(actor=admin, name="Mars", zone="Mars")),
        ("policy_name_missing", lambda: actions.change_policy(actor=admin, **unnamed)),
        (
            "holiday_country_unknown",
            lambda: actions.seed_holidays(actor=admin, calendar_id=office.pk, country="XX", year=2026),
        ),
        (
            "holiday_year_unknown",
            lambda: actions.seed_holidays(actor=admin, calendar_id=office.pk, country="DE", year=1066),
        ),
    ):
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert caught.value.code == code


def test_only_those_who_may_change_settings():
    technician = make_actor("Tom Technician", "technician")

    with pytest.raises(NotAllowed):
        actions.create_calendar(actor=technician, name="Mine", zone="UTC")


def test_seed_runs_once_and_edits_renew_the_token(admin):
    before = queries.rules_token()
    actions.ensure_default_rules()
    assert (queries.rules_token(), Calendar.objects.count()) == (before, 2)

    for number in range(6):
        made = actions.create_calendar(actor=admin, name=f"Calendar {number}", zone="UTC")
        assert made.pk in queries.rules().calendars

    assert queries.rules_token() != before
    assert Rulebook.objects.count() == 1


def test_removing_a_day_that_follows_the_week_changes_nothing(admin):
    office = Calendar.objects.get(is_default=True)

    actions.remove_day(actor=admin, calendar_id=office.pk, day=date(2026, 12, 24))

    assert office.days.count() == 0
