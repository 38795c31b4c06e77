"""Codes of clocks and their causes, and the sentences for refusals of this slice."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PRIORITIES = (1, 2, 3, 4)
RISK_PERCENT = 75  # a clock is at risk once this share of its target is used


class Metric(TextChoices):
    """What is promised: a first answer by a person, and the solution."""

    FIRST_RESPONSE = "first_response", _("First response")
    RESOLUTION = "resolution", _("Resolution")


class ClockState(TextChoices):
    """Whether working time counts; only a stopped clock is final, and a reopened subject restarts it."""

    RUNNING = "running", pgettext_lazy("clock", "Running")
    PAUSED = "paused", pgettext_lazy("clock", "Paused")
    STOPPED = "stopped", pgettext_lazy("clock", "Stopped")


class DayKind(IntegerChoices):
    """Why a date differs from the week."""

    HOLIDAY = 1, _("Day off")
    EXTRA = 2, _("Day with its own hours")


class Cause(TextChoices):
    """Why a part of the ledger began or a clock stopped."""

    CREATED = "created", _("Request received")
    REPLIED = "replied", _("Answered by a person")
    WAITING_REQUESTER = "waiting_requester", _("Waiting for the requester")
    WAITING_SUPPLIER = "waiting_supplier", _("Waiting for a supplier")
    SCHEDULED = "scheduled", _("Scheduled for later")
    RESUMED = "resumed", _("Work goes on")
    RESOLVED = "resolved", _("Resolved")
    REOPENED = "reopened", _("Reopened")
    PRIORITY_CHANGED = "priority_changed", _("Priority changed")
    TEAM_CHANGED = "team_changed", _("Handed to another team")
    TARGETS_CHANGED = "targets_changed", _("Calendar or targets changed")
    CLOSED = "closed", _("Closed without a solution")


SEEDED_NAMES: dict[str, Promise] = {
    "Office hours": _("Office hours"),
    "Around the clock": _("Around the clock"),
    "Everybody": _("Everybody"),
}
"""Names that a new installation starts with; they are data once somebody changes them."""


def shown_name(name: str) -> str:
    """The name of a calendar or policy for a reader: seeded ones in the reader's language."""
    return str(SEEDED_NAMES.get(name, name))


ERRORS: dict[str, str | Promise] = {
    "calendar_unknown": _("There is no such calendar."),
    "policy_unknown": _("There is no such policy."),
    "team_unknown": _("There is no such team."),
    "calendar_name_missing": _("A calendar needs a name."),
    "calendar_name_taken": _("There is already a calendar with this name."),
    "calendar_in_use": _("This calendar is in use and cannot be deleted."),
    "calendar_without_time": _("A calendar needs working time on at least one day of the week."),
    "calendar_zone_unknown": _("“%(value)s” is not a time zone such as Europe/Berlin."),
    "calendar_time_invalid": _("“%(value)s” is not a time of day such as 09:00."),
    "calendar_window_invalid": _("“%(value)s” is not a span of time such as 09:00-17:00."),
    "calendar_month_day_invalid": _("“%(value)s” is not a day of the year such as 12-25."),
    "calendar_date_invalid": _("“%(value)s” is not a date such as 2027-01-31."),
    "holiday_country_unknown": _("There are no public holidays on record for “%(value)s”."),
    "holiday_year_unknown": _("There are no public holidays on record for %(year)s yet; enter them by hand."),
    "target_invalid": _("“%(value)s” is not a time such as 15m, 4h or 1h 30m."),
    "target_out_of_range": _("A target is at least one minute and at most 1,000 hours."),
    "policy_name_missing": _("A policy needs a name."),
    "policy_organization_taken": _("This organisation has a policy of its own already."),
    "policy_default_kept": _("The policy for everybody cannot be deleted."),
}
