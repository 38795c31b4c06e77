"""Background work of search: the index follows what changed."""

from firstline.outbox.events import Context, periodic, step
from firstline.search import change_actions
from firstline.search.actions import count_terms


@step("search.work_off")
def work_off() -> int:
    """Bring the index up to date, a few records at a time."""
    return change_actions.work_off()


@periodic("search.count_terms", seconds=15)
def count_words(_context: Context) -> None:
    """Add up what changed, so that rarity, repairs and beginnings of words follow."""
    while count_terms():
        pass
