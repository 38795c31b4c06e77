"""Administration pages of calendars and service levels."""

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firstline.accounts.permissions import SETTINGS_MANAGE, actor_of, gate
from firstline.kit.errors import DomainError, InvalidInput
from firstline.organizations.models import Organization
from firstline.servicelevels import actions, queries
from firstline.servicelevels.arithmetic import CalendarError
from firstline.servicelevels.enums import PRIORITIES, Metric, shown_name
from firstline.servicelevels.forms import (
    CalendarForm,
    DayForm,
    NewCalendarForm,
    PolicyForm,
    SeedForm,
    target_field,
)
from firstline.servicelevels.notation import parse_date
from firstline.servicelevels.wording import windows_text
from firstline.ui import messages, toasts
from firstline.ui.forms import apply_error
from firstline.ui.pages import redirect, render


@gate(SETTINGS_MANAGE)
def calendars(request: HttpRequest) -> HttpResponse:
    """The list; POST makes a calendar."""
    form = NewCalendarForm(request.POST or None, initial={"zone": _default_zone()})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_calendar(actor=actor_of(request), **form.cleaned_data)
        except DomainError as error:
            apply_error(form, error)
        else:
            return redirect(request, _page(made.pk), toast=_("Calendar made. Set its hours."))
    context = {
        "calendars": queries.calendar_rows(),
        "teams": queries.team_rows(),
        "form": form,
        "windows_text": windows_text,
        "shown_name": shown_name,
    }
    return render(request, "servicelevels/calendars.html", context, status=422 if form.errors else 200)


