"""The last steps of the set-up assistant: the mailbox, the agent, the end; and the way out of the demo."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from firstline.accounts.actions import create_setup_link
from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.desk.setup_views.frame import go_on, show, step
from firstline.kit.errors import DomainError
from firstline.mail import actions as mail
from firstline.mail import checking
from firstline.mail.forms import MailboxForm, initial_of
from firstline.mail.models import Mailbox
from firstline.organizations import actions as organizations
from firstline.organizations.enums import SetupStep
from firstline.organizations.permissions import check_can_manage_settings
from firstline.organizations.queries import installation
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render


@step(SetupStep.MAILBOX)
def mailbox(request: HttpRequest) -> HttpResponse:
    """Where mail comes in and goes out; POST with `test` really connects and saves nothing."""
    row = Mailbox.objects.order_by("id").first()
    form = MailboxForm(request.POST if request.method == "POST" else None, initial=initial_of(row))
    findings: list[tuple[str, checking.Finding]] = []
    if form.is_bound and form.is_valid():
        try:
            if "test" in request.POST:
                draft = mail.apply_settings(Mailbox(), form.settings())
                findings = [
                    (_("Incoming mail"), checking.check_imap(draft)),
                    (_("Outgoing mail"), checking.check_smtp(draft)),
                ]
            else:
                mail.save_mailbox(actor=actor_of(request), settings=form.settings(), mailbox=row)
                return go_on(request, SetupStep.MAILBOX)
        except DomainError as refused:
            apply_error(form, refused)
    context = {"form": form, "findings": findings}
    return show(request, SetupStep.MAILBOX, context, bad=bool(form.errors))


@step(SetupStep.AGENT)
def agent(request: HttpRequest) -> HttpResponse:
    """How devices come in; POST ends set-up."""
    if request.method == "POST":
        organizations.finish_setup(actor=actor_of(request))
        return redirect(request, "/desk/", toast=_("Everything is ready."))
    return show(request, SetupStep.AGENT)


@gate(SETTINGS_MANAGE)
def leave_demo(request: HttpRequest) -> HttpResponse:
    """Says what leaving the demo means; POST with the box ticked does it and opens the assistant.

    The demo's people go, also the one who asks: a fresh one-time link carries them over.
    """
    actor = actor_of(request)
    check_can_manage_settings(actor)
    if request.method == "POST" and request.POST.get("sure") == "yes":
        organizations.remove_demo(actor=actor)
        link = f"{reverse('setup:start')}?key={create_setup_link()}"
        logout(request)
        return redirect(request, link, toast=_("The demo is gone. Now make this installation yours."))
    return render(request, "desk/setup/leave_demo.html", {"installation": installation()})
