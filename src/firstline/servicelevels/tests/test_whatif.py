"""What-if questions as they come from files."""

import pytest

from firstline.servicelevels.arithmetic import CalendarError
from firstline.servicelevels.whatif import answer

SHANGHAI = {
    "zone": "Asia/Shanghai",
    "week": {str(day): [["09:00", "12:00"], ["13:00", "17:00"]] for day in range(5)},
    "holidays": ["2026-10-01"],
    "yearly_holidays": ["12-25"],
    "extra_days": {"2026-10-10": [["09:00", "17:00"]]},
}


def asked(**changed):
    return {"id": 1, "tz": "Asia/Shanghai", "calendar": SHANGHAI, "start": "2026-09-30T16:00:00", **changed}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"seconds": 7200}, {"id": 1, "end": "2026-10-02T10:00:00"}),
        (
            {"seconds": 7200, "tz": "UTC", "start": "2026-09-30T08:00:00"},
            {"id": 1, "end": "2026-10-02T02:00:00"},
        ),
        ({"seconds": 60, "start": "2026-09-30T08:00:00Z"}, {"id": 1, "end": "2026-09-30T16:01:00+08:00"}),
        ({"seconds": 60, "tz": None}, {"id": 1, "end": "2026-09-30T16:01:00"}),
        ({"end": "2026-10-02T10:00:00"}, {"id": 1, "seconds": 7200}),
        ({"end": "2026-09-30T15:00:00"}, {"id": 1, "seconds": -3600}),
    ],
)
def test_question_is_answered_in_its_own_zone(changed, expected):
    assert answer(asked(**changed)) == expected


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"seconds": "many"}, "seconds_invalid"),
        ({"seconds": True}, "seconds_invalid"),
        ({"seconds": -1}, "seconds_negative"),
        ({"seconds": 1, "start": "tomorrow"}, "instant_invalid"),
        ({"seconds": 1, "tz": "Mars/Base"}, "zone_unknown"),
        ({"seconds": 1, "calendar": None}, "calendar_missing"),
    ],
)
def test_question_that_makes_no_sense_is_named(changed, code):
    with pytest.raises(CalendarError) as caught:
        answer(asked(**changed))

    assert caught.value.code == code
