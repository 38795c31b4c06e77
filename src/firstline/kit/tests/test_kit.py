from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.kit import clock, ids, text
from firstline.kit.actor import ANONYMOUS, SYSTEM, Actor
from firstline.kit.errors import NotAllowed


def test_frozen_clock_stands_still_until_advanced() -> None:
    start = datetime(2026, 2, 14, 9, tzinfo=UTC)

    with clock.frozen(start):
        clock.advance(timedelta(hours=2))
        later = clock.now()

    assert later == start + timedelta(hours=2)


def test_uuid7_sorts_by_time_and_is_version_7() -> None:
    made = [ids.uuid7() for _ in range(50)]

    assert {value.version for value in made} == {7}
    assert [m.int >> 80 for m in made] == sorted(m.int >> 80 for m in made)


@given(st.text())
def test_clean_line_is_one_safe_line(value: str) -> None:
    cleaned = text.clean_line(value, 50)

    assert len(cleaned) <= 50
    assert not any(ord(c) < 32 or "\u202a" <= c <= "\u202e" for c in cleaned)


@pytest.mark.parametrize(
    ("sample", "language"),
    [("VPN 连不上，提示错误 809", "zh-hans"), ("Outlook hangs", "en"), ("", "en"), ("809", "en")],
)
def test_guess_language(sample: str, language: str) -> None:
    assert text.guess_language(sample) == language


def test_actor_check_raises_what_is_missing() -> None:
    someone = Actor(kind="person", id=1, permissions=frozenset({"tickets:ticket:view"}))

    someone.check("tickets:ticket:view")
    SYSTEM.check("tickets:ticket:close")
    with pytest.raises(NotAllowed) as caught:
        ANONYMOUS.check("tickets:ticket:view")

    assert caught.value.params == {"permission": "tickets:ticket:view"}
