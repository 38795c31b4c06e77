"""Administration of people: the list, one person, and what they may do."""

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from firstline.accounts import actions, queries
from firstline.accounts.forms import posted
from firstline.accounts.forms.people import (
    EraseForm,
    NewPersonForm,
    PersonForm,
    RolesForm,
    SkillsForm,
    TeamsForm,
)
from firstline.accounts.models import Person
from firstline.accounts.permissions import PEOPLE_MANAGE
from firstline.accounts.queries import PEOPLE_COLUMNS, PeopleFilter
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError
from firstline.kit.tables import csv_bytes, xlsx_bytes
from firstline.organizations.models import Organization, Team
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.messages import describe
from firstline.ui.pages import redirect, render

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@gate(PEOPLE_MANAGE)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The list, searched, filtered, sorted, page by page."""
    actor = actor_of(request)
    wanted = PeopleFilter.read(request.GET.dict())
    number = request.GET.get("page", "1")
    page = queries.people_page(actor, wanted, int(number) if number.isdecimal() and len(number) < 9 else 1)
    organizations = Organization.objects.all() if actor.is_provider else []
    context = {
        "found": page,
        "wanted": wanted,
        "roles": [(row.role.code, row.label) for row in queries.role_rows()],
        "teams": [(team.pk, team.name) for team in Team.objects.filter(is_active=True)],
        "organizations": [(row.pk, row.name) for row in organizations],
    }
    return render(request, "accounts/people.html", context, block="found")


@gate(PEOPLE_MANAGE)
@require_safe
def people_export(request: HttpRequest, kind: str) -> HttpResponse:
    """The people of the list as a file."""
    lines = queries.people_table(actor_of(request), PeopleFilter.read(request.GET.dict()))
    if kind == "xlsx":
        answer = HttpResponse(xlsx_bytes(PEOPLE_COLUMNS, lines), content_type=_XLSX)
    else:
        answer = HttpResponse(csv_bytes(PEOPLE_COLUMNS, lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="people.{kind}"'
    return answer


@gate(PEOPLE_MANAGE)
def person_new(request: HttpRequest) -> HttpResponse:
    """A new person; POST makes them, and invites them when asked to."""
    actor = actor_of(request)
    form = NewPersonForm(actor, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.create_person(
                actor=actor,
                details=form.details(),
                roles=form.cleaned_data["roles"],
                invite=form.cleaned_data["invite"],
            )
        except DomainError as refused:
            apply_error(form, refused)
        else:
            return redirect(request, _page_of(person), toast=_("%(name)s is added.") % {"name": person.name})
    return render(request, "accounts/person_new.html", {"form": form}, status=422 if form.errors else 200)


@gate(PEOPLE_MANAGE)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person; POST saves their details."""
    actor = actor_of(request)
    found = queries.get_person_for(actor, person_id)
    if found.erased_at and request.method != "POST":
        context = {"person": found, "report": queries.erasure_report(found)}
        return render(request, "accounts/person_erased.html", context, block="report")
    form = PersonForm(actor, posted(request), person=found)
    return _answer(
        request,
        found,
        form,
        "details",
        lambda: actions.update_person(actor=actor, person=found, details=form.details()),
    )


@gate(PEOPLE_MANAGE)
def person_roles(request: HttpRequest, person_id: int) -> HttpResponse:
    """POST sets the person's roles."""
    actor = actor_of(request)
    found = queries.get_person_for(actor, person_id)
    form = RolesForm(found, posted(request))
    return _answer(
        request,
        found,
        form,
        "roles",
        lambda: actions.set_roles(actor=actor, person=found, roles=form.cleaned_data["roles"]),
    )


@gate(PEOPLE_MANAGE)
def person_teams(request: HttpRequest, person_id: int) -> HttpResponse:
    """POST sets the person's teams."""
    actor = actor_of(request)
    found = queries.get_person_for(actor, person_id)
    form = TeamsForm(found, posted(request))
    return _answer(
        request,
        found,
        form,
        "teams",
        lambda: actions.set_teams(actor=actor, person=found, teams=form.chosen()),
    )


