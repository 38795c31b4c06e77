"""Calendars as JSON: the documented form in which they are stored, exchanged and asked about."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from firstline.servicelevels.arithmetic import Calendar, CalendarError, Window, Windows


def calendar_from_json(data: Mapping[str, object]) -> Calendar:
    """Read the documented JSON form of a calendar. Raises CalendarError naming what is wrong.

    Keys: "zone", "week" ({"0": [["09:00", "17:00"]], …}, 0 is Monday), "holidays" (ISO dates),
    "yearly_holidays" ("12-25"), "extra_days" ({"2026-10-10": [["09:00", "17:00"]]}).
    """
    week = _mapping(data.get("week", {}), "week_invalid")
    if unknown := set(week) - set("0123456"):
        raise CalendarError("week_invalid", ", ".join(sorted(unknown)))
    days = [read_windows(week.get(str(number), ())) for number in range(7)]
    return Calendar(
        zone=str(data.get("zone", "")),
        week=(days[0], days[1], days[2], days[3], days[4], days[5], days[6]),
        holidays=frozenset(parse_date(item) for item in _items(data.get("holidays", ()), "date_invalid")),
        yearly_holidays=frozenset(
            parse_month_day(item) for item in _items(data.get("yearly_holidays", ()), "date_invalid")
        ),
        extra_days={
            parse_date(day): read_windows(windows)
            for day, windows in _mapping(data.get("extra_days", {}), "date_invalid").items()
        },
    )


def calendar_to_json(calendar: Calendar) -> dict[str, object]:
    """The JSON form that `calendar_from_json` reads back to an equal calendar."""
    return {
        "zone": calendar.zone,
        "week": {str(number): windows_to_json(windows) for number, windows in enumerate(calendar.week)},
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
        "yearly_holidays": sorted(f"{month:02d}-{day:02d}" for month, day in calendar.yearly_holidays),
        "extra_days": {
            day.isoformat(): windows_to_json(windows) for day, windows in sorted(calendar.extra_days.items())
        },
    }


def windows_to_json(windows: Windows) -> list[list[str]]:
    """Windows as pairs of times of day."""
    return [list(window.words()) for window in windows]


@lru_cache(maxsize=512)
def parse_date(text: object) -> date:
    """A date written as 2026-10-01. Raises CalendarError."""
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise CalendarError("date_invalid", text) from error


def parse_month_day(text: object) -> tuple[int, int]:
    """A day of every year written as 12-25, also 02-29. Raises CalendarError."""
    day = parse_date(f"2000-{text}")
    return day.month, day.day


def read_windows(value: object) -> Windows:
    """Windows from pairs of times, in order. Raises CalendarError."""
    windows: list[Window] = []
    for pair in _items(value, "window_invalid"):
        times = list(_items(pair, "window_invalid"))
        if len(times) != 2:
            raise CalendarError("window_invalid", pair)
        windows.append(Window.parse(str(times[0]), str(times[1])))
    return tuple(sorted(windows))


def _items(value: object, code: str) -> Iterable[object]:
    if isinstance(value, list | tuple):
        return value
    raise CalendarError(code, value)


def _mapping(value: object, code: str) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise CalendarError(code, value)
