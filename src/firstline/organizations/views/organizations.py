"""Administration of organisations with their sites and departments."""

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firstline.organizations import actions, queries
from firstline.organizations.forms import DepartmentForm, OrganizationForm, SiteForm, posted
from firstline.organizations.models import Organization
from firstline.organizations.permissions import SETTINGS_MANAGE, check_can_manage_settings
from firstline.organizations.views.saving import saved
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render


@gate(SETTINGS_MANAGE)
def organizations(request: HttpRequest) -> HttpResponse:
    """Every organisation that the actor may see."""
    rows = queries.organization_rows(actor_of(request))
    return render(request, "organizations/organizations.html", {"rows": rows})


@gate(SETTINGS_MANAGE)
def organization_new(request: HttpRequest) -> HttpResponse:
    """A new customer."""
    actor = actor_of(request)
    check_can_manage_settings(actor)
    form = OrganizationForm(posted(request))
    if saved(form, lambda: actions.create_organization(actor=actor, **form.values())):
        return redirect(request, reverse("organizations:organizations"), toast=_("Saved"))
    context = {"form": form, "organization": None}
    return render(request, "organizations/organization.html", context, status=422 if form.errors else 200)


@gate(SETTINGS_MANAGE)
def organization(request: HttpRequest, organization_id: int) -> HttpResponse:
    """One organisation; POST saves its details."""
    actor = actor_of(request)
    found = queries.get_organization_for(actor, organization_id)
    form = OrganizationForm(posted(request), organization=found)
    return _answer(
        request,
        found,
        "form",
        form,
        lambda: actions.update_organization(actor=actor, organization=found, **form.values()),
    )


@require_POST
@gate(SETTINGS_MANAGE)
def organization_activity(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Archives an organisation, or opens it again."""
    actor = actor_of(request)
    found = queries.get_organization_for(actor, organization_id)
    if request.POST.get("active") == "yes":
        actions.restore_organization(actor=actor, organization=found)
        return redirect(request, _page_of(found), toast=_("The organisation is open again."))
    actions.archive_organization(actor=actor, organization=found)
    return redirect(
        request, _page_of(found), toast=_("The organisation is archived; its people are signed out.")
    )


@require_POST
@gate(SETTINGS_MANAGE)
def site_new(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Adds a site."""
    actor = actor_of(request)
    found = queries.get_organization_for(actor, organization_id)
    form = SiteForm(posted(request))
    return _answer(
        request,
        found,
        "site_form",
        form,
        lambda: actions.add_site(actor=actor, organization=found, **form.cleaned_data),
    )


@gate(SETTINGS_MANAGE)
def site(request: HttpRequest, site_id: int) -> HttpResponse:
    """One site; POST saves it, or removes it."""
    actor = actor_of(request)
    found = queries.get_site_for(actor, site_id)
    if request.method == "POST" and "remove" in request.POST:
        actions.remove_site(actor=actor, site=found)
        return redirect(request, _page_of(found.organization), toast=_("Removed."))
    form = SiteForm(posted(request), site=found)
    if saved(form, lambda: actions.update_site(actor=actor, site=found, **form.cleaned_data)):
        return redirect(request, _page_of(found.organization), toast=_("Saved"))
    context = {"form": form, "place": found, "kind": "site"}
    return render(request, "organizations/place.html", context, status=422 if form.errors else 200)


@require_POST
@gate(SETTINGS_MANAGE)
def department_new(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Adds a department."""
    actor = actor_of(request)
    found = queries.get_organization_for(actor, organization_id)
    form = DepartmentForm(posted(request))
    return _answer(
        request,
        found,
        "department_form",
        form,
        lambda: actions.add_department(actor=actor, organization=found, **form.cleaned_data),
    )


@gate(SETTINGS_MANAGE)
def department(request: HttpRequest, department_id: int) -> HttpResponse:
    """One department; POST renames it, or removes it."""
    actor = actor_of(request)
    found = queries.get_department_for(actor, department_id)
    if request.method == "POST" and "remove" in request.POST:
        actions.remove_department(actor=actor, department=found)
        return redirect(request, _page_of(found.organization), toast=_("Removed."))
    form = DepartmentForm(posted(request), initial={"name": found.name})
    if saved(form, lambda: actions.rename_department(actor=actor, department=found, **form.cleaned_data)):
        return redirect(request, _page_of(found.organization), toast=_("Saved"))
    context = {"form": form, "place": found, "kind": "department"}
    return render(request, "organizations/place.html", context, status=422 if form.errors else 200)


def _page_of(found: Organization) -> str:
    return reverse("organizations:organization", args=[found.pk])


def _answer(
    request: HttpRequest, found: Organization, name: str, form: Form, act: Callable[[], object]
) -> HttpResponse:
    """Do what one of the page's forms asks, or show the page with its errors."""
    if saved(form, act):
        return redirect(request, _page_of(found), toast=_("Saved"))
    # Read again: what a refused action had filled in must not be shown as if it were saved.
    row = queries.get_organization_for(actor_of(request), found.pk)
    context: dict[str, object] = {
        "organization": row,
        "sites": list(row.sites.all()),
        "departments": list(row.departments.all()),
        "form": OrganizationForm(organization=row),
        "site_form": SiteForm(),
        "department_form": DepartmentForm(),
        name: form,
    }
    return render(request, "organizations/organization.html", context, status=422 if form.errors else 200)
