"""The one shape of every refusal: application/problem+json (RFC 9457), in the caller's language."""

import json
import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from firstline.api.enums import BODY_BYTES_MAX, FIELD_WORDS
from firstline.kit.errors import DomainError, InvalidInput
from firstline.ui import messages

Fields = list[dict[str, str]]
log = logging.getLogger(__name__)


class Refused(DomainError):
    """A refusal by the API itself, with a status of its own."""

    def __init__(self, status: int, code: str, **params: object) -> None:
        super().__init__(code, **params)
        self.http_status = status


class FieldProblem(Schema):
    """What is wrong with one value of the request."""

    field: str
    detail: str


class Problem(Schema):
    """A refusal: `code` is stable, `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldProblem] = []


TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


def answer(
    request: HttpRequest, error: DomainError, fields: list[dict[str, str]] | None = None
) -> HttpResponse:
    """The response that says `error`."""
    status = error.http_status
    detail = messages.describe(error)
    if fields is None:
        blamed = error.field if isinstance(error, InvalidInput) else None
        fields = [{"field": blamed, "detail": detail}] if blamed else []
    problem: dict[str, Any] = {
        "type": f"urn:firstline:problem:{error.code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": error.code,
        "detail": detail,
        "request_id": getattr(request, "firstline_id", ""),
        "errors": fields,
    }
    response = HttpResponse(
        json.dumps(problem, ensure_ascii=False), status=status, content_type="application/problem+json"
    )
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="firstline"'
    if status == 429:
        response["Retry-After"] = str(error.params["seconds"])
    return response


def register(api: NinjaAPI) -> None:
    """Answer every exception of an operation with a problem."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        DomainError: answer,
        ValidationError: _invalid,
        AuthenticationError: _unauthenticated,
        RequestDataTooBig: _too_large,
        Http404: lambda request, _error: answer(request, Refused(404, "path_unknown")),
        HttpError: _http_error,
        Exception: _fault,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = [
        {"field": _field(item["loc"]), "detail": str(FIELD_WORDS.get(item["type"], _general()))}
        for item in error.errors
    ]
    return answer(request, Refused(422, "request_invalid"), fields)


def _field(location: tuple[object, ...]) -> str:
    """("body", "payload", "cc", 0) as "cc.0"."""
    parts = [str(part) for part in location]
    return ".".join(parts[2:] if parts[0] == "body" else parts[1:])


def _general() -> str:
    return messages.describe(InvalidInput("value_unusable"))


def _unauthenticated(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    code = "token_unknown" if request.headers.get("Authorization") else "token_missing"
    return answer(request, Refused(401, code))


def _too_large(request: HttpRequest, _error: Exception) -> HttpResponse:
    return answer(request, Refused(413, "request_too_large", limit=BODY_BYTES_MAX))


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = "json_invalid" if error.status_code == 400 else "request_invalid"
    return answer(request, Refused(error.status_code, code))


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("api fault at %s", request.path, exc_info=error)
    return answer(request, Refused(500, "server_fault"))
