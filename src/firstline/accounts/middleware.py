"""Puts the actor on every request, in the person's language and time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from firstline.accounts import queries
from firstline.accounts.models import Person
from firstline.kit.actor import ANONYMOUS, Actor


class ActorMiddleware:
    """Sets `request.actor`; a session that its owner ended is signed out here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self._actor(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _actor(self, request: HttpRequest) -> Actor:
        timezone.deactivate()
        user = request.user
        if not isinstance(user, Person):
            return ANONYMOUS
        if not queries.session_stands(user, request.session.session_key or ""):
            logout(request)
            return ANONYMOUS
        actor = queries.actor_for(user, request_id=getattr(request, "firstline_id", ""))
        translation.activate(actor.language)
        request.LANGUAGE_CODE = translation.get_language()
        timezone.activate(ZoneInfo(actor.time_zone))
        return actor
