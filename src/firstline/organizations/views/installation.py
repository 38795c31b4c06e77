"""Administration of the installation's settings."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from firstline.organizations import actions, queries
from firstline.organizations.forms import InstallationForm, posted
from firstline.organizations.permissions import SETTINGS_MANAGE, check_can_manage_settings
from firstline.organizations.views.saving import saved
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render


@gate(SETTINGS_MANAGE)
def installation(request: HttpRequest) -> HttpResponse:
    """Name, address, language and zone; POST saves them."""
    actor = actor_of(request)
    check_can_manage_settings(actor)
    here = queries.installation()
    form = InstallationForm(here, posted(request))
    if saved(form, lambda: actions.update_installation(actor=actor, **form.cleaned_data)):
        return redirect(request, reverse("organizations:installation"), toast=_("Saved"))
    context = {"form": form, "installation": here}
    return render(request, "organizations/installation.html", context, status=422 if form.errors else 200)
