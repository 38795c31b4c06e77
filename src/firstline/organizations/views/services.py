"""Administration of services."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firstline.organizations import actions, queries
from firstline.organizations.forms import ServiceForm, posted
from firstline.organizations.permissions import SETTINGS_MANAGE, check_can_manage_settings
from firstline.organizations.views.saving import saved
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render


@gate(SETTINGS_MANAGE)
def services(request: HttpRequest) -> HttpResponse:
    """Services in use, and the archived ones."""
    check_can_manage_settings(actor_of(request))
    context = {"services": queries.services(), "archived": queries.services(archived=True)}
    return render(request, "organizations/services.html", context)


@gate(SETTINGS_MANAGE)
def service_new(request: HttpRequest) -> HttpResponse:
    """A new service."""
    actor = actor_of(request)
    check_can_manage_settings(actor)
    form = ServiceForm(posted(request))
    if saved(form, lambda: actions.create_service(actor=actor, **form.values())):
        return redirect(request, reverse("organizations:services"), toast=_("Saved"))
    context = {"form": form, "service": None}
    return render(request, "organizations/service.html", context, status=422 if form.errors else 200)


@gate(SETTINGS_MANAGE)
def service(request: HttpRequest, service_id: int) -> HttpResponse:
    """One service."""
    actor = actor_of(request)
    check_can_manage_settings(actor)
    found = queries.get_service(service_id)
    form = ServiceForm(posted(request), service=found)
    if saved(form, lambda: actions.update_service(actor=actor, service=found, **form.values())):
        return redirect(request, reverse("organizations:services"), toast=_("Saved"))
    context = {"form": form, "service": found}
    return render(request, "organizations/service.html", context, status=422 if form.errors else 200)


@require_POST
@gate(SETTINGS_MANAGE)
def service_activity(request: HttpRequest, service_id: int) -> HttpResponse:
    """Archives a service, or offers it again."""
    actor = actor_of(request)
    found = queries.get_service(service_id)
    if request.POST.get("active") == "yes":
        actions.restore_service(actor=actor, service=found)
        return redirect(request, reverse("organizations:services"), toast=_("The service is offered again."))
    actions.archive_service(actor=actor, service=found)
    return redirect(request, reverse("organizations:services"), toast=_("The service is archived."))
