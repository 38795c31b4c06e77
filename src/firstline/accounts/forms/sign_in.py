"""Forms around signing in."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ResetPasswordForm
from django import forms
from django.utils.translation import gettext_lazy as _

from firstline.accounts.models import Person


def email_field() -> forms.EmailField:
    """An address that browsers and password managers recognise."""
    attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    return forms.EmailField(label=_("E-mail address"), max_length=320, widget=forms.EmailInput(attrs=attrs))


def password_field(*, new: bool = False, label: Any = None, help_text: Any = "") -> forms.CharField:
    """A password, never stripped and never sent back."""
    attrs = {"autocomplete": "new-password" if new else "current-password"}
    return forms.CharField(
        label=label or _("Password"),
        max_length=1000,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput(attrs=attrs),
    )


PASSWORD_HINT = _("At least 10 characters. A few unrelated words are good.")


class SignInForm(LoginForm):  # type: ignore[misc]
    """allauth's form with our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = email_field()
        self.fields["login"].widget.attrs["autofocus"] = True
        self.fields["password"] = password_field()


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]
    """Asks for the address that the reset link goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = email_field()


class NewPasswordForm(forms.Form):
    """A password chosen by its owner; one field, because password managers fill it."""

    password = password_field(new=True, label=_("New password"), help_text=PASSWORD_HINT)

    def __init__(self, *args: Any, user: Person | None = None, temp_key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.temp_key = temp_key

    def clean_password(self) -> str:
        password: str = get_adapter().clean_password(self.cleaned_data["password"], self.user)
        return password

    def save(self) -> None:
        """For allauth's view, which calls this; the adapter hands it to our action."""
        get_adapter().set_password(self.user, self.cleaned_data["password"])
