"""Background work of search: the index follows what changed."""

from firstline.outbox.events import step
from firstline.search import change_actions


@step("search.work_off")
def work_off() -> int:
    """Bring the index up to date, a few records at a time."""
    return change_actions.work_off()
