"""What a person just did, said once at the bottom of the next page, with a way back."""

from dataclasses import dataclass

from django.contrib.messages import get_messages
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE = "firstline_toast"
_SALT = "firstline.ui.toasts"
_AGE_SECONDS = 60
_KEPT_MAX = 3


@dataclass(frozen=True, slots=True)
class Toast:
    """`undo_url` is posted to when the person takes it back; `kind` is done or failed.

    With `seconds` it goes after so long, even under the pointer: what it takes back happens then.
    """

    text: str
    undo_url: str = ""
    kind: str = "done"
    seconds: int = 0


def add(request: HttpRequest, text: str, *, undo_url: str = "", kind: str = "done") -> None:
    """Show `text` with this response, or with the next page when this response is a redirect."""
    show(request, Toast(str(text), undo_url, kind))


def show(request: HttpRequest, toast: Toast) -> None:
    """As `add`, for a toast at hand."""
    pending = getattr(request, "ui_toasts", [])
    request.ui_toasts = [*pending, toast][-_KEPT_MAX:]  # type: ignore[attr-defined]


def take(request: HttpRequest) -> list[Toast]:
    """The toasts to show now; a second call returns none."""
    shown: list[Toast] = list(getattr(request, "ui_toasts", []))
    request.ui_toasts = []  # type: ignore[attr-defined]
    if COOKIE in request.COOKIES and not getattr(request, "ui_toasts_read", False):
        request.ui_toasts_read = True  # type: ignore[attr-defined]
        shown = [*_from_cookie(request.COOKIES[COOKIE]), *shown]
    if hasattr(request, "_messages"):
        shown += [
            Toast(str(message), kind="failed" if message.level_tag == "error" else "done")
            for message in get_messages(request)
        ]
    return shown[-_KEPT_MAX:]


def carry(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keep unshown toasts for the next page, forget those that were shown."""
    pending: list[Toast] = getattr(request, "ui_toasts", [])
    if pending:
        rows = [[str(t.text), t.undo_url, t.kind, t.seconds] for t in pending]
        value = signing.dumps(rows, salt=_SALT, compress=True)
        response.set_cookie(
            COOKIE, value, max_age=_AGE_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    elif getattr(request, "ui_toasts_read", False):
        response.delete_cookie(COOKIE, samesite="Lax")


def _from_cookie(value: str) -> list[Toast]:
    try:
        rows = signing.loads(value, salt=_SALT, max_age=_AGE_SECONDS)
    except signing.BadSignature:
        return []
    return [Toast(*row) for row in rows]
