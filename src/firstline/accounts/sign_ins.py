"""Tells the actions about sign-ins that Django, allauth and axes announce by signals only."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from firstline.accounts import actions
from firstline.accounts.models import Person
from firstline.ui.gates import actor_of


def address_of(request: HttpRequest | None) -> str:
    """The network address that a request came from; the server behind a proxy has put the client's there."""
    return str(request.META.get("REMOTE_ADDR", "")) if request is not None else ""


def username_of(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """The address that someone tries to sign in with, for axes, in one writing."""
    given: Mapping[str, Any] = credentials or {}
    found = given.get("email") or given.get("username")
    if not found and request is not None:
        found = request.POST.get("login", "")
    return str(found or "").strip().lower()[:254]


def signed_in(*, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Remember the browser; without its row the session would not stand."""
    if isinstance(user, Person):
        actions.note_sign_in(
            person=user,
            session_key=request.session.session_key or "",
            ip_address=address_of(request),
            user_agent=request.META.get("HTTP_USER_AGENT", ""),
        )


def signed_out(*, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Close the browser's row; Django calls this before it forgets the session's key."""
    if isinstance(user, Person) and request.session.session_key:
        actions.note_sign_out(person=user, session_key=request.session.session_key)


def locked_out(*, request: HttpRequest | None, username: str | None, **_kwargs: Any) -> None:
    """Leave one record for the administrator when the lock closes, not one for each try at a closed door."""
    if getattr(request, "axes_failures_since_start", None):
        actions.note_lockout(email=username or "", ip_address=address_of(request))


def save_language(request: HttpRequest, language: str) -> None:
    """Keep the language that a signed-in person chose on any page."""
    actor = actor_of(request)
    if isinstance(request.user, Person) and actor.is_signed_in:
        actions.choose_language(actor=actor, person=request.user, language=language)
