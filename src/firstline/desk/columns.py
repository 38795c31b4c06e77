"""The column of views beside the desk's lists, and the counts that follow it."""

import time
from threading import Lock
from typing import Any

from firstline.desk import queries
from firstline.desk.lists import saved_groups, topics_of, view_links
from firstline.desk.queries.paging import count_of
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput

SLOW_SECONDS = 0.02
KEPT_SECONDS = 10.0
_KEPT_MAX = 2000

_slow: dict[tuple[object, ...], tuple[float, int]] = {}
_slow_lock = Lock()


def column(actor: Actor, on: str) -> dict[str, Any]:
    """What the column needs; its counts come later. Two queries."""
    groups = saved_groups(queries.saved_views(actor), queries.saved_searches(actor), on=on)
    return {"views": view_links(actor, on=on), "groups": groups, "on": on, "topics": topics_of(actor)}


def counted_column(actor: Actor, on: str) -> dict[str, Any]:
    """The same column with how many tickets each view holds."""
    counts = queries.view_counts(actor)
    views = queries.saved_views(actor)
    for each in views:
        counted = _counted(actor, each)
        if counted is not None:
            counts[each.code] = counted
    groups = saved_groups(views, queries.saved_searches(actor), on=on, counts=counts)
    return {
        "views": view_links(actor, on=on, counts=counts),
        "groups": groups,
        "on": on,
        "topics": topics_of(actor),
        "is_counted": True,
    }


def _counted(actor: Actor, view: queries.Kept) -> int | None:
    """How many tickets a view holds; one that took long to count is counted again after some seconds only."""
    key = (view.id, view.version, actor.id, actor.team_ids, actor.permissions, actor.organization_id)
    kept = _slow.get(key)
    start = time.monotonic()
    if kept is not None and start - kept[0] < KEPT_SECONDS:
        return kept[1]
    try:
        counted = count_of(actor, view.spec)
    except InvalidInput:
        return None  # kept by another release, which knew other fields
    took = time.monotonic() - start
    with _slow_lock:
        _slow.pop(key, None)
        if took > SLOW_SECONDS:
            _slow[key] = (time.monotonic(), counted)
            if len(_slow) > _KEPT_MAX:
                _slow.pop(next(iter(_slow)))
    return counted
