"""Times in words: relative when near, absolute on hover, in the reader's zone and language."""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firstline.kit import clock

MINUTE, HOUR, DAY = 60, 3600, 86400
_ENGLISH, _CHINESE = Locale("en", "GB"), Locale("zh", script="Hans")


def _locale() -> Locale:
    language = translation.get_language() or "en"
    return _CHINESE if language.startswith("zh") else _ENGLISH


def _zone() -> tzinfo:
    return timezone.get_current_timezone()


def time_of_day(at: datetime) -> str:
    """09:42"""
    return f"{at.astimezone(_zone()):%H:%M}"


def stamp(at: datetime) -> str:
    """The whole date and time, for hovering and for records."""
    local = at.astimezone(_zone())
    return f"{_full_date(local.date(), _locale())} {local:%H:%M:%S}"


@lru_cache(maxsize=1024)
def _full_date(local: date, locale: Locale) -> str:
    """A page names few days, many times."""
    return str(format_date(local, "full", locale=locale))


def day(at: datetime) -> str:
    """Today, Tomorrow, Yesterday, Thu, 12 Nov, 12 Nov 2025."""
    zone = _zone()
    return _day(at.astimezone(zone), clock.now().astimezone(zone).date())


def _day(local: datetime, today: date) -> str:
    distance = (local.date() - today).days
    if distance == 0:
        return _("Today")
    if distance == 1:
        return _("Tomorrow")
    if distance == -1:
        return _("Yesterday")
    if 1 < distance < 7 or -7 < distance < -1:
        return str(format_date(local, "EEE", locale=_locale()))
    skeleton = "MMMd" if local.year == today.year else "yMMMd"
    return str(format_skeleton(skeleton, local, locale=_locale()))


def when_words(at: datetime) -> str:
    """09:42 today, otherwise with the day; without the time when far away."""
    zone = _zone()
    return _when_words(at.astimezone(zone), clock.now().astimezone(zone).date())


def _when_words(local: datetime, today: date) -> str:
    if local.date() == today:
        return f"{local:%H:%M}"
    if abs((local.date() - today).days) < 7:
        return f"{_day(local, today)} {local:%H:%M}"
    return _day(local, today)


def ago_words(at: datetime) -> str:
    """just now, 9 min ago, 2 h ago, then as `when`."""
    seconds = int((clock.now() - at).total_seconds())
    if seconds < 0 or seconds >= DAY // 2:
        return when_words(at)
    if seconds < MINUTE:
        return _("just now")
    if seconds < HOUR:
        return ngettext("%(n)s min ago", "%(n)s min ago", seconds // MINUTE) % {"n": seconds // MINUTE}
    return ngettext("%(n)s h ago", "%(n)s h ago", seconds // HOUR) % {"n": seconds // HOUR}


def duration(seconds: float | timedelta) -> str:
    """45 s, 18 min, 2 h 10, 3 days."""
    total = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    if total < MINUTE:
        return _("%(n)s s") % {"n": max(total, 0)}
    if total < HOUR:
        return _("%(n)s min") % {"n": total // MINUTE}
    if total < DAY:
        hours, minutes = divmod(total // MINUTE, 60)
        if minutes == 0:
            return _("%(hours)s h") % {"hours": hours}
        return _("%(hours)s h %(minutes)s") % {"hours": hours, "minutes": f"{minutes:02d}"}
    days = total // DAY
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def time_left(due: datetime) -> str:
    """What a clock chip says: 18 min, 2 h 10, Tomorrow 10:30, 12 min over."""
    seconds = int((due - clock.now()).total_seconds())
    if seconds < 0:
        return _("%(time)s over") % {"time": duration(-seconds)}
    if due.astimezone(_zone()).date() == clock.now().astimezone(_zone()).date() or seconds < 6 * HOUR:
        return duration(seconds)
    return when_words(due)


def _element(at: datetime | None, words: str) -> SafeString:
    if at is None:
        return SafeString("")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), stamp(at), words)


def when(at: datetime | None) -> SafeString:
    """A `<time>` with `when_words`; nothing for no time."""
    if at is None:
        return SafeString("")
    zone = _zone()
    return _when(at, clock.now().astimezone(zone).date(), zone, translation.get_language() or "en")


@lru_cache(maxsize=4096)
def _when(at: datetime, today: date, zone: tzinfo, _language: str) -> SafeString:
    """The pages of a day show the same moments again and again; the language is the active one."""
    return _element(at, _when_words(at.astimezone(zone), today))


def ago(at: datetime | None) -> SafeString:
    """A `<time>` with `ago_words`; nothing for no time."""
    return _element(at, ago_words(at) if at else "")
