"""For tests of any slice: have the index follow what just happened, as the worker would within a second."""

from firstline.search import change_actions


def settle() -> None:
    """Work off every change that the index waits for."""
    while change_actions.work_off() or change_actions.work_off(is_bulk=True):
        pass
