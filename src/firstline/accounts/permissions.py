"""The catalogue of permissions, and the gates that every view wears."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from firstline.kit.actor import Actor

_NAME = re.compile(r"[a-z]+:[a-z_]+:[a-z_]+")
PUBLIC = "public"
SIGNED_IN = "signed_in"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that a role may allow; `label` is what an administrator reads."""

    name: str
    label: str | Promise


PERMISSIONS: dict[str, Permission] = {}
"""Every declared permission by name; complete once all slices are loaded."""


def declare(name: str, label: str | Promise) -> str:
    """Add a permission `slice:noun:verb` to the catalogue and return its name; a name is declared once."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not slice:noun:verb")
    if name in PERMISSIONS:
        raise ValueError(f"{name!r} is declared twice")
    PERMISSIONS[name] = Permission(name, label)
    return name


PEOPLE_MANAGE = declare("admin:people:manage", _("Manage people, roles and teams"))
SETTINGS_MANAGE = declare("admin:settings:manage", _("Change settings, organisations and services"))
AUDIT_VIEW = declare("admin:audit:view", _("Read the audit trail"))
OUTBOX_VIEW = declare("admin:outbox:view", _("See and retry background work"))
TOKEN_MANAGE = declare("accounts:token:manage", _("Create API tokens for oneself"))


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
