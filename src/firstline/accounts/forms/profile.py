"""Forms about oneself."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.accounts.enums import Theme
from firstline.accounts.forms.sign_in import PASSWORD_HINT, password_field
from firstline.accounts.models import Person
from firstline.organizations.enums import Language

VALIDITIES = [
    ("30", pgettext_lazy("token", "30 days")),
    ("90", pgettext_lazy("token", "90 days")),
    ("365", pgettext_lazy("token", "One year")),
    ("", pgettext_lazy("token", "Until it is revoked")),
]


@cache
def _zone_names() -> tuple[str, ...]:
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


def zones() -> list[tuple[str, str]]:
    """Time zones to choose from."""
    return [(name, name) for name in _zone_names()]


class ProfileForm(forms.Form):
    """What people change about themselves."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    phone = forms.CharField(label=_("Phone"), max_length=50, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices)

    def __init__(self, person: Person, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(person, name) for name in self.base_fields})


class PasswordForm(forms.Form):
    """The present password and the new one."""

    present = password_field(label=_("Present password"))
    password = password_field(new=True, label=_("New password"), help_text=PASSWORD_HINT)


class TokenForm(forms.Form):
    """A token's name and how long it is good for."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=200, help_text=_("For example: Zabbix on server 12.")
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"), choices=VALIDITIES, coerce=int, empty_value=None, required=False, initial="90"
    )
