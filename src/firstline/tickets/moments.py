"""The moment that never comes: sorts tickets without a running promise last, on every database."""

from datetime import UTC, datetime

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
