"""The pages for requests that cannot be answered, in the reader's language."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from firstline.kit.errors import DomainError
from firstline.ui import messages
from firstline.ui.pages import render


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, _("We could not read that request"), _("Go back and try once more."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request, 403, _("This is not open to you"), _("If you need it for your work, ask your administrator.")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("This page was open too long"),
        _("Go back, reload the page and send it again. What you typed is kept on your device."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is nothing here"),
        _("It may have been moved, or you may not be allowed to see it."),
    )


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """The page for an address that answers to other methods only."""
    response = _page(
        request,
        405,
        _("This address cannot be used like that"),
        _("Go back and use the buttons of the page."),
    )
    response["Allow"] = allowed
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        500,
        _("Something broke on our side"),
        _("It is recorded. Nothing you sent was half saved; try again in a minute."),
    )


def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page for an expected failure that no form can show."""
    return _page(request, error.http_status, messages.describe(error), "")


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {
        "status": status,
        "title": title,
        "text": text,
        "request_id": getattr(request, "firstline_id", ""),
    }
    response = render(request, "ui/error.html", context, block="content", status=status)
    # htmx keeps the page as it is and shows this as a toast.
    response["X-Error-Text"] = quote(f"{title} {text}".strip())
    return response
