"""For tests of any slice: have the index follow what just happened, as the worker would within seconds."""

from firstline.search import change_actions
from firstline.search.actions import count_terms


def settle() -> None:
    """Work off every change that the index waits for, and count its words."""
    while change_actions.work_off() or change_actions.work_off(is_bulk=True):
        pass
    while count_terms():
        pass
