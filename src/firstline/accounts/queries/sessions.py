"""Reads of where people are signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from firstline.accounts.models import Person
from firstline.kit import clock


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser in which someone is signed in."""

    id: int
    browser: str
    ip_address: str
    created_at: datetime
    last_seen_at: datetime
    is_here: bool


def session_rows(person: Person, here: str) -> list[SessionRow]:
    """Where the person is signed in, this browser first, then the latest seen."""
    oldest = clock.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    standing = person.sign_in_sessions.filter(ended_at=None, created_at__gt=oldest)
    rows = [
        SessionRow(
            id=session.pk,
            browser=browser_name(session.user_agent),
            ip_address=session.ip_address,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            is_here=session.session_key == here,
        )
        for session in standing
    ]
    return sorted(rows, key=lambda row: not row.is_here)


_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("MicroMessenger", "微信"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name(user_agent: str) -> str:
    """A browser and its system as people call them, as far as the header says."""
    found = [
        next((name for mark, name in marks if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(name for name in found if name) or user_agent[:60]
