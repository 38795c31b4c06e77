"""How allauth behaves here: nobody signs up by themselves, writes go through our actions."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from firstline.accounts import actions
from firstline.accounts.actions.passwords import check_password_strength
from firstline.accounts.mails import send_password_reset
from firstline.accounts.models import Person
from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.accounts.queries import actor_for
from firstline.kit.errors import InvalidInput
from firstline.organizations.queries import installation
from firstline.ui.messages import describe


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are made by administrators, invitations and inbound mail only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "invalid_password_reset": _("This link was used, is too old or is not complete."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse | None:
        """With the right password allauth comes here even for people whom the backend turned away."""
        if not user.is_active or not user.organization.is_active:
            closed: HttpResponse = self.respond_user_inactive(request, user)
            return closed
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Set-up first where it is open; the desk for those who work there; the portal for all others."""
        assert isinstance(request.user, Person)
        actor = actor_for(request.user)
        if actor.may(SETTINGS_MANAGE) and not installation().is_set_up:
            return "/setup/"
        return "/desk/" if actor.may("tickets:ticket:view") else "/portal/"

    def clean_password(self, password: str, user: Person | None = None) -> str:
        """Our rules, as errors of allauth's forms."""
        try:
            check_password_strength(password, user)
        except InvalidInput as weak:
            raise ValidationError(describe(weak)) from None
        return password

    def set_password(self, user: Person, password: str) -> None:
        """After a reset link: audited, and every session ends."""
        actions.reset_password(actor=actor_for(user), person=user, password=password)

    def send_password_reset_mail(self, user: Person, email: str, context: dict[str, Any]) -> None:
        """Our mail in the person's language; its address never comes from the request's Host."""
        send_password_reset(user, urlsplit(context["password_reset_url"]).path)

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Pages of ours say what happened."""

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """The actions send word of their own."""
