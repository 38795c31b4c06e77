"""The way into the set-up assistant, and its first step: the administrator."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from firstline.accounts.actions import create_first_administrator
from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.accounts.queries import standing_setup_link
from firstline.desk.setup_forms import AdministratorForm
from firstline.desk.setup_views.frame import next_url, show
from firstline.kit.errors import DomainError
from firstline.organizations.enums import SetupStep
from firstline.organizations.queries import installation
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, public
from firstline.ui.pages import redirect, render

_BACKEND = "firstline.accounts.backends.PersonBackend"


@public
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Goes on where set-up stands; on a fresh installation the one-time key opens the first step.

    A link that comes after set-up is told so, with the way in.
    """
    if installation().is_set_up:
        if "key" in request.GET and not actor_of(request).is_signed_in:
            return render(request, "desk/setup/over.html", {}, status=410)
        return redirect(request, "/")
    if actor_of(request).may(SETTINGS_MANAGE):
        return redirect(request, next_url())
    return _administrator(request, request.GET.get("key", ""))


@public
@never_cache
@sensitive_post_parameters("password", "key")
def administrator(request: HttpRequest) -> HttpResponse:
    """POST makes the first administrator and signs them in."""
    if request.method != "POST" or installation().is_set_up:
        return redirect(request, reverse("setup:start"))
    return _administrator(request, request.POST.get("key", ""))


def _administrator(request: HttpRequest, key: str) -> HttpResponse:
    try:
        standing_setup_link(key)
    except DomainError:
        return render(request, "desk/setup/closed.html", {"given": bool(key)}, status=403)
    form = AdministratorForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            person = create_first_administrator(secret=key, **form.cleaned_data)
        except DomainError as refused:
            apply_error(form, refused)
        else:
            login(request, person, backend=_BACKEND)
            return redirect(request, next_url())
    return show(request, SetupStep.ADMINISTRATOR, {"form": form, "key": key}, bad=bool(form.errors))
