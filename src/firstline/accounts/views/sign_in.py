"""Signing in and out."""

from typing import Any

from django.http import HttpRequest, HttpResponse


def lockout(request: HttpRequest, credentials: Any = None, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """What axes answers after too many wrong passwords."""
    return HttpResponse("Locked out", status=429)
