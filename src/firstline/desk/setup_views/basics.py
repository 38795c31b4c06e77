"""Steps of the set-up assistant: the organisation, and when its teams work."""

from django.http import HttpRequest, HttpResponse

from firstline.desk.setup_forms import HolidaysForm, SetupCalendarForm
from firstline.desk.setup_views.frame import go_on, show, step
from firstline.kit import clock
from firstline.kit.errors import Conflict, DomainError
from firstline.organizations import actions as organizations
from firstline.organizations.enums import SetupStep
from firstline.organizations.forms import OrganizationForm
from firstline.organizations.queries import installation, provider
from firstline.servicelevels import actions as servicelevels
from firstline.servicelevels.queries import calendar_page, calendar_rows
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of


@step(SetupStep.ORGANIZATION)
def organization(request: HttpRequest) -> HttpResponse:
    """Who gives support; language and zone count for the installation too."""
    actor = actor_of(request)
    found = provider()
    if found is None:
        raise Conflict("provider_needed")
    form = OrganizationForm(request.POST if request.method == "POST" else None, organization=found)
    if form.is_bound and form.is_valid():
        values = form.values()
        try:
            organizations.update_organization(actor=actor, organization=found, **values)
            organizations.update_installation(
                actor=actor,
                name=values["name"],
                public_url=installation().public_url,
                default_language=values["default_language"],
                time_zone=values["time_zone"],
            )
        except DomainError as refused:
            apply_error(form, refused)
        else:
            return go_on(request, SetupStep.ORGANIZATION)
    return show(request, SetupStep.ORGANIZATION, {"form": form}, bad=bool(form.errors))


@step(SetupStep.CALENDAR)
def calendar(request: HttpRequest) -> HttpResponse:
    """The hours of the default calendar, and the holidays of a country for this year."""
    actor = actor_of(request)
    row = next(row for row in calendar_rows() if row.is_default)
    data = request.POST if request.method == "POST" else None
    form = SetupCalendarForm(calendar_page(row.id), data, zone=installation().time_zone)
    holidays = HolidaysForm(data)
    if form.is_bound and form.is_valid() and holidays.is_valid():
        try:
            servicelevels.change_calendar(actor=actor, calendar_id=row.id, **form.values())
            if holidays.cleaned_data["country"]:
                servicelevels.seed_holidays(
                    actor=actor,
                    calendar_id=row.id,
                    country=holidays.cleaned_data["country"],
                    year=clock.now().year,
                )
        except DomainError as refused:
            apply_error(form, refused)
        else:
            return go_on(request, SetupStep.CALENDAR)
    bad = bool(form.errors or holidays.errors)
    return show(request, SetupStep.CALENDAR, {"form": form, "holidays": holidays}, bad=bad)
