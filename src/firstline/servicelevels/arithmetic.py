"""Working time: calendars as values, and exact arithmetic over them in any time zone.

A window belongs to the local day on which it starts, also when it passes midnight. When the clocks change, a
skipped wall-clock time means the instant it would have been without the change, a repeated one its first
occurrence (PEP 495, fold 0); what counts is the time that really passes in between.
Instants are taken to the whole second. Everything here is pure and safe to call from any thread.
"""

import bisect
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400
_BLOCK_DAYS = 32
_IDLE_BLOCKS_MAX = 20 * 366 // _BLOCK_DAYS  # so long without one working second: the calendar is empty
_BLOCKS_MAX = 200 * 366 // _BLOCK_DAYS  # nobody promises anything further ahead
_YEARS = (1000, 9000)  # within these no conversion between zones runs out of the calendar
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)


class CalendarError(ValueError):
    """A calendar or a question to it makes no sense; `code` is stable, `value` is what was given."""

    def __init__(self, code: str, value: object = "") -> None:
        super().__init__(f"{code}: {value}")
        self.code = code
        self.value = value


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Working time between two times of day, in seconds after local midnight; past 86,400 is the next day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        longest = DAY_SECONDS if self.start == 0 else DAY_SECONDS - 1
        if not (0 <= self.start < DAY_SECONDS and 0 < self.end - self.start <= longest):
            raise CalendarError("window_invalid", f"{self.start}-{self.end}")

    @classmethod
    def parse(cls, start: str, end: str) -> "Window":
        """Read times such as "09:00" or "24:00"; an end before the start is on the next day."""
        first, last = parse_time(start), parse_time(end)
        if first == last:
            raise CalendarError("window_empty", f"{start}-{end}")
        return cls(first, last if last > first else last + DAY_SECONDS)

    def words(self) -> tuple[str, str]:
        """The window as two times of day, the inverse of `parse`."""
        end = self.end if self.end <= DAY_SECONDS else self.end - DAY_SECONDS
        return format_time(self.start), format_time(end)


Windows = tuple[Window, ...]
Week = tuple[Windows, Windows, Windows, Windows, Windows, Windows, Windows]