@gate(PEOPLE_MANAGE)
def person_skills(request: HttpRequest, person_id: int) -> HttpResponse:
    """POST sets the person's skills."""
    actor = actor_of(request)
    found = queries.get_person_for(actor, person_id)
    form = SkillsForm(found, posted(request))
    return _answer(
        request,
        found,
        form,
        "skills",
        lambda: actions.set_skills(actor=actor, person=found, skills=form.chosen()),
    )


@require_POST
@gate(PEOPLE_MANAGE)
def person_invitation(request: HttpRequest, person_id: int) -> HttpResponse:
    """Sends an invitation, or another one."""
    actor = actor_of(request)
    found = queries.get_person_for(actor, person_id)
    actions.invite_person(actor=actor, person=found)
    return redirect(request, _page_of(found), toast=_("The invitation is on its way."))


@require_POST
@gate(PEOPLE_MANAGE)
def person_activity(request: HttpRequest, person_id: int) -> HttpResponse:
    """Deactivates the person, or activates them again."""
    actor = actor_of(request)
    found = queries.get_person_for(actor, person_id)
    if request.POST.get("active") == "yes":
        actions.reactivate_person(actor=actor, person=found)
        return redirect(request, _page_of(found), toast=_("The account is open again."))
    actions.deactivate_person(actor=actor, person=found)
    undo = reverse("accounts:person_reactivation", args=[found.pk])
    return redirect(
        request, _page_of(found), toast=_("The account is closed, its sessions have ended."), undo_url=undo
    )


@require_POST
@gate(PEOPLE_MANAGE)
def person_reactivation(request: HttpRequest, person_id: int) -> HttpResponse:
    """Takes a deactivation back."""
    actor = actor_of(request)
    found = queries.get_person_for(actor, person_id)
    actions.reactivate_person(actor=actor, person=found)
    return redirect(request, _page_of(found), toast=_("The account is open again."))


@gate(PEOPLE_MANAGE)
def person_erasure(request: HttpRequest, person_id: int) -> HttpResponse:
    """Says what is removed and what stays, or why it cannot be; POST with the typed name does it.

    The figures are fetched by the page itself: counting who names a person takes a while.
    """
    actor = actor_of(request)
    found = queries.get_person_for(actor, person_id)
    if found.erased_at:
        return redirect(request, _page_of(found))
    form = EraseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.anonymise_person(
                actor=actor, person=found, confirmation=form.cleaned_data["confirmation"]
            )
        except DomainError as refused:
            apply_error(form, refused)
        else:
            return redirect(request, _page_of(found))
    is_counted = "count" in request.GET
    lines, warnings = queries.erasure_survey(found) if is_counted else ([], queries.erasure_warnings(found))
    context = {
        "form": form,
        "person": found,
        "refusal": _refusal(actor, found),
        "is_counted": is_counted,
        "lines": lines,
        "warnings": warnings,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/person_erase.html", context, block="figures", status=status)


def _refusal(actor: Actor, found: Person) -> str:
    """Why this person cannot be erased by this actor; "" where they can."""
    try:
        actions.check_can_anonymise(actor=actor, person=found)
    except DomainError as refused:
        return describe(refused)
    return ""


def _page_of(found: Person) -> str:
    return reverse("accounts:person", args=[found.pk])


def _answer(
    request: HttpRequest, found: Person, form: Form, name: str, act: Callable[[], object]
) -> HttpResponse:
    """Do what one of the page's forms asks, or show the page with the form's errors."""
    if form.is_bound and form.is_valid():
        try:
            act()
        except DomainError as refused:
            apply_error(form, refused)
        else:
            return redirect(request, _page_of(found), toast=_("Saved"))
    actor = actor_of(request)
    # Read again: what the refused action had filled in must not be shown as if it were saved.
    return _page(request, actor, queries.get_person_for(actor, found.pk), {name: form})


def _page(request: HttpRequest, actor: Actor, found: Person, forms: dict[str, Form]) -> HttpResponse:
    shown: dict[str, Form] = {
        "details": PersonForm(actor, person=found),
        "roles": RolesForm(found),
        "skills": SkillsForm(found),
        "teams": TeamsForm(found),
    } | forms
    context = {
        "person": found,
        "forms": shown,
        "invited_until": queries.invitation_until(found),
        "is_self": actor.id == found.pk,
    }
    bad = any(form.errors for form in forms.values())
    return render(request, "accounts/person.html", context, status=422 if bad else 200)
