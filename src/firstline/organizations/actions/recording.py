"""Comparing before and after, so that the trail holds what changed and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, models

from firstline.kit.errors import InvalidInput


def values(row: models.Model, *fields: str) -> dict[str, Any]:
    """The named columns of a row as JSON values."""
    return {field: getattr(row, field) for field in fields}


def differences(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides cut down to the keys whose values differ."""
    changed = [key for key in new if old.get(key) != new[key]]
    return {key: old.get(key) for key in changed}, {key: new[key] for key in changed}


@contextmanager
def unique(code: str, *, field: str, **params: object) -> Iterator[None]:
    """A row that another transaction made first is refused like one that was there before."""
    try:
        yield
    except IntegrityError as clash:
        raise InvalidInput(code, field=field, **params) from clash


def refuse_taken(rows: models.QuerySet[Any], code: str, *, field: str, **params: object) -> None:
    """Raise `InvalidInput` when one of `rows` exists."""
    if rows.exists():
        raise InvalidInput(code, field=field, **params)
