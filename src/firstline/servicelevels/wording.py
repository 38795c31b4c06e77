"""Hours and spans of time as people type them, and back."""

import re
from collections.abc import Sequence

from firstline.kit.errors import InvalidInput

_SPAN = re.compile(r"(\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)\s*[-–—~～至到]\s*(\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)")
_BETWEEN = re.compile(r"[\s,，;；、]*")
_DURATION = re.compile(
    r"(?:(?P<hours>\d{1,4})\s*(?:h|小时))?\s*(?:(?P<minutes>\d{1,5})\s*(?:m|min|分|分钟))?", re.IGNORECASE
)
_MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")


def read_windows(text: str, field: str) -> list[list[str]]:
    """ "08:00-12:00, 13:00-18:00" as pairs; nothing means closed. Raises InvalidInput for `field`."""
    pairs, reached = [], 0
    for match in _SPAN.finditer(text):
        _only_separators(text[reached : match.start()], text, field)
        pairs.append([part.replace("：", ":").zfill(5) for part in match.groups()])
        reached = match.end()
    _only_separators(text[reached:], text, field)
    return pairs


def windows_text(windows: Sequence[Sequence[str]]) -> str:
    """The inverse of `read_windows`."""
    return ", ".join(f"{start}-{end}" for start, end in windows)


def read_month_days(text: str, field: str) -> list[str]:
    """ "12-25, 1-1" as ["12-25", "01-01"]. Raises InvalidInput for `field`."""
    days = []
    for part in re.split(r"[\s,，;；、]+", text.strip()):
        match = _MONTH_DAY.fullmatch(part)
        if match:
            days.append(f"{int(match[1]):02d}-{int(match[2]):02d}")
        elif part:
            raise InvalidInput("calendar_month_day_invalid", field=field, value=part)
    return days


def read_duration(text: str, field: str) -> int:
    """ "4h", "1h 30m", "15m" in seconds. Raises InvalidInput for `field`."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not (match["hours"] or match["minutes"]):
        raise InvalidInput("target_invalid", field=field, value=text)
    return int(match["hours"] or 0) * 3600 + int(match["minutes"] or 0) * 60


def duration_text(seconds: int) -> str:
    """The inverse of `read_duration`."""
    hours, minutes = divmod(seconds // 60, 60)
    return " ".join([*([f"{hours}h"] if hours else []), *([f"{minutes}m"] if minutes or not hours else [])])


def _only_separators(between: str, text: str, field: str) -> None:
    if not _BETWEEN.fullmatch(between):
        raise InvalidInput("calendar_window_invalid", field=field, value=text)
