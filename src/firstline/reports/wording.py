"""The sentences that say what the figures show."""

import itertools
from datetime import date

from babel.dates import format_skeleton
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firstline.reports.queries import AGE_DAYS, Overview


def headline(page: Overview) -> str:
    """The one thing to know first."""
    if page.late_count:
        return ngettext(
            "One open ticket is past its promise",
            "%(n)s open tickets are past their promise",
            page.late_count,
        ) % {"n": number(page.late_count)}
    if page.risk_count:
        return ngettext("One promise is at risk", "%(n)s promises are at risk", page.risk_count) % {
            "n": number(page.risk_count)
        }
    return _("Every promise holds")


def open_words(page: Overview) -> str:
    """How many tickets are open."""
    words = ngettext("One ticket is open", "%(n)s tickets are open", page.open_count)
    return words % {"n": number(page.open_count)}


def load_title(page: Overview) -> str:
    """Who carries the work."""
    busy = [load for load in page.loads if load.minutes]
    if not busy:
        return _("Nobody has work on the table")
    total = sum(load.minutes for load in busy)
    if busy[0].minutes * 2 > total or len(busy) == 1:
        return _("%(name)s carries most of the work") % {"name": busy[0].name}
    if (busy[0].minutes + busy[1].minutes) * 2 > total:
        names = {"first": busy[0].name, "second": busy[1].name}
        return _("%(first)s and %(second)s carry most of the work") % names
    return _("The work is spread over the team")


def age_title(page: Overview) -> str:
    """How long people have been waiting."""
    old = sum(ages.counts[-1] for ages in page.ages)
    if old:
        return ngettext(
            "One ticket has been open for over a month",
            "%(n)s tickets have been open for over a month",
            old,
        ) % {"n": number(old)}
    if not page.open_count:
        return _("Nothing is open")
    young = sum(ages.counts[0] for ages in page.ages)
    if young * 2 >= page.open_count:
        return _("Most open tickets are from the last day")
    return _("No ticket has been open for over a month")


def flow_title(page: Overview) -> str:
    """Whether the desk keeps up, by the last whole week."""
    if len(page.weeks) < 2:
        return _("What came in and what went out")
    last = page.weeks[-2]
    if last.came > last.went:
        return _("Last week %(n)s more came in than went out") % {"n": number(last.came - last.went)}
    if last.went > last.came:
        return _("Last week %(n)s more went out than came in") % {"n": number(last.went - last.came)}
    return _("Last week as many went out as came in")


def number(value: int) -> str:
    """A whole number with its thousands set apart."""
    return f"{value:,}"


def week_name(monday: date) -> str:
    """The day on which a week began, short."""
    locale = "zh_Hans" if translation.get_language() == "zh-hans" else "en_GB"
    return str(format_skeleton("MMMd", monday, locale=locale))


def age_names() -> list[str]:
    """The age buckets, youngest first."""
    first, *_middle, last = AGE_DAYS
    spans = [
        _("%(first)s to %(last)s days") % {"first": a, "last": b} for a, b in itertools.pairwise(AGE_DAYS)
    ]
    return [
        _("up to %(n)s day") % {"n": first},
        *spans,
        _("over %(n)s days") % {"n": last},
    ]
