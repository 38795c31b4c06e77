"""Input of the administration pages as clean values."""

from typing import Any
from zoneinfo import available_timezones

from babel.dates import get_day_names
from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.kit import clock
from firstline.servicelevels.enums import PRIORITIES, DayKind, Metric, shown_name
from firstline.servicelevels.queries import CalendarPage, CalendarRow, PolicyRow, countries
from firstline.servicelevels.wording import (
    duration_text,
    read_duration,
    read_month_days,
    read_windows,
    windows_text,
)

_HOURS_HINT = _("For example 08:00-12:00, 13:00-18:00. Empty means closed; 22:00-06:00 ends the next day.")


def zones() -> list[tuple[str, str]]:
    """Time zones to choose from."""
    return [(name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class NewCalendarForm(forms.Form):
    """A name and a zone to begin with."""

    name = forms.CharField(label=_("Name"), max_length=120)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zones)


class CalendarForm(forms.Form):
    """Name, zone, hours of each weekday and days off of every year."""

    name = forms.CharField(label=_("Name"), max_length=120)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zones)

    def __init__(self, calendar: CalendarPage, data: Any = None) -> None:
        initial = {"name": calendar.name, "zone": calendar.zone}
        initial |= {f"day_{day}": windows_text(windows) for day, windows in calendar.week.items()}
        initial["yearly"] = ", ".join(calendar.yearly_holidays)
        super().__init__(data, initial=initial)
        language = "zh_Hans" if translation.get_language() == "zh-hans" else "en"
        names = get_day_names("wide", context="stand-alone", locale=language)
        for day in range(7):
            self.fields[f"day_{day}"] = forms.CharField(label=names[day], required=False, max_length=200)
        self.fields["day_0"].help_text = _HOURS_HINT
        self.fields["yearly"] = forms.CharField(
            label=_("Days off every year"),
            required=False,
            max_length=1000,
            help_text=_("Month and day, for example 12-25, 01-01."),
        )

    def values(self) -> dict[str, Any]:
        """Arguments of `change_calendar`. Raises InvalidInput that names the field."""
        typed = self.cleaned_data
        return {
            "name": typed["name"],
            "zone": typed["zone"],
            "week": {str(day): read_windows(typed[f"day_{day}"], f"day_{day}") for day in range(7)},
            "yearly_holidays": read_month_days(typed["yearly"], "yearly"),
        }


class DayForm(forms.Form):
    """A date that differs from the week."""

    date = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    windows = forms.CharField(
        label=_("Hours on that day"),
        required=False,
        max_length=200,
        help_text=_("Empty for a day off; hours for a make-up workday or a short day."),
    )
    name = forms.CharField(label=_("What for"), required=False, max_length=120)

    def values(self) -> dict[str, Any]:
        """Arguments of `set_day`. Raises InvalidInput that names the field."""
        windows = read_windows(self.cleaned_data["windows"], "windows")
        return {
            "day": self.cleaned_data["date"],
            "kind": DayKind.EXTRA if windows else DayKind.HOLIDAY,
            "windows": windows,
            "name": self.cleaned_data["name"],
        }


class SeedForm(forms.Form):
    """A country and a year whose public holidays are to be entered."""

    country = forms.ChoiceField(label=_("Country"))
    year = forms.IntegerField(label=pgettext_lazy("calendar", "Year"), min_value=2000, max_value=2100)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"year": clock.now().year})
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = countries(translation.get_language() or "en")


class PolicyForm(forms.Form):
    """Name, calendar and the eight targets of a policy."""

    name = forms.CharField(label=_("Name"), max_length=120)
    calendar = forms.TypedChoiceField(
        label=_("Calendar"), required=False, coerce=int, empty_value=None, choices=()
    )

    def __init__(self, policy: PolicyRow, calendars: list[CalendarRow], data: Any = None) -> None:
        initial = {"name": policy.name, "calendar": policy.calendar_id or ""}
        initial |= {
            target_field(priority, metric): duration_text(seconds)
            for (priority, metric), seconds in policy.targets.items()
        }
        super().__init__(data, initial=initial, prefix=f"policy-{policy.id}")
        choice = self.fields["calendar"]
        assert isinstance(choice, forms.TypedChoiceField)
        choice.choices = [
            ("", _("The default calendar")),
            *((row.id, shown_name(row.name)) for row in calendars),
        ]
        for priority in PRIORITIES:
            for metric in Metric:
                self.fields[target_field(priority, metric)] = forms.CharField(
                    label=f"P{priority} · {metric.label}", max_length=40
                )

    def values(self) -> dict[str, Any]:
        """Arguments of `change_policy`. Raises InvalidInput that names the field."""
        fields = {
            (priority, metric): target_field(priority, metric) for priority in PRIORITIES for metric in Metric
        }
        return {
            "name": self.cleaned_data["name"],
            "calendar_id": self.cleaned_data["calendar"],
            "targets": {key: read_duration(self.cleaned_data[field], field) for key, field in fields.items()},
        }


def target_field(priority: int, metric: str) -> str:
    """The form field of one target."""
    return f"{metric}_{priority}"
