"""Working time against a naive calculator that steps through time and reads the wall clock."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firstline.servicelevels.arithmetic import (
    Calendar,
    CalendarError,
    Window,
    add_working_seconds,
    parse_time,
    working_seconds_between,
)
from firstline.servicelevels.notation import calendar_from_json, calendar_to_json

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
)
OFFICE = {str(day): [["09:00", "12:00"], ["13:00", "17:00"]] for day in range(5)}


def calendar(zone="UTC", week=OFFICE, **more):
    return calendar_from_json({"zone": zone, "week": week, **more})


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def open_by_the_wall_clock(cal, instant):
    """Whether the wall clock of the zone shows a time within a window of today or of yesterday."""
    wall = instant.astimezone(ZoneInfo(cal.zone)).replace(tzinfo=None)
    midnight = wall.replace(hour=0, minute=0, second=0)
    seconds = int((wall - midnight).total_seconds())
    today, yesterday = wall.date(), wall.date() - timedelta(days=1)
    return any(w.start <= seconds < w.end for w in cal.windows_on(today)) or any(
        seconds + 86_400 < w.end for w in cal.windows_on(yesterday)
    )


def naive_add(cal, start, seconds, step, limit):
    while seconds > 0:
        assume(start < limit)
        if open_by_the_wall_clock(cal, start):
            seconds -= step
        start += timedelta(seconds=step)
    return start


def naive_between(cal, start, end, step):
    total = 0
    while start < end:
        if open_by_the_wall_clock(cal, start):
            total += step
        start += timedelta(seconds=step)
    return total


def ordinary_wall_times(cal, start, days):
    """No window begins or ends at a wall-clock time that is skipped or repeated in these days."""
    zone = ZoneInfo(cal.zone)
    first = start.astimezone(zone).date() - timedelta(days=2)
    for day in (first + timedelta(days=n) for n in range(days + 4)):
        for seconds in {edge for w in cal.windows_on(day) for edge in (w.start, w.end)}:
            wall = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
            if wall.replace(tzinfo=zone).utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset():
                return False
    return True


@st.composite
def windows(draw, step):
    result = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, 86_400 // step - 1)) * step
        result.append(Window(start, start + draw(st.integers(1, 86_400 // step - 1)) * step))
    return tuple(sorted(result))


@st.composite
def calendars(draw, step=60):
    days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
    pattern = draw(st.lists(windows(step), min_size=2, max_size=2))
    return Calendar(
        zone=draw(st.sampled_from(ZONES)),
        week=(*(pattern[0],) * 5, pattern[1], pattern[1]),
        holidays=frozenset(draw(st.lists(days, max_size=20))),
        yearly_holidays=frozenset((d.month, d.day) for d in draw(st.lists(days, max_size=20))),
        extra_days={day: draw(windows(step)) for day in draw(st.lists(days, max_size=5))},
    )


CHANGES = (
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 9, 6),
    date(2026, 10, 4),
    date(2026, 11, 1),
)
moments = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from(CHANGES) | st.dates(date(2026, 1, 3), date(2026, 12, 20)),
    st.integers(-1500, 1500),
)


@settings(max_examples=150, deadline=None)
@given(calendars(), moments, st.integers(0, 3 * 1440))
def test_seconds_between_equal_the_naive_count(cal, start, minutes):
    end = start + timedelta(minutes=minutes)
    assume(ordinary_wall_times(cal, start, 4))

    assert working_seconds_between(cal, start, end) == naive_between(cal, start, end, 60)
    assert working_seconds_between(cal, end, start) == -naive_between(cal, start, end, 60)


@settings(max_examples=100, deadline=None)
@given(calendars(), moments, st.integers(0, 900))
def test_added_seconds_end_where_the_naive_count_ends(cal, start, minutes):
    assume(ordinary_wall_times(cal, start, 6))
    expected = naive_add(cal, start, minutes * 60, 60, start + timedelta(days=5))

    assert add_working_seconds(cal, start, minutes * 60) == expected


@settings(max_examples=25, deadline=None)
@given(calendars(step=1), moments, st.integers(0, 59), st.integers(1, 5000))
def test_arithmetic_is_right_to_the_second(cal, start, second, seconds):
    start += timedelta(seconds=second)
    end = start + timedelta(seconds=seconds)
    assume(ordinary_wall_times(cal, start, 2))

    worked = working_seconds_between(cal, start, end)

    assert worked == naive_between(cal, start, end, 1)
    if worked:
        assert add_working_seconds(cal, start, worked) <= end
        assert working_seconds_between(cal, start, add_working_seconds(cal, start, worked)) == worked


@settings(max_examples=100, deadline=None)
@given(calendars(), moments, st.integers(0, 10**6), st.integers(0, 10**6))
def test_adding_in_two_steps_equals_adding_at_once(cal, start, first, second):
    assume(any(cal.week))

    middle = add_working_seconds(cal, start, first)
    end = add_working_seconds(cal, start, first + second)

    assert add_working_seconds(cal, middle, second) == end
    assert working_seconds_between(cal, start, end) == first + second


@given(calendars())
def test_calendar_survives_its_json_form(cal):
    assert calendar_from_json(calendar_to_json(cal)) == cal


def test_make_up_workday_and_golden_week():
    cal = calendar(
        "Asia/Shanghai",
        holidays=[f"2026-10-0{day}" for day in range(1, 9)],
        extra_days={"2026-10-10": [["09:00", "17:00"]]},
    )

    end = add_working_seconds(cal, at("2026-09-30T16:00", "Asia/Shanghai"), 2 * 3600)
    saturday = working_seconds_between(
        cal, at("2026-10-10T00:00", "Asia/Shanghai"), at("2026-10-11T00:00", "Asia/Shanghai")
    )

    assert end == at("2026-10-09T10:00", "Asia/Shanghai")
    assert saturday == 8 * 3600


def test_extra_day_wins_over_holidays_and_may_close_a_day():
    cal = calendar(
        holidays=["2026-12-24"],
        yearly_holidays=["12-24"],
        extra_days={"2026-12-24": [["10:00", "11:00"]], "2026-12-23": []},
    )

    assert working_seconds_between(cal, at("2026-12-23T00:00"), at("2026-12-25T00:00")) == 3600


def test_night_window_belongs_to_the_day_it_starts_on():
    cal = calendar(week={"4": [["22:00", "06:00"]]}, holidays=["2026-10-09"])

    friday = working_seconds_between(cal, at("2026-10-02T00:00"), at("2026-10-04T00:00"))
    holiday = working_seconds_between(cal, at("2026-10-09T00:00"), at("2026-10-11T00:00"))

    assert (friday, holiday) == (8 * 3600, 0)


def test_round_the_clock_day_is_23_and_25_hours_when_the_clocks_change():
    cal = calendar("Europe/Berlin", week={str(day): [["00:00", "24:00"]] for day in range(7)})
    hours = [
        working_seconds_between(
            cal, at(f"{day}T00:00", "Europe/Berlin"), at(f"{after}T00:00", "Europe/Berlin")
        )
        / 3600
        for day, after in (("2026-03-29", "2026-03-30"), ("2026-10-25", "2026-10-26"))
    ]

    assert hours == [23, 25]


def test_skipped_and_repeated_edges_follow_the_documented_rule():
    cal = calendar("America/New_York", week={"6": [["01:30", "02:30"]]})

    spring = working_seconds_between(cal, at("2026-03-08T00:00"), at("2026-03-09T00:00"))
    autumn = working_seconds_between(cal, at("2026-11-01T00:00"), at("2026-11-02T00:00"))

    assert (spring, autumn) == (3600, 2 * 3600)


def test_work_ends_with_the_window_not_at_the_next_one():
    assert add_working_seconds(calendar(), at("2026-11-02T09:00"), 7 * 3600) == at("2026-11-02T17:00")


def test_zero_seconds_end_at_once_outside_working_time():
    assert add_working_seconds(calendar(), at("2026-11-01T03:00"), 0) == at("2026-11-01T03:00")


def test_overlapping_windows_count_once():
    cal = calendar(week={"0": [["09:00", "12:00"], ["11:00", "13:00"]], "1": [["00:00", "02:00"]]})

    assert working_seconds_between(cal, at("2026-11-02T00:00"), at("2026-11-03T00:00")) == 4 * 3600


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"zone": "Mars/Base"}, "zone_unknown"),
        ({"zone": ""}, "zone_unknown"),
        ({"zone": "../etc/passwd"}, "zone_unknown"),
        ({"zone": "UTC", "week": {"7": []}}, "week_invalid"),
        ({"zone": "UTC", "week": []}, "week_invalid"),
        ({"zone": "UTC", "week": {"0": [["9", "17:00"]]}}, "time_invalid"),
        ({"zone": "UTC", "week": {"0": [["09:00", "25:00"]]}}, "time_invalid"),
        ({"zone": "UTC", "week": {"0": [["24:00", "06:00"]]}}, "window_invalid"),
        ({"zone": "UTC", "week": {"0": [["09:00", "09:00"]]}}, "window_empty"),
        ({"zone": "UTC", "week": {"0": [["09:00"]]}}, "window_invalid"),
        ({"zone": "UTC", "week": {"0": "09:00"}}, "window_invalid"),
        ({"zone": "UTC", "holidays": ["2026-02-30"]}, "date_invalid"),
        ({"zone": "UTC", "holidays": "2026-02-03"}, "date_invalid"),
        ({"zone": "UTC", "yearly_holidays": ["13-01"]}, "date_invalid"),
        ({"zone": "UTC", "extra_days": []}, "date_invalid"),
    ],
)
def test_impossible_calendar_is_named(data, code):
    with pytest.raises(CalendarError) as caught:
        calendar_from_json(data)

    assert caught.value.code == code


def test_impossible_questions_are_named():
    empty = calendar(week={})
    with pytest.raises(CalendarError, match="no_working_time"):
        add_working_seconds(empty, at("2026-01-01T00:00"), 1)
    with pytest.raises(CalendarError, match="end_too_far"):
        add_working_seconds(calendar(), at("2026-01-01T00:00"), 10**12)
    with pytest.raises(CalendarError, match="seconds_negative"):
        add_working_seconds(calendar(), at("2026-01-01T00:00"), -1)
    with pytest.raises(CalendarError, match="instant_without_zone"):
        add_working_seconds(calendar(), datetime(2026, 1, 1), 1)
    assert working_seconds_between(empty, at("2026-01-01T00:00"), at("2027-01-01T00:00")) == 0


def test_calendar_has_seven_days_and_an_end():
    with pytest.raises(CalendarError, match="week_invalid"):
        Calendar("UTC", ((),) * 6)
    for year in ("0999", "9001"):
        with pytest.raises(CalendarError, match="instant_out_of_range"):
            add_working_seconds(calendar(), at(f"{year}-01-01T00:00"), 1)
    assert add_working_seconds(calendar("Asia/Shanghai"), at("9000-12-31T00:00"), 86_400).year == 9001


def test_times_of_day_with_seconds_are_read_and_written():
    assert (parse_time("9:05"), parse_time("24:00"), parse_time("00:00:59")) == (32_700, 86_400, 59)
    assert Window.parse("22:00:30", "06:00").words() == ("22:00:30", "06:00")
    assert Window.parse("00:00", "24:00").words() == ("00:00", "24:00")


def test_a_thousand_clocks_cost_under_a_tenth_of_a_second():
    cal = calendar("Europe/Berlin", yearly_holidays=["12-25", "01-01"])
    start = at("2026-01-05T09:17:23", "Europe/Berlin")
    working_seconds_between(cal, start, start + timedelta(days=400))

    began = time.process_time()
    for number in range(1000):
        add_working_seconds(cal, start + timedelta(minutes=number * 97), 3 * 8 * 3600 + number)

    assert time.process_time() - began < 0.1
