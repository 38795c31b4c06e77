"""Forms of Administration about people."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.accounts.actions import PersonDetails
from firstline.accounts.enums import RoleCode
from firstline.accounts.forms.profile import zones
from firstline.accounts.models import Person, Role, Skill
from firstline.accounts.queries import role_label
from firstline.kit.actor import Actor
from firstline.organizations.enums import Language
from firstline.organizations.models import Department, Organization, Site, Team

_BLANK_SKILLS = 3
_LEVELS = [(str(level), str(level)) for level in range(1, 6)]


def role_choices() -> list[tuple[str, str]]:
    """Every role by code."""
    return [(role.code, role_label(role)) for role in Role.objects.all()]


class _PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A site or department, named with its organisation where there are several."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.organization.name}: {obj.name}" if self.several else str(obj.name)

    several = False


class PersonForm(forms.Form):
    """Everything about a person except what they may do."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    email = forms.CharField(
        label=_("E-mail address"), max_length=320, required=False, widget=forms.EmailInput()
    )
    organization = forms.ModelChoiceField(label=_("Organisation"), queryset=Organization.objects.none())
    site = _PlaceField(
        label=_("Site"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=pgettext_lazy("place", "None"),
    )
    department = _PlaceField(
        label=_("Department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=pgettext_lazy("place", "None"),
    )
    job_title = forms.CharField(label=_("Job title"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=50, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    is_vip = forms.BooleanField(
        label=_("Needs special care"), required=False, help_text=_("Their requests are shown with a mark.")
    )

    def __init__(self, actor: Actor, data: Any = None, *, person: Person | None = None) -> None:
        super().__init__(data, initial=_initial(actor, person))
        reach = Organization.objects.filter(is_active=True)
        if not actor.is_provider:
            reach = reach.filter(pk=actor.organization_id or 0)
        self.fields["organization"].queryset = reach  # type: ignore[attr-defined]
        self.fields["organization"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]
        several = reach.count() > 1
        for name, model in (("site", Site), ("department", Department)):
            field = self.fields[name]
            assert isinstance(field, _PlaceField)
            field.several = several
            field.queryset = model.objects.filter(organization__in=reach).select_related("organization")
            if several:
                field.queryset = field.queryset.order_by("organization__name", "name")

    def details(self) -> PersonDetails:
        """The clean values for the actions."""
        return PersonDetails(**{name: self.cleaned_data[name] for name in PersonForm.base_fields})


class NewPersonForm(PersonForm):
    """A new person, with roles, perhaps invited at once."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=role_choices,
        required=False,
        initial=[RoleCode.REQUESTER],
        widget=forms.CheckboxSelectMultiple,
    )
    invite = forms.BooleanField(label=_("Send an invitation by mail"), required=False, initial=True)


class RolesForm(forms.Form):
    """Which roles a person holds."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=role_choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, person: Person, data: Any = None) -> None:
        super().__init__(data, initial={"roles": [role.code for role in person.roles.all()]})


class TeamsForm(forms.Form):
    """In which teams a person works, and which they lead."""

    def __init__(self, person: Person, data: Any = None) -> None:
        super().__init__(data)
        held = dict(person.team_memberships.values_list("team_id", "is_lead"))
        choices = [
            ("", pgettext_lazy("team", "Not in it")),
            ("member", pgettext_lazy("team", "Member")),
            ("lead", pgettext_lazy("team", "Lead")),
        ]
        self.teams = list(Team.objects.filter(is_active=True))
        for team in self.teams:
            initial = {None: "", False: "member", True: "lead"}[held.get(team.pk)]
            self.fields[f"team_{team.pk}"] = forms.ChoiceField(
                label=f"{team.name} ({team.tier})", choices=choices, required=False, initial=initial
            )

    def chosen(self) -> dict[int, bool]:
        """Team id to whether the person leads it."""
        picked = {team.pk: self.cleaned_data[f"team_{team.pk}"] for team in self.teams}
        return {team_id: value == "lead" for team_id, value in picked.items() if value}


class SkillsForm(forms.Form):
    """What a technician is good at; an empty name removes the line."""

    def __init__(self, person: Person, data: Any = None) -> None:
        super().__init__(data)
        held = list(person.skills.select_related("skill").order_by("skill__name"))
        self.known = list(Skill.objects.values_list("name", flat=True))
        self.count = len(held) + _BLANK_SKILLS
        for number in range(self.count):
            skill = held[number] if number < len(held) else None
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Skill"),
                max_length=100,
                required=False,
                initial=skill.skill.name if skill else "",
                widget=forms.TextInput(attrs={"list": "known-skills"}),
            )
            self.fields[f"level_{number}"] = forms.TypedChoiceField(
                label=_("Level"),
                choices=_LEVELS,
                coerce=int,
                empty_value="3",
                required=False,
                initial=str(skill.level) if skill else "3",
            )

    def pairs(self) -> Iterator[tuple[Any, Any]]:
        """Name and level fields, line by line."""
        for number in range(self.count):
            yield self[f"name_{number}"], self[f"level_{number}"]

    def chosen(self) -> dict[str, int]:
        """Skill name to level."""
        lines = [
            (self.cleaned_data[f"name_{number}"], int(self.cleaned_data[f"level_{number}"]))
            for number in range(self.count)
        ]
        return {name: level for name, level in lines if name}


class EraseForm(forms.Form):
    """The name typed out and a tick, because this cannot be undone."""

    confirmation = forms.CharField(
        label=_("Their full name"),
        help_text=_("Type it exactly as it stands above."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    understood = forms.BooleanField(
        label=_("I have read what is removed and what stays, and that nobody can bring it back."),
        error_messages={"required": _("Tick this first.")},
    )


class ImportForm(forms.Form):
    """A CSV file of people."""

    file = forms.FileField(label=_("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))


def _initial(actor: Actor, person: Person | None) -> dict[str, Any]:
    if person is not None:
        return {name: getattr(person, name) for name in PersonForm.base_fields}
    home = Organization.objects.filter(pk=actor.organization_id or 0).first()
    if home is None:
        return {}
    return {"organization": home, "language": home.default_language, "time_zone": home.time_zone}
