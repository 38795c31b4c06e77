"""The one way in which these pages save a form: one action, its errors next to their fields."""

from collections.abc import Callable

from django.forms import Form

from firstline.kit.errors import DomainError
from firstline.ui.forms import apply_error


def saved(form: Form, act: Callable[[], object]) -> bool:
    """Whether the form was sent, is clean, and `act` did it."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        act()
    except DomainError as refused:
        apply_error(form, refused)
        return False
    return True
