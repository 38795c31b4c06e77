"""A mark of the present session that scripts may read: a page kept for the back button knows by it
whether it still belongs to whoever sits there."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

COOKIE = "firstline_here"
CLEARED = "Clear-Site-Data"
_SALT = "firstline.ui.here"


def mark_of(request: HttpRequest) -> str:
    """Says nothing about the session's key; empty without one."""
    key = getattr(getattr(request, "session", None), "session_key", None)
    return salted_hmac(_SALT, key).hexdigest()[:16] if key else ""


def keep(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser of a signed-in person the mark of this session."""
    mark = mark_of(request)
    if mark and request.COOKIES.get(COOKIE) != mark:
        response.set_cookie(COOKIE, mark, samesite="Lax", secure=request.is_secure())


def clear(response: HttpResponseBase, *, drafts: bool) -> None:
    """The session is over: pages that were kept go, and with `drafts` what was typed.

    Who only came back too late finds their words again after signing in.
    """
    response.delete_cookie(COOKIE, samesite="Lax")
    response.headers[CLEARED] = '"cache", "storage"' if drafts else '"cache"'