def parse_time(text: str) -> int:
    """Seconds after midnight of "9:00", "09:00" or "09:00:30"; up to "24:00". Raises CalendarError."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise CalendarError("time_invalid", text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > DAY_SECONDS:
        raise CalendarError("time_invalid", text)
    return total


def format_time(seconds: int) -> str:
    """Time of day as "HH:MM", with seconds only where there are some."""
    minutes, rest = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{rest:02d}" if rest else text


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that IANA name. Raises CalendarError for a name no table knows."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError) as error:
        raise CalendarError("zone_unknown", name) from error


@dataclass(frozen=True)
class Calendar:
    """When work is done: a weekly pattern in one zone, days off, and days that follow a pattern of their own.

    `extra_days` replace the date's windows altogether (make-up workdays, short days), also on a holiday.
    """

    zone: str
    week: Week
    holidays: frozenset[date] = frozenset()
    yearly_holidays: frozenset[tuple[int, int]] = frozenset()
    extra_days: Mapping[date, Windows] = field(default_factory=dict)
    _blocks: dict[int, "_Block"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if len(self.week) != 7:
            raise CalendarError("week_invalid", len(self.week))

    def windows_on(self, day: date) -> Windows:
        """The windows that start on this local date, as written."""
        replaced = self.extra_days.get(day)
        if replaced is not None:
            return replaced
        if day in self.holidays or (day.month, day.day) in self.yearly_holidays:
            return ()
        return self.week[day.weekday()]

    def block(self, number: int) -> "_Block":
        """The worked-out intervals of 32 days, built on first use."""
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = _Block.build(self, number)
        return block


@dataclass(frozen=True, slots=True)
class _Block:
    """The working intervals that start within 32 days, as instants, with running totals for bisection."""

    starts: list[int]
    ends: list[int]
    before: list[int]  # working seconds of the block before interval i; one more item than intervals

    @classmethod
    def build(cls, calendar: Calendar, number: int) -> "_Block":
        zone = zone_of(calendar.zone)
        first = number * _BLOCK_DAYS
        reached = max((end for _, end in _day_intervals(calendar, zone, first - 1)), default=-(2**62))
        starts: list[int] = []
        ends: list[int] = []
        before = [0]
        for ordinal in range(first, first + _BLOCK_DAYS):
            for start, end in _day_intervals(calendar, zone, ordinal):
                begin = max(start, reached)
                if end > begin:
                    starts.append(begin)
                    ends.append(end)
                    before.append(before[-1] + end - begin)
                    reached = end
        return cls(starts, ends, before)

    @property
    def total(self) -> int:
        return self.before[-1]

    def seconds_before(self, instant: int) -> int:
        """Working seconds of this block that lie before the instant."""
        index = bisect.bisect_right(self.starts, instant) - 1
        if index < 0:
            return 0
        return self.before[index] + min(instant, self.ends[index]) - self.starts[index]

    def instant_after(self, seconds: int) -> int:
        """The first instant by which this block has given so many working seconds (1 up to its total)."""
        index = bisect.bisect_left(self.before, seconds) - 1
        return self.starts[index] + seconds - self.before[index]


def _day_intervals(calendar: Calendar, zone: ZoneInfo, ordinal: int) -> Sequence[tuple[int, int]]:
    """The windows of one local day as instants, in order; they may still overlap."""
    day = date.fromordinal(ordinal)
    windows = calendar.windows_on(day)
    if not windows:
        return ()
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall clock, the zone follows
    return sorted((_instant(midnight, w.start, zone), _instant(midnight, w.end, zone)) for w in windows)


def _instant(midnight: datetime, seconds: int, zone: ZoneInfo) -> int:
    wall = (midnight + timedelta(seconds=seconds)).replace(tzinfo=zone)
    return int((wall - _EPOCH).total_seconds())


def add_working_seconds(calendar: Calendar, start: datetime, seconds: int) -> datetime:
    """The earliest instant (in UTC) by which so many working seconds have passed since `start`.

    Zero seconds end at once, also outside working time. Raises CalendarError for a negative number, for a
    start without a zone, when the calendar has no working time to give, and for an end centuries ahead.
    """
    if seconds < 0:
        raise CalendarError("seconds_negative", seconds)
    instant = _epoch(start)
    if seconds == 0:
        return _EPOCH + timedelta(seconds=instant)
    number = _block_number(calendar, instant, days=-1)
    idle = 0
    for ahead in range(number, number + _BLOCKS_MAX):
        block = calendar.block(ahead)
        past = block.seconds_before(instant)
        if block.total - past >= seconds:
            return _EPOCH + timedelta(seconds=block.instant_after(past + seconds))
        idle = 0 if block.total else idle + 1
        if idle > _IDLE_BLOCKS_MAX:
            raise CalendarError("no_working_time", calendar.zone)
        seconds -= block.total - past
    raise CalendarError("end_too_far", start.isoformat())


def working_seconds_between(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Working seconds from `start` to `end`; negative when `end` comes first. Raises CalendarError."""
    first, last = _epoch(start), _epoch(end)
    if last < first:
        return -working_seconds_between(calendar, end, start)
    low = _block_number(calendar, first, days=-1)
    high = _block_number(calendar, last)
    return sum(
        calendar.block(number).seconds_before(last) - calendar.block(number).seconds_before(first)
        for number in range(low, high + 1)
    )


def _epoch(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise CalendarError("instant_without_zone", moment.isoformat())
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise CalendarError("instant_out_of_range", moment.isoformat())
    return math.floor((moment - _EPOCH).total_seconds())


def _block_number(calendar: Calendar, instant: int, days: int = 0) -> int:
    local = (_EPOCH + timedelta(seconds=instant)).astimezone(zone_of(calendar.zone))
    return (local.toordinal() + days) // _BLOCK_DAYS
