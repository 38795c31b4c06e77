"""What-if questions to a calendar as JSON objects: when is so much work done, or how much lies between."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from firstline.servicelevels.arithmetic import (
    CalendarError,
    add_working_seconds,
    working_seconds_between,
    zone_of,
)
from firstline.servicelevels.notation import calendar_from_json


def answer(question: Mapping[str, object]) -> dict[str, object]:
    """`{"id", "end"}` for a question with "seconds", `{"id", "seconds"}` for one with "end".

    "start" and "end" are read in the zone "tz" (the calendar's where none is given) and answered in it; times
    that carry an offset are answered with one. Raises CalendarError for what makes no sense.
    """
    form = question.get("calendar")
    if not isinstance(form, Mapping):
        raise CalendarError("calendar_missing", form)
    calendar = calendar_from_json(form)
    zone = zone_of(str(question.get("tz") or calendar.zone))
    start, has_offset = _moment(question.get("start"), zone)
    if question.get("end") is not None:
        end, _ = _moment(question["end"], zone)
        return {"id": question.get("id"), "seconds": working_seconds_between(calendar, start, end)}
    seconds = question.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise CalendarError("seconds_invalid", seconds)
    due = add_working_seconds(calendar, start, seconds).astimezone(zone)
    return {"id": question.get("id"), "end": (due if has_offset else due.replace(tzinfo=None)).isoformat()}


def _moment(text: object, zone: tzinfo) -> tuple[datetime, bool]:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise CalendarError("instant_invalid", text) from error
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone), False
    return moment, True
