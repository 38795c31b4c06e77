"""Public edits of calendars: each is audited, and open clocks follow by a job."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import holidays as public_holidays
from django.db.models import ProtectedError

from firstline.audit.actions import record
from firstline.kit import clock as kit_clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotFound
from firstline.kit.refs import Ref
from firstline.kit.text import clean_line
from firstline.organizations.models import Team
from firstline.outbox.actions import enqueue, transaction
from firstline.servicelevels import arithmetic
from firstline.servicelevels.arithmetic import CalendarError
from firstline.servicelevels.enums import DayKind
from firstline.servicelevels.models import Calendar, CalendarDay, Rulebook, TeamCalendar
from firstline.servicelevels.notation import calendar_from_json, calendar_to_json, windows_to_json
from firstline.servicelevels.permissions import check_can_edit_rules
from firstline.servicelevels.queries import calendar_value

YEARS = range(2000, 2101)
_SPOKEN = {"zh-hans": "zh_CN"}
Pairs = Sequence[Sequence[str]]

_FIELDS = {
    "zone_unknown": ("calendar_zone_unknown", "zone"),
    "time_invalid": ("calendar_time_invalid", "week"),
    "window_invalid": ("calendar_window_invalid", "week"),
    "window_empty": ("calendar_window_invalid", "week"),
    "week_invalid": ("calendar_window_invalid", "week"),
    "date_invalid": ("calendar_date_invalid", "date"),
}


def create_calendar(*, actor: Actor, name: str, zone: str, copy_of: int | None = None) -> Calendar:
    """A new calendar with the week of another one (the default one where none is named).

    Raises InvalidInput for a name that is missing or taken and for an unknown zone.
    """
    with rules_edit(actor):
        name = _free_name(name)
        pattern = Calendar.objects.get(is_default=True) if copy_of is None else get_calendar(copy_of)
        calendar = Calendar(
            name=name, zone=zone.strip(), week=pattern.week, yearly_holidays=pattern.yearly_holidays
        )
        _normalised(calendar)
        calendar.save()
        _record(actor, "servicelevels.calendar_created", calendar, new=_content(calendar))
        return calendar


def change_calendar(
    *,
    actor: Actor,
    calendar_id: int,
    name: str,
    zone: str,
    week: Mapping[str, Pairs],
    yearly_holidays: Iterable[str],
) -> Calendar:
    """Replace name, zone, weekly windows and days off of every year; open clocks are recomputed by a job.

    Raises InvalidInput with the field to blame: impossible times, no working time at all, an unknown zone.
    """
    with rules_edit(actor):
        calendar = get_calendar(calendar_id)
        old = _content(calendar)
        calendar.name = _free_name(name, own_id=calendar.pk)
        calendar.zone = zone.strip()
        calendar.week = {day: [list(pair) for pair in pairs] for day, pairs in week.items()}
        calendar.yearly_holidays = list(yearly_holidays)
        _normalised(calendar)
        calendar.save()
        _record(actor, "servicelevels.calendar_changed", calendar, old=old, new=_content(calendar))
        return calendar


def set_day(
    *, actor: Actor, calendar_id: int, day: date, kind: int, windows: Pairs = (), name: str = ""
) -> CalendarDay:
    """Make a date a day off, or give it windows of its own (a make-up workday); replaces what was there."""
    with rules_edit(actor):
        calendar = get_calendar(calendar_id)
        pairs = [list(pair) for pair in windows] if kind == DayKind.EXTRA else []
        checked = _value({"zone": calendar.zone, "extra_days": {day.isoformat(): pairs}})
        found, _ = CalendarDay.objects.update_or_create(
            calendar=calendar,
            date=day,
            defaults={
                "kind": DayKind(kind),
                "windows": windows_to_json(checked.extra_days[day]),
                "name": clean_line(name, 120),
            },
        )
        new = {"date": day.isoformat(), "kind": int(kind), "windows": found.windows}
        _record(actor, "servicelevels.calendar_day_set", calendar, new=new)
        return found


def remove_day(*, actor: Actor, calendar_id: int, day: date) -> None:
    """Let a date follow the week again."""
    with rules_edit(actor):
        calendar = get_calendar(calendar_id)
        if CalendarDay.objects.filter(calendar=calendar, date=day).delete()[0]:
            _record(actor, "servicelevels.calendar_day_removed", calendar, old={"date": day.isoformat()})


def seed_holidays(*, actor: Actor, calendar_id: int, country: str, year: int) -> int:
    """Enter a country's public holidays of a year, with make-up workdays where it has them; how many dates.

    A make-up workday gets the windows of the first working day of the week. Dates that were entered before
    are replaced. Raises InvalidInput for a country or a year nothing is known of.
    """
    with rules_edit(actor):
        calendar = get_calendar(calendar_id)
        days = _public_days(calendar, country, year, actor.language)
        CalendarDay.objects.bulk_create(
            days,
            update_conflicts=True,
            unique_fields=["calendar", "date"],
            update_fields=["kind", "windows", "name"],
        )
        new = {"country": country, "year": year, "count": len(days)}
        _record(actor, "servicelevels.calendar_seeded", calendar, new=new)
        return len(days)


def make_default_calendar(*, actor: Actor, calendar_id: int) -> None:
    """Use this calendar wherever a team or policy names none."""
    with rules_edit(actor):
        calendar = get_calendar(calendar_id)
        Calendar.objects.filter(is_default=True).update(is_default=False)
        Calendar.objects.filter(pk=calendar.pk).update(is_default=True)
        _record(actor, "servicelevels.calendar_made_default", calendar)


def delete_calendar(*, actor: Actor, calendar_id: int) -> None:
    """Delete a calendar that no team, policy or clock uses. Raises Conflict otherwise."""
    with rules_edit(actor):
        calendar = get_calendar(calendar_id)
        if calendar.is_default:
            raise Conflict("calendar_in_use")
        _record(actor, "servicelevels.calendar_deleted", calendar, old=_content(calendar))
        try:
            calendar.delete()
        except ProtectedError as error:
            raise Conflict("calendar_in_use") from error


def assign_team_calendar(*, actor: Actor, team_id: int, calendar_id: int | None) -> None:
    """Let a team work by this calendar, or (None) by the policy's; its open clocks go on by it from now."""
    with rules_edit(actor):
        team = Team.objects.filter(pk=team_id).first()
        if team is None:
            raise NotFound("team_unknown")
        if calendar_id is None:
            TeamCalendar.objects.filter(team=team).delete()
        else:
            calendar = get_calendar(calendar_id)
            TeamCalendar.objects.update_or_create(team=team, defaults={"calendar": calendar})
        record(
            actor=actor,
            verb="servicelevels.team_calendar_assigned",
            ref=Ref("team", team.pk, team.name),
            new={"calendar_id": calendar_id},
        )


