"""Puts the actor on every request, in the person's language and time zone."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from firstline.accounts import actions, queries
from firstline.accounts.models import Person
from firstline.kit import clock
from firstline.kit.actor import ANONYMOUS, Actor
from firstline.ui import here

_SEEN_MAX = 20_000
_KEPT = ("/desk/", "/portal/")


class ActorMiddleware:
    """Sets `request.actor`; a session that its owner ended is signed out here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._seen: dict[str, datetime] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self._actor(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.actor.is_signed_in:  # type: ignore[attr-defined]
            # No proxy keeps what one person may see. A browser keeps pages of daily work for its back
            # button; they check whom they are shown to, and go when the session ends.
            kept = request.path.startswith(_KEPT) and response.status_code == 200
            response.setdefault("Cache-Control", "private, no-cache" if kept else "private, no-store")
            if here.CLEARED not in response:
                here.keep(request, response)
        elif here.COOKIE in request.COOKIES:
            here.clear(response, drafts=False)
        return response

    def _actor(self, request: HttpRequest) -> Actor:
        timezone.deactivate()
        user = request.user
        if not isinstance(user, Person):
            return ANONYMOUS
        key = request.session.session_key or ""
        if not user.organization.is_active or not queries.session_stands(user, key):
            logout(request)
            return ANONYMOUS
        actor = queries.actor_for(user, request_id=getattr(request, "firstline_id", ""))
        translation.activate(actor.language)
        request.LANGUAGE_CODE = translation.get_language()
        timezone.activate(ZoneInfo(actor.time_zone))
        self._show_life(key)
        return actor

    def _show_life(self, key: str) -> None:
        """Note now and then that the session is in use; each process asks the database rarely."""
        now = clock.now()
        seen = self._seen.get(key)
        if seen is None or now - seen > actions.SEEN_EVERY:
            if len(self._seen) > _SEEN_MAX:
                self._seen.clear()
            self._seen[key] = now
            actions.touch_session(session_key=key)
