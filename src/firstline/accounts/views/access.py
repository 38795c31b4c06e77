"""Administration of roles and teams."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firstline.accounts import actions, queries
from firstline.accounts.forms import posted
from firstline.accounts.forms.access import RoleForm, TeamForm
from firstline.accounts.models import Role
from firstline.accounts.permissions import PEOPLE_MANAGE, SETTINGS_MANAGE, check_can_manage_roles
from firstline.kit.errors import DomainError, NotFound
from firstline.organizations import actions as organizations
from firstline.organizations.models import Team
from firstline.organizations.permissions import check_can_manage_settings
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render


@gate(PEOPLE_MANAGE)
def roles(request: HttpRequest) -> HttpResponse:
    """Every role, and how many people hold it."""
    check_can_manage_roles(actor_of(request))
    return render(request, "accounts/roles.html", {"roles": queries.role_rows()})


@gate(PEOPLE_MANAGE)
def role_new(request: HttpRequest) -> HttpResponse:
    """A role of one's own."""
    actor = actor_of(request)
    check_can_manage_roles(actor)
    form = RoleForm(None, posted(request))
    if form.is_bound and form.is_valid():
        try:
            actions.create_role(actor=actor, label=form.cleaned_data["label"], permissions=form.chosen())
        except DomainError as refused:
            apply_error(form, refused)
        else:
            return redirect(request, reverse("accounts:roles"), toast=_("Saved"))
    context = {"form": form, "role": None, "label": ""}
    return render(request, "accounts/role.html", context, status=422 if form.errors else 200)


@gate(PEOPLE_MANAGE)
def role(request: HttpRequest, role_id: int) -> HttpResponse:
    """What a role allows; POST changes it for everyone who holds it."""
    actor = actor_of(request)
    check_can_manage_roles(actor)
    found = _role(role_id)
    form = RoleForm(found, posted(request))
    if form.is_bound and form.is_valid():
        try:
            actions.set_role_permissions(actor=actor, role=found, permissions=form.chosen())
        except DomainError as refused:
            apply_error(form, refused)
        else:
            return redirect(request, reverse("accounts:roles"), toast=_("Saved"))
    context = {"form": form, "role": found, "label": queries.role_label(found)}
    return render(request, "accounts/role.html", context, status=422 if form.errors else 200)


@require_POST
@gate(PEOPLE_MANAGE)
def role_delete(request: HttpRequest, role_id: int) -> HttpResponse:
    """Deletes a role that nobody holds."""
    actions.delete_role(actor=actor_of(request), role=_role(role_id))
    return redirect(request, reverse("accounts:roles"), toast=_("The role is deleted."))


@gate(SETTINGS_MANAGE)
def teams(request: HttpRequest) -> HttpResponse:
    """Teams with their people."""
    check_can_manage_settings(actor_of(request))
    context = {"teams": queries.team_rows(), "archived": queries.team_rows(archived=True)}
    return render(request, "accounts/teams.html", context)


@gate(SETTINGS_MANAGE)
def team_new(request: HttpRequest) -> HttpResponse:
    """A new team."""
    actor = actor_of(request)
    return _save_team(
        request,
        TeamForm(posted(request)),
        lambda values: organizations.create_team(actor=actor, **values),
        None,
    )


@gate(SETTINGS_MANAGE)
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """One team."""
    actor = actor_of(request)
    found = _team(team_id)
    return _save_team(
        request,
        TeamForm(posted(request), team=found),
        lambda values: organizations.update_team(actor=actor, team=found, **values),
        found,
    )


@require_POST
@gate(SETTINGS_MANAGE)
def team_activity(request: HttpRequest, team_id: int) -> HttpResponse:
    """Archives a team, or restores it."""
    actor = actor_of(request)
    found = _team(team_id)
    if request.POST.get("active") == "yes":
        organizations.restore_team(actor=actor, team=found)
        return redirect(request, reverse("accounts:teams"), toast=_("The team is in use again."))
    organizations.archive_team(actor=actor, team=found)
    return redirect(request, reverse("accounts:teams"), toast=_("The team is archived."))


def _save_team(
    request: HttpRequest, form: TeamForm, save: Callable[[dict[str, Any]], object], found: Team | None
) -> HttpResponse:
    check_can_manage_settings(actor_of(request))
    if form.is_bound and form.is_valid():
        try:
            save(form.cleaned_data)
        except DomainError as refused:
            apply_error(form, refused)
        else:
            return redirect(request, reverse("accounts:teams"), toast=_("Saved"))
    members = queries.team_members(found.pk) if found else []
    context = {"form": form, "team": found, "members": members}
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)


def _team(team_id: int) -> Team:
    found = Team.objects.filter(pk=team_id).first()
    if found is None:
        raise NotFound("team_unknown")
    return found


def _role(role_id: int) -> Role:
    found = Role.objects.filter(pk=role_id).first()
    if found is None:
        raise NotFound("role_unknown", role=role_id)
    return found
