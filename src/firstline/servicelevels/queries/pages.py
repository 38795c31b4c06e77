"""What the administration pages of calendars and targets show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import holidays as public_holidays
from babel import Locale
from django.db.models import Count

from firstline.kit.errors import NotFound
from firstline.organizations.models import Team
from firstline.servicelevels.enums import DayKind
from firstline.servicelevels.models import Calendar, Policy, TeamCalendar


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar in the list."""

    id: int
    name: str
    zone: str
    week: Mapping[str, Sequence[Sequence[str]]]
    is_default: bool
    days_count: int


@dataclass(frozen=True, slots=True)
class DayRow:
    """A date that differs from the week."""

    date: date
    is_off: bool
    windows: Sequence[Sequence[str]]
    name: str


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """A calendar with everything that can be edited."""

    id: int
    name: str
    zone: str
    week: Mapping[str, Sequence[Sequence[str]]]
    yearly_holidays: Sequence[str]
    is_default: bool
    days_by_year: Mapping[int, Sequence[DayRow]]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team and the calendar of its own, if it has one."""

    id: int
    name: str
    tier: str
    calendar_id: int | None


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy with its targets in working seconds by (priority, metric)."""

    id: int
    name: str
    organization_id: int | None
    organization_name: str
    calendar_id: int | None
    targets: Mapping[tuple[int, str], int]


def calendar_rows() -> list[CalendarRow]:
    """All calendars, the default one first."""
    found = Calendar.objects.annotate(days_count=Count("days")).order_by("-is_default", "name")
    return [
        CalendarRow(row.pk, row.name, row.zone, row.week, row.is_default, row.days_count) for row in found
    ]


def calendar_page(calendar_id: int) -> CalendarPage:
    """One calendar with its days by year. Raises NotFound."""
    row = Calendar.objects.prefetch_related("days").filter(pk=calendar_id).first()
    if row is None:
        raise NotFound("calendar_unknown")
    years: dict[int, list[DayRow]] = {}
    for day in row.days.all():
        shown = DayRow(day.date, day.kind == DayKind.HOLIDAY, day.windows, day.name)
        years.setdefault(day.date.year, []).append(shown)
    return CalendarPage(row.pk, row.name, row.zone, row.week, row.yearly_holidays, row.is_default, years)


def team_rows() -> list[TeamRow]:
    """Active teams with the calendars of their own."""
    own = dict(TeamCalendar.objects.values_list("team_id", "calendar_id"))
    teams = Team.objects.filter(is_active=True)
    return [TeamRow(team.pk, team.name, team.tier, own.get(team.pk)) for team in teams]


def policy_rows() -> list[PolicyRow]:
    """All policies in the order in which they are tried."""
    found = Policy.objects.select_related("organization").prefetch_related("targets")
    return [
        PolicyRow(
            row.pk,
            row.name,
            row.organization_id,
            row.organization.name if row.organization else "",
            row.calendar_id,
            {(target.priority, target.metric): target.seconds for target in row.targets.all()},
        )
        for row in found
    ]


def countries(language: str) -> list[tuple[str, str]]:
    """Countries whose public holidays are known, as (code, name in that language), by name."""
    names = Locale.parse("zh_Hans" if language == "zh-hans" else "en").territories
    codes = public_holidays.list_supported_countries()
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1])
