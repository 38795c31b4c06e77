"""Shapes and codes of the audit slice."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Trigger:
    """A database trigger that must exist; a slice lists its own as `TRIGGERS` in `models`."""

    name: str
    table: str
    only: Literal["sqlite", "postgresql"] | None = None
