"""Clocks as chips: words, used share and state, for lists and for one ticket."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markupsafe import Markup

from firstline.kit import clock
from firstline.servicelevels.enums import ClockState, Metric
from firstline.servicelevels.queries import ClockView
from firstline.tickets.enums import OPEN_STATUSES, PAUSED_STATUSES, Status
from firstline.tickets.queries import Row
from firstline.ui.pages import environment
from firstline.ui.times import duration, stamp, time_left, when_words

WARN_PERCENT = 75


@dataclass(frozen=True, slots=True)
class Chip:
    """What the `clock` macro needs; `due` lets the page count down."""

    words: str
    percent: int = 0
    state: str = ""
    due: datetime | None = None
    label: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a list with its chip and the words of its status."""

    row: Row
    chip: Chip
    status_label: str


def items(rows: Iterable[Row]) -> list[Item]:
    """Rows ready for a list; no queries."""
    now = clock.now()
    labels = {status.value: str(status.label) for status in Status}
    return [Item(row, row_chip(row, now), labels[row.status]) for row in rows]


_Draw = Callable[[Item, str, int], str]
_ROWS_KEPT = 4000
_drawn: OrderedDict[tuple[object, ...], str] = OrderedDict()
_drawn_lock = Lock()


def drawn_rows(rows: Iterable[Row], view: str, *, kind: str = "item_row", on: int = 0) -> Markup:
    """Rows of a list as HTML by the macro `kind` of desk/macros.html; `on` is the number of the open one.

    Drawing a row costs more than finding it, and most are drawn again soon, for the same reader or
    another: a drawn row is kept while neither the ticket, the minute nor the reader's language and zone
    changes. Nothing in a row depends on the reader otherwise.
    """
    now = clock.now()
    reader = (kind, view, translation.get_language(), str(timezone.get_current_timezone()))
    minute = int(now.timestamp()) // 60
    draw: _Draw | None = None
    parts = []
    for row in rows:
        key = (row, row.number == on, minute, *reader)
        html = _drawn.get(key)
        if html is None:
            draw = draw or getattr(environment().get_template("desk/macros.html").module, kind)
            html = str(draw(items([row])[0], view, on))
            with _drawn_lock:
                _drawn[key] = html
                if len(_drawn) > _ROWS_KEPT:
                    _drawn.popitem(last=False)
        parts.append(html)
    return Markup("".join(parts))  # noqa: S704 - every part was drawn by an escaping template


def row_chip(row: Row, now: datetime) -> Chip:
    """The next promise of a listed ticket; the ring is the share of the time from asking to its due date."""
    if row.status not in OPEN_STATUSES:
        return Chip(when_words(row.resolved_at), 100, "met") if row.resolved_at else Chip("")
    due = row.due_at
    if due is None:
        return Chip(_("Paused"), 40, "paused") if row.status in PAUSED_STATUSES else Chip("")
    span = (due - row.created_at).total_seconds()
    percent = int(100 * (now - row.created_at).total_seconds() / span) if span > 0 else 100
    state = "late" if due < now else "warn" if percent >= WARN_PERCENT else ""
    return Chip(time_left(due), percent, state, due, stamp(due))


def ticket_chips(clocks: Iterable[ClockView]) -> list[Chip]:
    """The promises of one ticket, first response before resolution."""
    return [_view_chip(view) for view in clocks]


def _view_chip(view: ClockView) -> Chip:
    is_reply = view.metric == Metric.FIRST_RESPONSE
    if view.stopped_at is not None:
        return _stopped(view, is_reply=is_reply)
    name = pgettext("clock", "Reply") if is_reply else pgettext("clock", "Solve")
    if view.state == ClockState.PAUSED or view.due_at is None:
        return Chip(_("Paused"), view.used_percent, "paused", name=name)
    state = "late" if view.is_late else "warn" if view.is_at_risk else ""
    return Chip(time_left(view.due_at), view.used_percent, state, view.due_at, stamp(view.due_at), name)


def _stopped(view: ClockView, *, is_reply: bool) -> Chip:
    took = {"time": duration(view.used_seconds)}
    if view.is_met:
        return Chip(
            _("Replied in %(time)s") % took if is_reply else _("Solved in %(time)s") % took, 100, "met"
        )
    over = {"time": duration(max(0, -view.left_seconds))}
    words = _("Replied %(time)s late") % over if is_reply else _("Solved %(time)s late") % over
    return Chip(words, 100, "late")