def get_calendar(calendar_id: int) -> Calendar:
    """The calendar for writing. Raises NotFound."""
    calendar = Calendar.objects.select_for_update().filter(pk=calendar_id).first()
    if calendar is None:
        raise NotFound("calendar_unknown")
    return calendar


@contextmanager
def rules_edit(actor: Actor) -> Iterator[None]:
    """The transaction around an edit of the rules: permission first, recomputing after."""
    check_can_edit_rules(actor)
    with transaction():
        yield
        _rules_changed(actor)


def _rules_changed(actor: Actor) -> None:
    """Give the rules a new token, and have the open clocks recomputed once this is committed."""
    token = str(uuid.uuid4())
    Rulebook.objects.filter(pk=1).update(token=token)
    args = {"token": token, "after_id": 0, "at": kit_clock.now().isoformat()}
    enqueue("servicelevels.recompute", args, actor=actor)


def _free_name(name: str, *, own_id: int = 0) -> str:
    name = clean_line(name, 120)
    if not name:
        raise InvalidInput("calendar_name_missing", field="name")
    if Calendar.objects.filter(name=name).exclude(pk=own_id).exists():
        raise InvalidInput("calendar_name_taken", field="name")
    return name


def _normalised(calendar: Calendar) -> None:
    """Write the week in its documented form; it must hold some working time."""
    value = _value(
        {"zone": calendar.zone, "week": calendar.week, "yearly_holidays": calendar.yearly_holidays}
    )
    if not any(value.week):
        raise InvalidInput("calendar_without_time", field="week")
    form = calendar_to_json(value)
    calendar.week, calendar.yearly_holidays = form["week"], form["yearly_holidays"]


def _value(data: Mapping[str, object]) -> arithmetic.Calendar:
    try:
        return calendar_from_json(data)
    except CalendarError as error:
        code, field = _FIELDS.get(error.code, ("calendar_window_invalid", "week"))
        raise InvalidInput(code, field=field, value=error.value) from error


def _content(calendar: Calendar) -> dict[str, object]:
    return {
        "name": calendar.name,
        "zone": calendar.zone,
        "week": calendar.week,
        "yearly_holidays": calendar.yearly_holidays,
    }


def _record(actor: Actor, verb: str, calendar: Calendar, *, old: object = None, new: object = None) -> None:
    record(actor=actor, verb=verb, ref=Ref("calendar", calendar.pk, calendar.name), old=old, new=new)


def _public_days(calendar: Calendar, country: str, year: int, language: str) -> list[CalendarDay]:
    known = public_holidays.list_supported_countries()
    if country not in known:
        raise InvalidInput("holiday_country_unknown", field="country", value=country)
    spoken = _SPOKEN.get(language, "en_US")
    names = public_holidays.country_holidays(country, years=[year], language=spoken)
    if not names or year not in YEARS:
        raise InvalidInput("holiday_year_unknown", field="year", year=year)
    windows = next(windows for windows in calendar_value(calendar).week if windows)
    days = [
        CalendarDay(calendar=calendar, date=day, kind=DayKind.HOLIDAY, name=name[:120])
        for day, name in names.items()
    ]
    days += [
        CalendarDay(calendar=calendar, date=day, kind=DayKind.EXTRA, windows=windows_to_json(windows))
        for day in sorted(getattr(names, "weekend_workdays", ()))
        if day.year == year
    ]
    return days
