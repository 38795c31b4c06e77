from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firstline.presets.recurrence import (
    DayOff,
    Frequency,
    RecurrenceError,
    Rule,
    coming,
    days,
    missed,
    moments,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]


def rule(
    frequency: Frequency = Frequency.DAILY,
    *,
    starts_on: date = date(2026, 1, 1),
    at: time = time(8),
    zone: ZoneInfo = BERLIN,
    weekdays: frozenset[int] = frozenset(),
    ordinal: int = 1,
    day: int = 1,
    month: int = 1,
    ends_on: date | None = None,
    day_off: DayOff = DayOff.KEEP,
) -> Rule:
    return Rule(frequency, starts_on, at, zone, weekdays, ordinal, day, month, ends_on, day_off)


def first(found: Rule, count: int, works: Callable[[date], bool] = lambda _: True) -> list[str]:
    return [day.isoformat() for day in islice(days(found, date(2026, 1, 1), works), count)]


def on_weekdays(day: date) -> bool:
    return day.weekday() < 5


def test_first_monday_is_the_first_monday_of_each_month() -> None:
    found = rule(Frequency.MONTH_WEEKDAY, weekdays=frozenset({0}))

    assert first(found, 4) == ["2026-01-05", "2026-02-02", "2026-03-02", "2026-04-06"]


def test_last_friday_is_the_fourth_or_fifth() -> None:
    found = rule(Frequency.MONTH_WEEKDAY, weekdays=frozenset({4}), ordinal=-1)

    assert first(found, 3) == ["2026-01-30", "2026-02-27", "2026-03-27"]


def test_weekly_takes_each_day_named() -> None:
    assert first(rule(Frequency.WEEKLY, weekdays=frozenset({1, 3})), 3) == [
        "2026-01-01",
        "2026-01-06",
        "2026-01-08",
    ]


def test_day_a_month_lacks_is_its_last() -> None:
    assert first(rule(Frequency.MONTH_DAY, day=31), 4) == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
    ]


def test_leap_day_comes_every_year() -> None:
    assert first(rule(Frequency.YEARLY, day=29, month=2), 3) == ["2026-02-28", "2027-02-28", "2028-02-29"]


@pytest.mark.parametrize(
    ("day_off", "expected"),
    [
        (DayOff.KEEP, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        (DayOff.SKIP, ["2026-03-31", "2026-04-30", "2026-06-30"]),
        (DayOff.NEXT, ["2026-02-02", "2026-03-02", "2026-03-31"]),
        (DayOff.PREVIOUS, ["2026-01-30", "2026-02-27", "2026-03-31"]),
    ],
)
def test_day_off_is_kept_skipped_or_moved(day_off: DayOff, expected: list[str]) -> None:
    assert first(rule(Frequency.MONTH_DAY, day=31, day_off=day_off), 3, on_weekdays) == expected


def test_days_moved_together_count_once() -> None:
    found = rule(Frequency.WEEKLY, weekdays=frozenset({5, 6}), day_off=DayOff.NEXT)

    assert first(found, 2, on_weekdays) == ["2026-01-05", "2026-01-12"]


def test_nothing_moves_before_the_start() -> None:
    found = rule(Frequency.MONTH_DAY, day=3, starts_on=date(2026, 1, 3), day_off=DayOff.PREVIOUS)

    assert first(found, 1, on_weekdays) == ["2026-02-03"]


@pytest.mark.parametrize("day_off", [DayOff.SKIP, DayOff.NEXT, DayOff.PREVIOUS])
def test_calendar_without_working_days_ends(day_off: DayOff) -> None:
    assert first(rule(Frequency.MONTH_DAY, day_off=day_off), 1, lambda _: False) == []


def test_nothing_moves_past_the_end() -> None:
    found = rule(Frequency.MONTH_DAY, day=31, ends_on=date(2026, 1, 31), day_off=DayOff.NEXT)

    assert first(found, 1, on_weekdays) == []


def test_day_left_out_of_the_calendar_is_not_counted_twice() -> None:
    after = datetime(2011, 12, 29, 12, tzinfo=UTC)

    found = coming(rule(starts_on=date(2011, 1, 1), zone=ZoneInfo("Pacific/Apia")), after, 3)

    assert [moment.isoformat()[:13] for moment in found] == [
        "2011-12-29T18",
        "2011-12-30T18",
        "2011-12-31T18",
    ]


def test_end_is_the_last_day() -> None:
    found = rule(ends_on=date(2026, 1, 2))

    assert first(found, 9) == ["2026-01-01", "2026-01-02"]


def test_wall_clock_time_stays_when_clocks_change() -> None:
    after = datetime(2026, 3, 28, tzinfo=UTC)

    assert [moment.hour for moment in coming(rule(), after, 2)] == [7, 6]


def test_skipped_time_is_the_instant_it_would_have_been() -> None:
    after = datetime(2026, 3, 28, 12, tzinfo=UTC)

    assert coming(rule(at=time(2, 30)), after, 1) == [datetime(2026, 3, 29, 1, 30, tzinfo=UTC)]


def test_repeated_time_comes_once() -> None:
    after = datetime(2026, 10, 24, 12, tzinfo=UTC)

    found = coming(rule(at=time(2, 30)), after, 2)

    assert found == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]


