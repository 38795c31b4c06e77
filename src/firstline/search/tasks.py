"""Background work of search: the index follows what changed."""

from typing import Any

from firstline.outbox.events import Context, job, periodic, step
from firstline.search import change_actions
from firstline.search.actions import count_terms
from firstline.search.touch_actions import CATCH_UP, register_worker

register_worker(lambda limit: change_actions.work_off(limit, is_bulk=True))


@step("search.work_off")
def work_off() -> int:
    """Bring the index up to date, a few records at a time."""
    return change_actions.work_off()


@job(CATCH_UP, queue="slow")
def catch_up(args: dict[str, Any], context: Context) -> None:
    """Work off thousands of changes (a rename, an import)."""
    while change_actions.work_off(500, is_bulk=True):
        pass


@periodic("search.count_terms", seconds=15)
def count_words(_context: Context) -> None:
    """Add up what changed, so that rarity, repairs and beginnings of words follow."""
    while count_terms():
        pass
