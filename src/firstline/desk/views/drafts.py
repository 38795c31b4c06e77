"""The reply box while one writes: kept words, what colleagues have begun, the preview, files as they come."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk.pages import answer_step, check_is_staff, kept_draft
from firstline.desk.queries.inserting import colleagues_named, texts_for
from firstline.desk.reading import kept_files, number_or_none, uploads
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, InvalidInput
from firstline.tickets import actions
from firstline.tickets.enums import DraftMode
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import TICKET_VIEW
from firstline.tickets.queries import drafts_of, get_ticket_for
from firstline.tickets.rendering import html_of_message
from firstline.ui import messages
from firstline.ui.pages import redirect, render
from firstline.ui.sizes import file_size
from firstline.ui.times import time_of_day
from firstline.ui.toasts import Toast
from firstline.writing.queries import signature_of

PREVIEW_CHARACTERS_MAX = 50_000


@require_POST
@gate(TICKET_VIEW)
def save(request: HttpRequest, number: int) -> HttpResponse:
    """Keep what is typed: scripts get the new revision, a plain form the way back to the ticket."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    by_script = "application/json" in request.headers.get("Accept", "")
    own = drafts_of(ticket, actor).own
    now = own.revision if own is not None else 0
    told = number_or_none(request.POST.get("revision", ""))
    try:
        kept = actions.save_draft(
            actor=actor,
            ticket=ticket,
            body=request.POST.get("body", ""),
            mode=DraftMode.NOTE if request.POST.get("mode") == DraftMode.NOTE else DraftMode.REPLY,
            fields={name: request.POST.get(name, "") for name in ("cc", "bcc", "after")},
            kept=kept_files(request, actor),
            # A plain form has no other window to mind, and a page whose words were beaten may insist.
            revision=told if by_script and told is not None and "force" not in request.POST else now,
        )
    except DomainError as error:
        if not by_script:
            raise
        said = {"error": messages.describe(error), "code": error.code, "revision": now}
        return JsonResponse(said, status=error.http_status)
    if by_script:
        return JsonResponse({"revision": kept.revision, "at": time_of_day(kept.updated_at)})
    return redirect(request, reverse("desk:ticket", args=[number]) + "#composer", toast=_("Draft kept"))


@require_safe
@gate(TICKET_VIEW)
def others(request: HttpRequest, number: int) -> HttpResponse:
    """What colleagues have begun to write here."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    context = {"ticket": ticket, "others": drafts_of(ticket, actor).others}
    return render(request, "desk/parts/drafts.html", context)


@require_POST
@gate(TICKET_VIEW)
def take(request: HttpRequest, number: int, draft_id: int) -> HttpResponse:
    """Go on with a colleague's words: they come before what stands in one's own box."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    taken = actions.take_draft(actor=actor, ticket=ticket, draft_id=draft_id)
    toast = Toast(_("You go on with what %(name)s began") % {"name": taken.author.name})
    own = drafts_of(ticket, actor).own
    returned = kept_draft(actor, own, body=taken.body, is_back=True) if own is not None else None
    return answer_step(request, actor, number, toast, returned)


@require_POST
@gate(TICKET_VIEW)
def preview(request: HttpRequest, number: int) -> HttpResponse:
    """The words as the reader will see them, by the renderer that sends them."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    body = request.POST.get("body", "")[:PREVIEW_CHARACTERS_MAX]
    is_note = request.POST.get("mode") == DraftMode.NOTE
    signature = "" if is_note else signature_of(ticket, actor.id, ticket.requester.language)
    context = {
        "ticket": ticket,
        "html": html_of_message(body),
        "is_empty": not body.strip(),
        "signature": signature or ("" if is_note else actor.label),
        "language": ticket.requester.language,
    }
    return render(request, "desk/parts/preview.html", context)


@require_safe
@gate(TICKET_VIEW)
def inserts(request: HttpRequest, number: int) -> HttpResponse:
    """What can be put into the words: texts and articles for a slash, colleagues for an at sign."""
    actor = actor_of(request)
    ticket = _ticket(actor, number)
    text = request.GET.get("q", "")[:60]
    found = (
        colleagues_named(actor, ticket, text)
        if request.GET.get("kind") == "at"
        else texts_for(actor, ticket, text)
    )
    return render(request, "desk/parts/inserts.html", {"ticket": ticket, "groups": found})


@require_POST
@gate(TICKET_VIEW)
def upload(request: HttpRequest, number: int) -> HttpResponse:
    """One file of a message to be: stored at once, so that sending only names it."""
    actor = actor_of(request)
    _ticket(actor, number)
    try:
        stored = uploads(request, actor, "file")
        if len(stored) != 1:
            raise InvalidInput("file_empty", field="file", name="")
    except DomainError as error:
        return JsonResponse({"error": messages.describe(error)}, status=error.http_status)
    file = stored[0]
    said = {
        "id": str(file.pk),
        "name": file.name,
        "size": file_size(file.size_bytes),
        "url": file.url if file.is_image else "",
    }
    return JsonResponse(said, status=201)


def _ticket(actor: Actor, number: int) -> Ticket:
    ticket = get_ticket_for(actor, number)
    check_is_staff(actor, ticket)
    return ticket