def test_missed_gives_one_after_a_long_stop() -> None:
    after, until = datetime(2026, 2, 1, 7, tzinfo=UTC), datetime(2026, 2, 20, 12, tzinfo=UTC)

    assert missed(rule(), after, until) == datetime(2026, 2, 20, 7, tzinfo=UTC)
    assert missed(rule(), until, until + timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: rule(Frequency.WEEKLY), "weekdays"),
        (lambda: rule(Frequency.WEEKLY, weekdays=frozenset({7})), "weekdays"),
        (lambda: rule(Frequency.MONTH_WEEKDAY, weekdays=frozenset({1, 2})), "weekdays"),
        (lambda: rule(ordinal=5), "ordinal"),
        (lambda: rule(day=32), "day"),
        (lambda: rule(month=13), "month"),
        (lambda: rule(Frequency.YEARLY, day=30, month=2), "day"),
        (lambda: rule(at=time(8, tzinfo=UTC)), "at"),
        (lambda: rule(starts_on=date(1969, 12, 31)), "starts_on"),
        (lambda: rule(ends_on=date(2025, 12, 31)), "ends_on"),
    ],
)
def test_rule_without_sense_is_refused(make: Callable[[], Rule], field: str) -> None:
    with pytest.raises(RecurrenceError) as caught:
        make()

    assert caught.value.field == field


@st.composite
def any_rule(draw: st.DrawFn) -> Rule:
    frequency = draw(st.sampled_from(Frequency))
    month = draw(st.integers(1, 12))
    one = frequency is Frequency.MONTH_WEEKDAY
    return rule(
        frequency,
        starts_on=draw(st.dates(date(2009, 1, 1), date(2035, 1, 1))),
        at=draw(st.times()).replace(tzinfo=None, microsecond=0),
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1, max_size=1 if one else 7)),
        ordinal=draw(st.sampled_from([1, 2, 3, 4, -1])),
        day=draw(st.integers(1, 28 if frequency is Frequency.YEARLY else 31)),
        month=month,
        day_off=draw(st.sampled_from(DayOff)),
    )


instants = st.datetimes(datetime(2010, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC))


@settings(max_examples=60, deadline=None)
@given(found=any_rule(), after=instants)
def test_moments_ascend_and_lie_on_days_the_rule_gives(found: Rule, after: datetime) -> None:
    given_moments = coming(found, after, 6, on_weekdays)

    assert all(moment > after for moment in given_moments)
    assert all(early < late for early, late in pairwise(given_moments))
    if found.day_off is not DayOff.KEEP and found.zone.key != "Pacific/Apia":
        assert all(on_weekdays(moment.astimezone(found.zone).date()) for moment in given_moments)


@settings(max_examples=60, deadline=None)
@given(found=any_rule(), after=instants, cut=st.integers(0, 5))
def test_list_is_the_same_wherever_one_starts_to_read(found: Rule, after: datetime, cut: int) -> None:
    whole = coming(found, after, 7, on_weekdays)
    assume(cut < len(whole))  # "Saturdays, left out when not a working day" names none

    rest = coming(found, whole[cut], 6 - cut, on_weekdays)

    assert rest == whole[cut + 1 :]


@settings(max_examples=60, deadline=None)
@given(found=any_rule(), after=instants, stop=st.timedeltas(timedelta(0), timedelta(days=900)))
def test_missed_is_the_last_that_went_by(found: Rule, after: datetime, stop: timedelta) -> None:
    until = after + stop
    went_by = []
    for moment in moments(found, after, on_weekdays):
        if moment > until:
            break
        went_by.append(moment)

    assert missed(found, after, until, on_weekdays) == (went_by[-1] if went_by else None)
