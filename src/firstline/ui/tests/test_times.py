from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from firstline.kit import clock
from firstline.ui import times

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)  # Tuesday, 10:00 in Shanghai


@pytest.fixture(autouse=True)
def shanghai() -> Iterator[None]:
    with clock.frozen(NOW), timezone.override("Asia/Shanghai"):
        yield


def after(**parts: float) -> datetime:
    return NOW + timedelta(**parts)


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (45, "45 s", "45 秒"),
        (1080, "18 min", "18 分钟"),
        (7200, "2 h", "2 小时"),
        (7800, "2 h 10", "2 小时 10 分"),
        (86400, "1 day", "1 天"),
        (300000, "3 days", "3 天"),
    ],
)
def test_duration_is_short(seconds: int, english: str, chinese: str) -> None:
    assert times.duration(seconds) == english
    with translation.override("zh-hans"):
        assert times.duration(seconds) == chinese


@pytest.mark.parametrize(
    ("at", "english", "chinese"),
    [
        (after(minutes=-18), "09:42", "09:42"),
        (after(days=-1), "Yesterday 10:00", "昨天 10:00"),
        (after(days=1, minutes=30), "Tomorrow 10:30", "明天 10:30"),
        (after(days=2), "Thu 10:00", "周四 10:00"),
        (after(days=60), "9 Jan 2027", "2027年1月9日"),
        (after(days=-20), "21 Oct", "10月21日"),
    ],
)
def test_when_is_relative_near_by(at: datetime, english: str, chinese: str) -> None:
    assert times.when_words(at) == english
    with translation.override("zh-hans"):
        assert times.when_words(at) == chinese


def test_ago_counts_then_names_the_day() -> None:
    words = [times.ago_words(after(seconds=-s)) for s in (5, 540, 7200, 90000)]

    assert words == ["just now", "9 min ago", "2 h ago", "Yesterday 09:00"]


def test_time_left_counts_down_names_the_day_and_says_how_late() -> None:
    words = [times.time_left(after(minutes=m)) for m in (18, 130, 60 * 24 + 30, -12)]

    assert words == ["18 min", "2 h 10", "Tomorrow 10:30", "12 min over"]


def test_a_time_element_carries_the_whole_date() -> None:
    shown = times.when(NOW)
    title = "Tuesday, 10 November 2026 10:00:00"

    assert shown == f'<time datetime="2026-11-10T02:00:00+00:00" title="{title}">10:00</time>'
    assert times.when(None) == ""
