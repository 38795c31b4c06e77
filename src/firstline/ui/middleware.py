"""A policy for browsers that lets nothing run but our own files."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from firstline.ui import current

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class ContentSecurityPolicyMiddleware:
    """Sets the policy on every response that has none, and remembers the request for macros."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with current.answering(request):
            response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = _POLICY.format(connect=_connect_sources(request))
        response.setdefault("Permissions-Policy", _FEATURES)
        response.setdefault("X-Content-Type-Options", "nosniff")
        return response


def _connect_sources(request: HttpRequest) -> str:
    # Older Safari does not count a WebSocket of the same host as 'self'.
    try:
        host = request.get_host()
    except DisallowedHost:
        return "'self'"
    return f"'self' ws://{host} wss://{host}"
