"""Steps of the set-up assistant with several lines each: teams, services, invitations."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firstline.accounts import actions as accounts
from firstline.accounts.queries import get_person_for
from firstline.desk.setup_forms import (
    InvitationRow,
    RowForm,
    ServiceRow,
    TeamRow,
    suggested_services,
    suggested_teams,
)
from firstline.desk.setup_views.frame import go_on, show, step
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError
from firstline.organizations import actions as organizations
from firstline.organizations.enums import SetupStep
from firstline.organizations.models import Organization, Team
from firstline.organizations.queries import provider, services
from firstline.ui import toasts
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of

_LINES = 6
_LINES_MAX = 50
Row = TypeVar("Row", bound=RowForm)


@step(SetupStep.TEAMS)
def teams(request: HttpRequest) -> HttpResponse:
    """The first teams with their tier; the administrator may join one."""
    actor = actor_of(request)
    existing = list(Team.objects.filter(is_active=True))
    rows, made = _worked_off(request, TeamRow, lambda row: _make_team(actor, row))
    if made is not None:
        return go_on(request, SetupStep.TEAMS)
    suggestions = [] if existing else suggested_teams()
    rows = rows or _blank(TeamRow, suggestions, 4)
    existing = list(Team.objects.filter(is_active=True))
    return show(request, SetupStep.TEAMS, {"rows": rows, "existing": existing}, bad=_any_bad(rows))


@step(SetupStep.SERVICES)
def services_(request: HttpRequest) -> HttpResponse:
    """What people use, with the words by which requests speak of it."""
    actor = actor_of(request)
    rows, made = _worked_off(request, ServiceRow, lambda row: _make_service(actor, row))
    if made is not None:
        return go_on(request, SetupStep.SERVICES)
    existing = services()
    rows = rows or _blank(ServiceRow, [] if existing else suggested_services(), _LINES)
    return show(request, SetupStep.SERVICES, {"rows": rows, "existing": existing}, bad=_any_bad(rows))


@step(SetupStep.INVITATIONS)
def invitations(request: HttpRequest) -> HttpResponse:
    """Colleagues, who each get a mail with a link to set their password."""
    actor = actor_of(request)
    home = provider()
    assert home is not None
    rows, made = _worked_off(request, InvitationRow, lambda row: _invite(actor, home, row))
    if made is not None:
        if made:
            words = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", made)
            toasts.add(request, words % {"n": made})
        return go_on(request, SetupStep.INVITATIONS)
    rows = rows or _blank(InvitationRow, [], _LINES)
    return show(request, SetupStep.INVITATIONS, {"rows": rows}, bad=_any_bad(rows))


def _worked_off(
    request: HttpRequest, kind: type[Row], act: Callable[[Row], object]
) -> tuple[list[Row], int | None]:
    """Do what each filled-in line asks.

    Returns the lines that could not be done, with their errors, and how many were done;
    None for the latter when nothing was sent or a line has errors. What is done stays done.
    """
    if request.method != "POST":
        return [], None
    sent = [
        kind(request.POST, prefix=f"row{number}")
        for number in range(_LINES_MAX)
        if f"row{number}-name" in request.POST
    ]
    left, made = [], 0
    for row in sent:
        if row.is_valid() and row.is_empty:
            continue
        if row.is_valid() and _done(row, act):
            made += 1
        else:
            left.append(row)
    if left and made:
        toasts.add(request, _("The other lines are saved."))
    return left, None if left else made


def _done(row: Row, act: Callable[[Row], object]) -> bool:
    try:
        act(row)
    except DomainError as refused:
        apply_error(row, refused)
        return False
    return True


def _blank(kind: type[Row], suggestions: Sequence[dict[str, object]], lines: int) -> list[Row]:
    count = max(lines, len(suggestions) + 1)
    return [
        kind(prefix=f"row{number}", initial=suggestions[number] if number < len(suggestions) else None)
        for number in range(count)
    ]


def _any_bad(rows: Sequence[RowForm]) -> bool:
    return any(row.is_bound and row.errors for row in rows)


def _make_team(actor: Actor, row: TeamRow) -> None:
    values = row.cleaned_data
    team = organizations.create_team(
        actor=actor, name=values["name"], tier=values["tier"], email_address=values["email_address"]
    )
    if values["join"]:
        me = get_person_for(actor, actor.id or 0)
        held = dict(me.team_memberships.values_list("team_id", "is_lead"))
        accounts.set_teams(actor=actor, person=me, teams=held | {team.pk: True})


def _make_service(actor: Actor, row: ServiceRow) -> None:
    organizations.create_service(actor=actor, **row.values())


def _invite(actor: Actor, home: Organization, row: InvitationRow) -> None:
    values = row.cleaned_data
    details = accounts.PersonDetails(name=values["name"], email=values["email"], organization=home)
    person = accounts.create_person(actor=actor, details=details, roles=row.roles(), invite=True)
    if values["team"] is not None:
        accounts.set_teams(actor=actor, person=person, teams={values["team"].pk: False})
