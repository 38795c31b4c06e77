"""The front door: where to go from /, and whether the service is well."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.config import health, metrics
from firstline.kit.errors import NotFound
from firstline.ui.gates import actor_of, gate, public
from firstline.ui.pages import render
from firstline.ui.shell import shell_for

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


@public
def home(request: HttpRequest) -> HttpResponse:
    """Technicians start at the desk, employees in the portal, strangers at sign-in."""
    actor = actor_of(request)
    if not actor.is_signed_in:
        return HttpResponseRedirect("/accounts/login/")
    return HttpResponseRedirect("/desk/" if actor.may("tickets:ticket:view") else "/portal/")


@public
def administration(request: HttpRequest) -> HttpResponse:
    """The first page of Administration that the reader may open."""
    first = shell_for(request).admin_home
    if not first:
        raise NotFound("page_unknown")
    return HttpResponseRedirect(first)


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers; for load balancers and `up` itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok"})


@public
def prometheus(request: HttpRequest) -> HttpResponse:
    """For a Prometheus on this machine, or an administrator; nobody else learns that it exists."""
    if request.META.get("REMOTE_ADDR") not in _LOOPBACK and not actor_of(request).may(SETTINGS_MANAGE):
        raise NotFound("page_unknown")
    return metrics.exposition()


@gate(SETTINGS_MANAGE)
def health_page(request: HttpRequest) -> HttpResponse:
    """The administrator's look at the installation."""
    return render(request, "config/health.html", {"lines": health.lines(), "words": health.WORDS})
