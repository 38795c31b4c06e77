"""The gates that every view wears: who may come in; and the actor of a request."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from firstline.kit.actor import Actor

PUBLIC = "public"
SIGNED_IN = "signed_in"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def actor_of(request: HttpRequest) -> Actor:
    """The actor that the middleware put on the request."""
    actor = request.actor  # type: ignore[attr-defined]
    assert isinstance(actor, Actor)
    return actor


def gate(permission: str) -> Callable[[View[P]], View[P]]:
    """Let only signed-in people who hold `permission` through; others get the sign-in page or a 403."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def gated(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = actor_of(request)
            if not actor.is_signed_in:
                return sign_in_first(request)
            actor.check(permission)
            return view(request, *args, **kwargs)

        return _marked(gated, permission)

    return decorate


def signed_in(view: View[P]) -> View[P]:
    """Let every signed-in person through; the view itself limits what they see."""

    @wraps(view)
    def gated(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not actor_of(request).is_signed_in:
            return sign_in_first(request)
        return view(request, *args, **kwargs)

    return _marked(gated, SIGNED_IN)


def public(view: View[P]) -> View[P]:
    """Mark a view that needs no sign-in; the mark says that this is meant."""

    @wraps(view)
    def gated(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return _marked(gated, PUBLIC)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in page and back afterwards; a fragment request moves the whole page."""
    fragment = "HX-Request" in request.headers
    current = request.headers.get("HX-Current-URL", "") if fragment else request.get_full_path()
    back = re.sub(r"^https?://[^/]+", "", current) or "/"
    target = "/accounts/login/?" + urlencode({"next": back})
    if fragment:
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def _marked(view: View[P], mark: str) -> View[P]:
    """The architecture test reads `view.gate` on every route."""
    view.gate = mark  # type: ignore[attr-defined]
    return view
