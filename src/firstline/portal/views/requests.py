"""One's own requests: list, conversation, answer, verdict."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firstline.kit.errors import DomainError, NotFound
from firstline.portal.forms import RatingForm, ReplyForm
from firstline.portal.queries import my_requests, request_page
from firstline.portal.views.asking import store_uploads
from firstline.tickets import actions
from firstline.tickets.enums import Channel
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import PORTAL_USE
from firstline.tickets.queries import heir_of, requested_by
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.messages import describe
from firstline.ui.pages import redirect, render


@gate(PORTAL_USE)
def index(request: HttpRequest) -> HttpResponse:
    """Open requests, or those that are done."""
    done = request.GET.get("show") == "done"
    matters = my_requests(actor_of(request), done=done)
    return render(request, "portal/requests.html", {"matters": matters, "done": done}, block="list")


@gate(PORTAL_USE)
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One request; of one that was merged, the one that goes on."""
    ticket = _own(request, number)
    heir = heir_of(ticket)
    if heir.pk != ticket.pk and requested_by(actor_of(request)).filter(pk=heir.pk).exists():
        text = _("%(source)s is handled together with %(target)s.")
        names = {"source": ticket.display_id, "target": heir.display_id}
        return redirect(request, _url(heir), toast=text % names)
    return _show(request, ticket)


@gate(PORTAL_USE)
def conversation(request: HttpRequest, number: int) -> HttpResponse:
    """The part of the page that changes by itself."""
    return _show(request, _own(request, number))


@gate(PORTAL_USE)
@require_POST
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """Add to the conversation; reopens a solved request."""
    actor, ticket = actor_of(request), _own(request, number)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, ticket, form, status=422)
    try:
        actions.reply(
            actor=actor,
            ticket=ticket,
            body=form.cleaned_data["body"],
            files=store_uploads(request, actor),
            channel=Channel.PORTAL,
        )
    except DomainError as error:
        apply_error(form, error)
        return _show(request, ticket, form, status=error.http_status)
    return redirect(request, _url(ticket), toast=_("Sent."))


@gate(PORTAL_USE)
@require_POST
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """It works again."""
    ticket = actions.confirm_ticket(actor=actor_of(request), ticket=_own(request, number))
    return redirect(request, _url(ticket), toast=_("Glad it works. How was it?"))


@gate(PORTAL_USE)
@require_POST
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    """It does not work yet."""
    ticket = actions.reopen_ticket(
        actor=actor_of(request), ticket=_own(request, number), reason=request.POST.get("reason", "")[:20_000]
    )
    return redirect(request, _url(ticket), toast=_("It is open again; the team knows."))


@gate(PORTAL_USE)
@require_POST
def rate(request: HttpRequest, number: int) -> HttpResponse:
    """One to five stars."""
    ticket = _own(request, number)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return redirect(request, _url(ticket), toast=_("Choose 1 to 5 stars."))
    try:
        actions.rate_ticket(
            actor=actor_of(request),
            ticket=ticket,
            stars=form.cleaned_data["stars"],
            comment=form.cleaned_data["comment"],
        )
    except DomainError as error:
        return redirect(request, _url(ticket), toast=describe(error))
    return redirect(request, _url(ticket), toast=_("Thank you, the team reads this."))


def _show(
    request: HttpRequest, ticket: Ticket, form: ReplyForm | None = None, status: int = 200
) -> HttpResponse:
    context = {"page": request_page(actor_of(request), ticket), "form": form or ReplyForm()}
    return render(request, "portal/request.html", context, block="conversation", status=status)


def _own(request: HttpRequest, number: int) -> Ticket:
    """The actor's own request (or one they follow), however much else they may see at the desk."""
    found = (
        requested_by(actor_of(request))
        .select_related("assignee", "requester", "device", "organization", "service")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise NotFound("ticket_unknown")
    return found


def _url(ticket: Ticket) -> str:
    return reverse("portal:request", args=[ticket.number])
