"""Forms of Administration about roles and teams."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from firstline.accounts.models import Role
from firstline.accounts.queries import permissions_by_slice
from firstline.organizations.enums import Tier
from firstline.organizations.models import Team


class RoleForm(forms.Form):
    """What a role allows, in groups."""

    def __init__(self, role: Role | None, data: Any = None) -> None:
        super().__init__(data)
        if role is None:
            self.fields["label"] = forms.CharField(label=_("Name"), max_length=200)
        held = set(role.permissions) if role else set()
        self.groups = permissions_by_slice()
        for number, (title, permissions) in enumerate(self.groups):
            names = [permission.name for permission in permissions]
            self.fields[f"group_{number}"] = forms.MultipleChoiceField(
                label=title,
                choices=[(permission.name, permission.label) for permission in permissions],
                required=False,
                initial=[name for name in names if name in held],
                widget=forms.CheckboxSelectMultiple,
            )
        declared = {permission.name for _title, held_here in self.groups for permission in held_here}
        self.undeclared = sorted(held - declared)

    def chosen(self) -> list[str]:
        """The permissions that the role shall have; those of absent slices stay."""
        picked = [name for number in range(len(self.groups)) for name in self.cleaned_data[f"group_{number}"]]
        return [*picked, *self.undeclared]


class TeamForm(forms.Form):
    """A team."""

    name = forms.CharField(label=_("Name"), max_length=200)
    tier = forms.ChoiceField(label=_("Tier"), choices=Tier.choices)
    email_address = forms.CharField(
        label=_("E-mail address"),
        max_length=320,
        required=False,
        widget=forms.EmailInput(),
        help_text=_("Mail to this address becomes a request for this team."),
    )
    default = forms.BooleanField(
        label=_("The default team"),
        required=False,
        help_text=_("Gets every request that no rule sends elsewhere."),
    )

    def __init__(self, data: Any = None, *, team: Team | None = None) -> None:
        names = ("name", "tier", "email_address", "default")
        super().__init__(data, initial={name: getattr(team, name) for name in names} if team else None)
