"""Choices of a person that pages read from cookies, so that a device can differ."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from firstline.ui import languages

_YEAR_SECONDS = 365 * 86400


def remember_theme(request: HttpRequest, answer: HttpResponseBase, theme: str) -> None:
    """Bring the person's colours to this browser."""
    answer.set_cookie(
        languages.THEME_COOKIE, theme, max_age=_YEAR_SECONDS, samesite="Lax", secure=request.is_secure()
    )
