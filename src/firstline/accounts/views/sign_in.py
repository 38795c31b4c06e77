"""Signing in and out, forgotten passwords, invitations."""

from typing import Any

from allauth.account import views as allauth
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from firstline.accounts import actions, queries
from firstline.accounts.choices import remember_theme
from firstline.accounts.enums import Theme
from firstline.accounts.forms.sign_in import ForgottenForm, NewPasswordForm, SignInForm
from firstline.accounts.models import Person
from firstline.kit.errors import DomainError, InvalidInput
from firstline.organizations.queries import installation
from firstline.ui import here
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, public
from firstline.ui.pages import redirect, render

Answer = HttpResponse


class _OurPage:
    """Renders allauth's views in our templates, with what those show."""

    request: HttpRequest
    template_name: str

    def render_to_response(self, context: dict[str, Any], **_kwargs: Any) -> Answer:
        form = context.get("form")
        shown = {
            "form": form,
            "next": context.get("redirect_field_value") or "",
            "token_fail": context.get("token_fail", False),
            "installation": installation(),
        }
        return render(self.request, self.template_name, shown, status=422 if form and form.errors else 200)


class SignIn(_OurPage, allauth.LoginView):  # type: ignore[misc]
    """Address and password."""

    template_name = "account/login.html"
    form_class = SignInForm

    def form_valid(self, form: SignInForm) -> Answer:
        answer: Answer = super().form_valid(form)
        person = self.request.user
        if isinstance(person, Person) and person.theme != Theme.SYSTEM:
            remember_theme(self.request, answer, person.theme)
        return answer


class Forgotten(_OurPage, allauth.PasswordResetView):  # type: ignore[misc]
    """Asks for the address; says the same whether or not anyone has it."""

    template_name = "account/password_reset.html"
    form_class = ForgottenForm


class ForgottenSent(_OurPage, allauth.PasswordResetDoneView):  # type: ignore[misc]
    """The mail is on its way, if there is someone to send it to."""

    template_name = "account/password_reset_done.html"


class SetPassword(_OurPage, allauth.PasswordResetFromKeyView):  # type: ignore[misc]
    """The page behind the link of the mail."""

    template_name = "account/password_reset_from_key.html"
    form_class = NewPasswordForm


class PasswordIsSet(_OurPage, allauth.PasswordResetFromKeyDoneView):  # type: ignore[misc]
    """Sign in with the new password now."""

    template_name = "account/password_reset_from_key_done.html"


sign_in = public(SignIn.as_view())
forgotten = public(Forgotten.as_view())
forgotten_sent = public(ForgottenSent.as_view())
set_password = public(SetPassword.as_view())
password_is_set = public(PasswordIsSet.as_view())


@public
@never_cache
def sign_out(request: HttpRequest) -> Answer:
    """POST signs out; GET asks, because links must not sign people out."""
    if request.method == "POST":
        logout(request)
        answer = redirect(request, reverse("account_login"), toast=_("You are signed out."))
        here.clear(answer, drafts=True)
        return answer
    if not actor_of(request).is_signed_in:
        return redirect(request, reverse("account_login"))
    return render(request, "account/logout.html")


@public
def change_password_place(request: HttpRequest) -> Answer:
    """Where password managers look for the page that changes a password."""
    return redirect(request, reverse("accounts:profile"))


@public
def inactive(request: HttpRequest) -> Answer:
    """For someone with the right password whose account is closed."""
    return render(request, "account/inactive.html", status=403)


@public
@never_cache
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, secret: str) -> Answer:
    """An invited person sets their first password; the link works once."""
    try:
        person = queries.standing_invitation(secret).person
    except InvalidInput:
        return render(request, "account/invitation_invalid.html", status=410)
    form = NewPasswordForm(request.POST or None, user=person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept_invitation(secret=secret, password=form.cleaned_data["password"])
        except DomainError as refused:
            apply_error(form, refused)
        else:
            return redirect(request, reverse("account_login"), toast=_("Your password is set. Sign in now."))
    context = {"form": form, "person": person, "installation": installation()}
    return render(request, "account/invitation.html", context, status=422 if form.errors else 200)


def lockout(request: HttpRequest, *_args: Any) -> Answer:
    """What axes answers while an address is locked from this network address."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "account/lockout.html", {"minutes": minutes}, status=429)


def too_many_requests(request: HttpRequest, _error: Exception | None = None) -> Answer:
    """What allauth answers above its rate limits."""
    return render(request, "account/too_many.html", status=429)
