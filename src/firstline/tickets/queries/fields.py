"""The fields of a ticket that operations change, and which of them belong together."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

STATUS = ("status",)
ASSIGNMENT = ("team_id", "assignee_id")
PRIORITY = ("impact", "urgency", "priority", "priority_source")
DETAILS = ("subject", "kind", "category", "service_id", "device_id", "can_work", "expected_minutes")
AWAY = ("merged_into_id", "deleted_at", "is_spam")
TAGS = "tags"

GROUPS: dict[str, tuple[str, ...]] = {
    "status": STATUS,
    "assignment": ASSIGNMENT,
    "priority": PRIORITY,
    **{name: (name,) for name in DETAILS},
    **{name: (name,) for name in AWAY},
    TAGS: (TAGS,),
}
"""What goes back together or stays together, by the name under which people are told of it."""

FIRM = tuple(name for names in GROUPS.values() for name in names)
"""Fields that somebody else may have changed meanwhile: then those of the group stay as they are."""

LOOSE = (
    "is_open",
    "resolved_at",
    "closed_at",
    "first_replied_at",
    "last_message_at",
    "last_message_by_requester",
)
"""Fields that follow; each is restored only where nothing came after the step."""


def parsed(name: str, value: Any) -> Any:
    """A field's value from its JSON."""
    return parse_datetime(value) if name.endswith("_at") and isinstance(value, str) else value


def plain(value: Any) -> Any:
    """A field's value as JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, list)) else str(value)
