"""When something comes round again: rules such as "first Monday at 08:00", as values with exact dates.

A rule names days of the local calendar and one time of day in a time zone. A day a month does not have (the
31st, the 29th of February) is the month's last day, so that no month is left out. When the clocks change, a
skipped wall-clock time means the instant it would have been without the change, a repeated one its first
occurrence (PEP 495, fold 0). Which days are working days the caller says. Everything here is pure and safe to
call from any thread.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SHIFT_DAYS_MAX = 31  # a day off is moved no further than this; then it is left out
_YEARS_AHEAD = 12  # a rule that finds no day in so long has none
_LAST_DAY = date(9000, 1, 1)  # before this no conversion between zones runs out of the calendar


class Frequency(StrEnum):
    """What decides the day."""

    DAILY = "daily"
    WEEKLY = "weekly"  # on `weekdays`
    MONTH_DAY = "month_day"  # on `day` of each month
    MONTH_WEEKDAY = "month_weekday"  # on the `ordinal` of `weekdays` in each month
    YEARLY = "yearly"  # on `day` of `month`


class DayOff(StrEnum):
    """What becomes of a day that is not a working day."""

    KEEP = "keep"
    SKIP = "skip"
    NEXT = "next"  # the next working day
    PREVIOUS = "previous"  # the working day before; neither leaves the rule's own start and end


class RecurrenceError(ValueError):
    """A rule makes no sense; `code` is stable, `field` is the part of the rule at fault."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"{code}: {field}")
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `ordinal` is 1 to 4, or -1 for the last; weekdays count from Monday = 0."""

    frequency: Frequency
    starts_on: date
    at: time
    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset()
    ordinal: int = 1
    day: int = 1
    month: int = 1
    ends_on: date | None = None
    day_off: DayOff = DayOff.KEEP

    def __post_init__(self) -> None:
        for is_wrong, field in (
            (not self.weekdays <= frozenset(range(7)), "weekdays"),
            (self.frequency is Frequency.WEEKLY and not self.weekdays, "weekdays"),
            (self.frequency is Frequency.MONTH_WEEKDAY and len(self.weekdays) != 1, "weekdays"),
            (self.ordinal not in {1, 2, 3, 4, -1}, "ordinal"),
            (not 1 <= self.day <= 31, "day"),
            (not 1 <= self.month <= 12, "month"),
            (self.frequency is Frequency.YEARLY and self.day > _longest(self.month), "day"),
            (self.at.tzinfo is not None, "at"),
            (not 1970 <= self.starts_on.year < _LAST_DAY.year, "starts_on"),
            (self.ends_on is not None and self.ends_on < self.starts_on, "ends_on"),
        ):
            if is_wrong:
                raise RecurrenceError("recurrence_invalid", field)

    def names(self, day: date) -> bool:
        """Whether the rule names this day, before days off are looked at."""
        if day < self.starts_on or (self.ends_on is not None and day > self.ends_on):
            return False
        match self.frequency:
            case Frequency.DAILY:
                return True
            case Frequency.WEEKLY:
                return day.weekday() in self.weekdays
            case Frequency.MONTH_DAY:
                return day.day == _within(day.year, day.month, self.day)
            case Frequency.MONTH_WEEKDAY:
                return day.weekday() in self.weekdays and _is_nth(day, self.ordinal)
            case Frequency.YEARLY:
                return day.month == self.month and day.day == _within(day.year, day.month, self.day)


def every_day_works(_: date) -> bool:
    """The calendar of those who have none."""
    return True


def days(rule: Rule, since: date, works: Callable[[date], bool] = every_day_works) -> Iterator[date]:
    """The days from `since` on, ascending, each once; ends where the rule ends or finds nothing for years."""
    day = max(rule.starts_on, since - _SHIFT_DAYS_MAX * _DAY)
    idle_until = _years_after(max(day, since))
    last: date | None = None
    while day < min(idle_until, _LAST_DAY) and (rule.ends_on is None or day <= rule.ends_on):
        moved = _moved(rule, day, works) if rule.names(day) else None
        if moved is not None and moved >= since and (last is None or moved > last):
            last = moved
            idle_until = _years_after(day)
            yield moved
        day += _DAY


def moments(
    rule: Rule, after: datetime, works: Callable[[date], bool] = every_day_works
) -> Iterator[datetime]:
    """The instants strictly after `after`, in UTC, ascending, each once."""
    local = after.astimezone(rule.zone).date()
    for day in days(rule, max(local - _DAY, date.min + _DAY), works):
        moment = datetime.combine(day, rule.at, rule.zone).astimezone(UTC)
        if moment > after:  # where a whole day was left out of the calendar, two days share one instant
            after = moment
            yield moment


def coming(
    rule: Rule, after: datetime, count: int, works: Callable[[date], bool] = every_day_works
) -> list[datetime]:
    """The next `count` instants after `after`; fewer when the rule ends before."""
    return list(islice(moments(rule, after, works), count))


def missed(
    rule: Rule, after: datetime, until: datetime, works: Callable[[date], bool] = every_day_works
) -> datetime | None:
    """The latest instant after `after` and not after `until`: one, however many went by."""
    latest: datetime | None = None
    for moment in moments(rule, after, works):
        if moment > until:
            break
        latest = moment
    return latest


def _moved(rule: Rule, day: date, works: Callable[[date], bool]) -> date | None:
    if rule.day_off is DayOff.KEEP or works(day):
        return day
    if rule.day_off is DayOff.SKIP:
        return None
    step = _DAY if rule.day_off is DayOff.NEXT else -_DAY
    for distance in range(1, _SHIFT_DAYS_MAX + 1):
        candidate = day + distance * step
        if candidate < rule.starts_on or (rule.ends_on is not None and candidate > rule.ends_on):
            return None
        if works(candidate):
            return candidate
    return None


def _is_nth(day: date, ordinal: int) -> bool:
    if ordinal > 0:
        return (day.day - 1) // 7 + 1 == ordinal
    return day.day + 7 > monthrange(day.year, day.month)[1]


def _within(year: int, month: int, day: int) -> int:
    return min(day, monthrange(year, month)[1])


def _longest(month: int) -> int:
    return monthrange(2000, month)[1]  # a leap year


def _years_after(day: date) -> date:
    return day + _YEARS_AHEAD * 366 * _DAY if day.year + _YEARS_AHEAD + 1 < _LAST_DAY.year else _LAST_DAY
