"""What people see and change about themselves: profile, password, sessions, tokens."""

from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from firstline.accounts import actions, queries
from firstline.accounts.choices import remember_theme
from firstline.accounts.forms import posted
from firstline.accounts.forms.profile import PasswordForm, ProfileForm, TokenForm
from firstline.accounts.models import Person
from firstline.accounts.permissions import TOKEN_MANAGE
from firstline.kit import clock
from firstline.kit.errors import DomainError
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate, signed_in
from firstline.ui.pages import redirect, render


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, zone and colours; POST saves them."""
    person = _person(request)
    form = ProfileForm(person, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_profile(actor=actor_of(request), person=person, **form.cleaned_data)
        except DomainError as refused:
            apply_error(form, refused)
        else:
            with translation.override(person.language):
                answer = redirect(request, reverse("accounts:profile"), toast=_("Saved"))
            remember_theme(request, answer, person.theme)
            return answer
    return _page(request, "accounts/profile.html", form, {"password_form": PasswordForm()})


@require_POST
@sensitive_post_parameters("present", "password")
@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Changes the password; other browsers are signed out, this one stays."""
    person = _person(request)
    form = PasswordForm(request.POST)
    key = request.session.session_key or ""
    if form.is_valid():
        try:
            actions.change_password(actor=actor_of(request), person=person, keep_key=key, **form.cleaned_data)
        except DomainError as refused:
            apply_error(form, refused)
        else:
            update_session_auth_hash(request, person)
            actions.renew_session(person=person, old_key=key, new_key=request.session.session_key or "")
            words = _("Your password is changed. Other browsers were signed out.")
            return redirect(request, reverse("accounts:profile"), toast=words)
    return _page(request, "accounts/profile.html", ProfileForm(person), {"password_form": form}, status=422)


@signed_in
@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    rows = queries.session_rows(_person(request), request.session.session_key or "")
    return _page(request, "accounts/sessions.html", None, {"sessions": rows})


@require_POST
@signed_in
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """Signs one browser out."""
    actions.end_session(actor=actor_of(request), person=_person(request), session_id=session_id)
    return redirect(request, reverse("accounts:sessions"), toast=_("Signed out there."))


@require_POST
@signed_in
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Signs out everywhere but here."""
    actions.end_other_sessions(
        actor=actor_of(request), person=_person(request), keep_key=request.session.session_key or ""
    )
    return redirect(request, reverse("accounts:sessions"), toast=_("Signed out everywhere else."))


@gate(TOKEN_MANAGE)
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """One's API tokens; POST makes one and shows its secret this one time."""
    person = _person(request)
    form = TokenForm(posted(request))
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = actions.create_token(actor=actor_of(request), person=person, **form.cleaned_data)
        except DomainError as refused:
            apply_error(form, refused)
        else:
            form = TokenForm()
    rows = person.api_tokens.filter(revoked_at=None)
    context = {"tokens": rows, "secret": secret, "now": clock.now()}
    return _page(request, "accounts/tokens.html", form, context)


@require_POST
@gate(TOKEN_MANAGE)
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Makes a token useless."""
    actions.revoke_token(actor=actor_of(request), person=_person(request), token_id=token_id)
    return redirect(request, reverse("accounts:tokens"), toast=_("The token is revoked."))


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def _page(
    request: HttpRequest, template: str, form: Form | None, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    on_desk = actor.may("tickets:ticket:view")
    shown = context | {
        "form": form,
        "person": _person(request),
        "layout": "accounts/own_desk.html" if on_desk else "accounts/own_portal.html",
        "may_have_tokens": actor.may(TOKEN_MANAGE),
    }
    return render(request, template, shown, status=422 if form and form.errors else status)
