"""Administration of mail: mailboxes, what came in, the quarantine, what went out."""

from copy import copy
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firstline.accounts.permissions import OUTBOX_VIEW, SETTINGS_MANAGE
from firstline.kit.errors import DomainError
from firstline.mail import actions, checking, queries, sink, storage
from firstline.mail.enums import REASONS, InboundState, OutboundState
from firstline.mail.forms import STATE_ALL, MailboxForm, initial_of
from firstline.mail.models import Mailbox, SinkMessage
from firstline.mail.parsing import ParsedMail, parse
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Findings:
    """The result of a connection test."""

    imap: checking.Finding
    smtp: checking.Finding


@gate(SETTINGS_MANAGE)
def overview(request: HttpRequest) -> HttpResponse:
    """Mailboxes, and what came in, by state."""
    state = request.GET.get("state", "")
    state = state if state in InboundState.values else ""
    page = _page_number(request)
    rows = list(queries.inbound_list(state)[page * PAGE_ROWS : (page + 1) * PAGE_ROWS + 1])
    counts = queries.inbound_counts()
    tabs = [(STATE_ALL, reverse("mail:overview"), not state, "")] + [
        (label, f"?state={code}", code == state, counts.get(code, 0)) for code, label in InboundState.choices
    ]
    context = {
        "mailboxes": list(Mailbox.objects.order_by("id")),
        "addresses": sorted(queries.own_addresses()),
        "rows": rows[:PAGE_ROWS],
        "reasons": REASONS,
        "tabs": tabs,
        **_pager(request, page, has_more=len(rows) > PAGE_ROWS),
    }
    return render(request, "mail/overview.html", context, block="content")


@gate(SETTINGS_MANAGE)
def mailbox(request: HttpRequest, mailbox_id: int | None = None) -> HttpResponse:
    """One mailbox; POST saves it, or with `test` tries it out as entered."""
    row = queries.get_mailbox(mailbox_id) if mailbox_id else None
    form = MailboxForm(request.POST or None, initial=initial_of(row))
    findings = None
    if request.method == "POST" and form.is_valid():
        try:
            if "test" in request.POST:
                findings = _test(form, row)
            else:
                actions.save_mailbox(actor=actor_of(request), settings=form.settings(), mailbox=row)
                return redirect(request, reverse("mail:overview"), toast=_("Saved"))
        except DomainError as error:
            apply_error(form, error)
    context = {"form": form, "mailbox": row, "findings": findings}
    return render(request, "mail/mailbox.html", context, status=422 if form.errors else 200)


@gate(SETTINGS_MANAGE)
def inbound(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """One message that came in: what we understood, what became of it."""
    row = queries.get_inbound(inbound_id)
    context = {"row": row, "mail": _read(row.path), "reason": REASONS.get(row.reason, "")}
    return render(request, "mail/inbound.html", context)


@gate(SETTINGS_MANAGE)
def inbound_raw(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """The stored bytes, to look at with other tools."""
    row = queries.get_inbound(inbound_id)
    try:
        raw = storage.load(row.path)
    except OSError:
        return redirect(request, reverse("mail:inbound", args=[row.pk]))
    response = HttpResponse(raw, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="message-{row.pk}.eml"'
    return response


@require_POST
@gate(SETTINGS_MANAGE)
def inbound_retry(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """Process once more."""
    actions.retry(actor=actor_of(request), inbound_id=inbound_id)
    return redirect(
        request, reverse("mail:inbound", args=[inbound_id]), toast=_("It is processed once more.")
    )


@require_POST
@gate(SETTINGS_MANAGE)
def inbound_drop(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """Set aside for good."""
    actions.drop(actor=actor_of(request), inbound_id=inbound_id)
    return redirect(
        request,
        f"{reverse('mail:overview')}?state=quarantined",
        toast=_("Dropped. The message itself is kept."),
    )


@gate(OUTBOX_VIEW)
def outbox(request: HttpRequest, outbound_id: int | None = None) -> HttpResponse:
    """What we sent, newest first, and one message of it."""
    page = _page_number(request)
    rows = list(queries.outbound_list()[page * PAGE_ROWS : (page + 1) * PAGE_ROWS + 1])
    shown = queries.get_outbound(outbound_id) if outbound_id else None
    sunk = SinkMessage.objects.filter(outbound=shown).first() if shown else None
    mail = _read(sunk.path) if sunk else None
    context = {
        "rows": rows[:PAGE_ROWS],
        "shown": shown,
        "sunk": sunk,
        "mail": mail,
        # A link that signs in as somebody else is nobody's business but the recipient's. While no mailbox
        # is connected, who could connect one to anything may hand it on.
        "is_hidden": bool(
            shown and shown.is_private and not (sunk and actor_of(request).may(SETTINGS_MANAGE))
        ),
        "is_built_in": queries.sending_mailbox() is None,
        "built_in_route": sink.ROUTE,
        "states": OutboundState,
        "may_retry": actor_of(request).may(SETTINGS_MANAGE),
        **_pager(request, page, has_more=len(rows) > PAGE_ROWS),
    }
    return render(request, "mail/outbox.html", context, block="content")


@gate(SETTINGS_MANAGE)
def outbox_retry(request: HttpRequest, outbound_id: int) -> HttpResponse:
    """POST: try a failed message again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actions.send_again(actor=actor_of(request), outbound_id=outbound_id)
    return redirect(request, reverse("mail:outbound", args=[outbound_id]), toast=_("It is sent again."))


def _test(form: MailboxForm, row: Mailbox | None) -> Findings:
    # A twin, so that a test changes nothing but knows the stored passwords.
    draft = actions.apply_settings(copy(row) if row else Mailbox(), form.settings())
    return Findings(checking.check_imap(draft), checking.check_smtp(draft))


def _read(path: str) -> ParsedMail | None:
    try:
        return parse(storage.load(path))
    except OSError:
        return None


def _page_number(request: HttpRequest) -> int:
    given = request.GET.get("page", "0")
    return int(given) if given.isdecimal() and given.isascii() and len(given) < 6 else 0


def _pager(request: HttpRequest, page: int, *, has_more: bool) -> dict[str, str]:
    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {"newer": address(page - 1) if page else "", "older": address(page + 1) if has_more else ""}