@gate(SETTINGS_MANAGE)
def calendar(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """One calendar; POST saves its hours."""
    page = queries.calendar_page(calendar_id)
    form = CalendarForm(page, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_calendar(actor=actor_of(request), calendar_id=calendar_id, **form.values())
        except DomainError as error:
            apply_error(form, error)
        else:
            return redirect(request, _page(calendar_id), toast=_("Saved. Open clocks follow in a moment."))
    return _calendar_page(request, page, hours=form)


@gate(SETTINGS_MANAGE)
def calendar_day(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """POST gives a date hours of its own or a day off; with `remove`, it follows the week again."""
    actor = actor_of(request)
    if request.method == "POST" and "remove" in request.POST:
        try:
            day = parse_date(request.POST["remove"])
        except CalendarError as error:
            raise InvalidInput("calendar_date_invalid", value=error.value) from error
        actions.remove_day(actor=actor, calendar_id=calendar_id, day=day)
        return redirect(request, _page(calendar_id), toast=_("The date follows the week again."))
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_day(actor=actor, calendar_id=calendar_id, **form.values())
        except DomainError as error:
            apply_error(form, error)
        else:
            return redirect(request, _page(calendar_id), toast=_("Saved. Open clocks follow in a moment."))
    return _calendar_page(request, queries.calendar_page(calendar_id), day=form)


@gate(SETTINGS_MANAGE)
def calendar_seed(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """POST enters the public holidays of a country and a year."""
    form = SeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.seed_holidays(
                actor=actor_of(request), calendar_id=calendar_id, **form.cleaned_data
            )
        except DomainError as error:
            apply_error(form, error)
        else:
            words = ngettext("%(n)s date entered.", "%(n)s dates entered.", count) % {"n": count}
            return redirect(request, _page(calendar_id), toast=words)
    return _calendar_page(request, queries.calendar_page(calendar_id), seed=form)


@gate(SETTINGS_MANAGE)
def calendar_default(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """POST makes it the default calendar."""
    actor = actor_of(request)
    return _post(
        request,
        lambda: actions.make_default_calendar(actor=actor, calendar_id=calendar_id),
        back=_page(calendar_id),
        words=_("This is the default calendar now."),
    )


@gate(SETTINGS_MANAGE)
def calendar_delete(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """POST deletes a calendar that nothing uses."""
    actor = actor_of(request)
    return _post(
        request,
        lambda: actions.delete_calendar(actor=actor, calendar_id=calendar_id),
        back=_page(calendar_id),
        to=reverse("servicelevels-calendars"),
        words=_("Calendar deleted."),
    )


@gate(SETTINGS_MANAGE)
def team_calendar(request: HttpRequest, team_id: int) -> HttpResponse:
    """POST chooses the calendar a team works by."""
    chosen = request.POST.get("calendar", "")
    calendar_id = int(chosen) if chosen.isdecimal() and len(chosen) < 18 else None
    actor = actor_of(request)
    return _post(
        request,
        lambda: actions.assign_team_calendar(actor=actor, team_id=team_id, calendar_id=calendar_id),
        back=reverse("servicelevels-calendars"),
        words=_("Saved. Open clocks follow in a moment."),
    )


@gate(SETTINGS_MANAGE)
def service_levels(request: HttpRequest) -> HttpResponse:
    """Policies with their targets; POST saves one of them."""
    rows, calendars_found = queries.policy_rows(), queries.calendar_rows()
    posted = request.POST.get("policy", "") if request.method == "POST" else ""
    forms = {
        row.id: PolicyForm(row, calendars_found, request.POST if posted == str(row.id) else None)
        for row in rows
    }
    form = next((form for policy_id, form in forms.items() if str(policy_id) == posted), None)
    if form is not None and form.is_valid():
        try:
            actions.change_policy(actor=actor_of(request), policy_id=int(posted), **form.values())
        except DomainError as error:
            apply_error(form, error)
        else:
            words = _("Saved. Open clocks take the new targets over in a moment.")
            return redirect(request, reverse("servicelevels-policies"), toast=words)
    taken = {row.organization_id for row in rows}
    context = {
        "policies": [(row, forms[row.id]) for row in rows],
        "priorities": PRIORITIES,
        "metrics": list(Metric),
        "target_field": target_field,
        "shown_name": shown_name,
        "organizations": [
            (pk, name) for pk, name in Organization.objects.values_list("pk", "name") if pk not in taken
        ],
    }
    return render(request, "servicelevels/policies.html", context, status=422 if form else 200)


@gate(SETTINGS_MANAGE)
def policy_new(request: HttpRequest) -> HttpResponse:
    """POST gives an organisation a policy of its own."""
    chosen = request.POST.get("organization", "")
    organization_id = int(chosen) if chosen.isdecimal() and len(chosen) < 18 else 0
    actor = actor_of(request)
    return _post(
        request,
        lambda: actions.create_policy(actor=actor, organization_id=organization_id),
        back=reverse("servicelevels-policies"),
        words=_("Policy made. Set its targets."),
    )


@gate(SETTINGS_MANAGE)
def policy_delete(request: HttpRequest, policy_id: int) -> HttpResponse:
    """POST puts an organisation back under the policy for everybody."""
    actor = actor_of(request)
    return _post(
        request,
        lambda: actions.delete_policy(actor=actor, policy_id=policy_id),
        back=reverse("servicelevels-policies"),
        words=_("Policy deleted."),
    )


def _post(
    request: HttpRequest, act: Callable[[], object], *, back: str, words: str, to: str = ""
) -> HttpResponse:
    """Do one thing on POST and say so; a refusal is said on the page it came from."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        act()
    except DomainError as error:
        toasts.add(request, messages.describe(error), kind="failed")
        return redirect(request, back)
    return redirect(request, to or back, toast=words)


def _calendar_page(request: HttpRequest, page: queries.CalendarPage, **forms: Form) -> HttpResponse:
    context = {
        "calendar": page,
        "hours": forms.get("hours") or CalendarForm(page),
        "day": forms.get("day") or DayForm(),
        "seed": forms.get("seed") or SeedForm(),
        "windows_text": windows_text,
        "shown_name": shown_name,
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "servicelevels/calendar.html", context, status=422 if wrong else 200)


def _default_zone() -> str:
    book = queries.rules()
    return book.calendars[book.default_calendar_id].zone


def _page(calendar_id: int) -> str:
    return reverse("servicelevels-calendar", args=[calendar_id])
