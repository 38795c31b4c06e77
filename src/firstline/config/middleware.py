"""The outermost middleware: request ids for logs and audit, and pages for expected failures."""

import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from firstline.kit.errors import DomainError
from firstline.ui.errors import domain_error, method_not_allowed


class RequestMiddleware:
    """Gives each request an id (`request.firstline_id`), echoed as `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        request.firstline_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            response = method_not_allowed(request, response.get("Allow", ""))
        response["X-Request-ID"] = request_id
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a domain error that no view caught with its status and a sentence."""
        return domain_error(request, exception) if isinstance(exception, DomainError) else None
