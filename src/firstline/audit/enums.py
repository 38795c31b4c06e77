"""Shapes and codes of the audit slice."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Trigger:
    """A database trigger that must exist; a slice lists its own as `TRIGGERS` in `models`."""

    name: str
    table: str
    only: Literal["sqlite", "postgresql"] | None = None


# Kinds whose own label is or may hold a person's name ("Mei's laptop"): kept erasable, not in the record.
PERSONAL_KINDS = frozenset({"person", "device", "alert", "article", "import", "search_synonym"})
# Who can act; other labels are about what was acted upon.
ACTOR_KINDS = frozenset({"person", "device", "automation", "system", "anonymous"})
