"""The request being answered, for the few things a macro needs without being handed them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString

_request: ContextVar[HttpRequest | None] = ContextVar("ui_request", default=None)


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """Make `request` the one that macros see."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def request() -> HttpRequest | None:
    return _request.get()


class CsrfInput:
    """`{{ csrf_input }}` in any template or macro: the hidden field of the current request."""

    def __html__(self) -> SafeString:
        found = _request.get()
        if found is None:
            return SafeString("")
        # One masked token serves all forms of a page.
        made: SafeString | None = getattr(found, "ui_csrf_input", None)
        if made is None:
            field = '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
            made = format_html(field, get_token(found))
            found.ui_csrf_input = made  # type: ignore[attr-defined]
        return made

    __str__ = __html__

    def __call__(self) -> SafeString:
        return self.__html__()
