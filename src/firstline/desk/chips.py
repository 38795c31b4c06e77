"""Clocks as chips: words, used share and state, for lists and for one ticket."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markupsafe import Markup

from firstline.desk.specs import extra_columns
from firstline.desk.wording import value_label
from firstline.kit import clock
from firstline.servicelevels.enums import ClockState, Metric
from firstline.servicelevels.queries import ClockView, Promise, Rules, rules, used_percents
from firstline.tickets.enums import OPEN_STATUSES, PAUSED_STATUSES, Status
from firstline.tickets.queries import Row
from firstline.ui.pages import environment
from firstline.ui.times import duration, stamp, time_left, when_words


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
    columns: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


def items(rows: Iterable[Row], book: Rules | None = None) -> list[Item]:
    """Rows ready for a list, their rings by the rules in force; no queries where those are at hand."""
    now = clock.now()
    labels = {status.value: str(status.label) for status in Status}
    listed = list(rows)
    chips = row_chips(listed, now, book or rules())
    return [Item(row, chip, labels[row.status]) for row, chip in zip(listed, chips, strict=True)]


_Draw = Callable[[Item, str, int], str]
Extras = Mapping[int, tuple[Any, ...]]
_ROWS_KEPT = 4000
_drawn: OrderedDict[tuple[object, ...], str] = OrderedDict()
_drawn_lock = Lock()


def drawn_rows(
    rows: Iterable[Row],
    view: str,
    *,
    kind: str = "item_row",
    on: int = 0,
    columns: tuple[str, ...] = (),
    extras: Extras | None = None,
) -> Markup:
    """Rows of a list as HTML by the macro `kind` of desk/macros.html; `on` is the number of the open one.

    Drawing a row costs more than finding it, and most are drawn again soon, for the same reader or
    another: a drawn row is kept while neither the ticket, the minute nor the reader's language and zone
    changes. Nothing in a row depends on the reader otherwise. `extras` holds what the `columns` show beyond
    a row, by ticket.
    """
    now = clock.now()
    reader = (kind, view, columns, translation.get_language(), str(timezone.get_current_timezone()))
    minute = int(now.timestamp()) // 60
    listed, book, beyond = list(rows), rules(), extras or {}
    keys = [(row, row.number == on, beyond.get(row.id), minute, *reader) for row in listed]
    found = [_drawn.get(key) for key in keys]
    missing = [at for at, html in enumerate(found) if html is None]
    if missing:
        draw: _Draw = getattr(environment().get_template("desk/macros.html").module, kind)
        made = items([listed[at] for at in missing], book)
        for at, item in zip(missing, made, strict=True):
            if columns:
                item = replace(item, columns=columns, extra=_words(item.row, columns, beyond))  # noqa: PLW2901
            found[at] = _keep(keys[at], str(draw(item, view, on)))
    return Markup("".join(filter(None, found)))  # noqa: S704 - every part was drawn by an escaping template


def _words(row: Row, columns: tuple[str, ...], beyond: Extras) -> dict[str, str]:
    """What columns show that are neither a sign nor a moment."""
    more: dict[str, Any] = dict(zip(extra_columns(columns), beyond.get(row.id, ()), strict=False))
    more |= {"kind": row.kind, "service": row.service or ""}
    if row.service_zh and (translation.get_language() or "").startswith("zh"):
        more["service"] = row.service_zh
    for column in more.keys() & {"kind", "impact", "urgency", "channel"}:
        more[column] = value_label(column, str(more[column]))
    more["tags"] = ", ".join(more.get("tags", ()))
    return {column: value or "" for column, value in more.items()}


def _keep(key: tuple[object, ...], html: str) -> str:
    with _drawn_lock:
        _drawn[key] = html
        if len(_drawn) > _ROWS_KEPT:
            _drawn.popitem(last=False)
    return html


def row_chips(rows: Sequence[Row], now: datetime, book: Rules) -> list[Chip]:
    """The next promise of each listed ticket; the ring is the share of its working time that is used."""
    running = [row for row in rows if row.status in OPEN_STATUSES and row.due_at is not None]
    percents = used_percents([_promise(row) for row in running], now, book)
    used = {row.id: percent for row, percent in zip(running, percents, strict=True)}
    return [_row_chip(row, now, used.get(row.id, 0)) for row in rows]


def _promise(row: Row) -> Promise:
    metric = Metric.FIRST_RESPONSE if row.response_due_at == row.next_due_at else Metric.RESOLUTION
    return Promise(row.organization_id, row.team_id, row.priority, metric, row.next_due_at)


def _row_chip(row: Row, now: datetime, percent: int) -> Chip:
    if row.status not in OPEN_STATUSES:
        return Chip(when_words(row.resolved_at), 100, "met") if row.resolved_at else Chip("")
    due = row.due_at
    if due is None:
        return Chip(_("Paused"), 40, "paused") if row.status in PAUSED_STATUSES else Chip("")
    state = "late" if due < now else "warn" if row.is_at_risk(now) else ""
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
