"""Where a technician starts the day."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries
from firstline.desk.columns import column, counted_column
from firstline.desk.specs import CODE_CHARS_MAX
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.text import has_han
from firstline.tickets.permissions import TICKET_VIEW
from firstline.ui.pages import render

GROUP_ROWS = 12


@require_safe
@gate(TICKET_VIEW)
def home(request: HttpRequest) -> HttpResponse:
    """What is next, what is late, what waits, what is free to take."""
    actor = actor_of(request)
    work = queries.my_work(actor)
    context = {
        "work": work,
        "greeting": _greeting(actor),
        "headline": _headline(work),
        "group_rows": GROUP_ROWS,
        **column(actor, "home"),
    }
    return render(request, "desk/home.html", context, block="work")


@require_safe
@gate(TICKET_VIEW)
def counts(request: HttpRequest) -> HttpResponse:
    """The column of views with how many tickets each holds."""
    actor = actor_of(request)
    context = counted_column(actor, request.GET.get("on", "")[:CODE_CHARS_MAX])
    return render(request, "desk/parts/views.html", context)


@require_safe
@gate(TICKET_VIEW)
def today(request: HttpRequest) -> HttpResponse:
    """One's own load and who of the team is here."""
    return render(request, "desk/parts/today.html", {"today": queries.today(actor_of(request))})


def _greeting(actor: Actor) -> str:
    hour = clock.now().astimezone(ZoneInfo(actor.time_zone)).hour
    name = {"name": actor.label if has_han(actor.label) else actor.label.split(" ")[0]}
    if 5 <= hour < 12:
        return _("Good morning, %(name)s") % name
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s") % name
    return _("Good evening, %(name)s") % name


def _headline(work: queries.Work) -> str:
    """One or two sentences on the promises of today."""
    parts = []
    if work.late_count:
        late = {"n": work.late_count}
        parts.append(ngettext("%(n)s promise is late.", "%(n)s promises are late.", work.late_count) % late)
    if work.close_count:
        close = {"n": work.close_count}
        text = ngettext("%(n)s is about to breach.", "%(n)s are about to breach.", work.close_count)
        parts.append(text % close)
    return " ".join(parts) or _("Every promise is in time.")
