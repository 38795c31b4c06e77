"""The front door: where to go from /, and whether the service is well."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from firstline.accounts.permissions import public


@public
def home(request: HttpRequest) -> HttpResponse:
    """Technicians start at the desk, employees in the portal, strangers at sign-in."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_signed_in:
        return HttpResponseRedirect("/accounts/login/")
    return HttpResponseRedirect("/desk/" if actor.may("tickets:ticket:view") else "/portal/")


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers; for load balancers and `up` itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok"})
