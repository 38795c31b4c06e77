"""What administrators type into the pages of routing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from firstline.accounts.models import Skill
from firstline.organizations.models import Service, Team
from firstline.routing.actions import RuleDetails
from firstline.routing.models import RoutingRule
from firstline.tickets.enums import CanWork, Kind, Priority


class MatrixForm(forms.Form):
    """Sixteen cells named `cell_<impact>_<urgency>`."""

    def __init__(self, *args: Any, matrix: list[list[int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for impact in range(1, 5):
            for urgency in range(1, 5):
                self.fields[f"cell_{impact}_{urgency}"] = forms.TypedChoiceField(
                    choices=Priority.choices, coerce=int, initial=matrix[impact - 1][urgency - 1]
                )

    @property
    def matrix(self) -> list[list[int]]:
        """The cells as rows of impact."""
        return [
            [self.cleaned_data[f"cell_{impact}_{urgency}"] for urgency in range(1, 5)]
            for impact in range(1, 5)
        ]


class ExampleForm(forms.Form):
    """A made-up request whose priority the page computes."""

    text = forms.CharField(
        label=_("What somebody writes"), widget=forms.Textarea({"rows": 2}), max_length=2000, required=False
    )
    kind = forms.ChoiceField(label=_("Kind of ticket"), choices=Kind.choices, required=False)
    can_work = forms.ChoiceField(label=_("Can they work?"), choices=CanWork.choices, required=False)
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True), label=_("Service"), required=False
    )
    vip = forms.BooleanField(label=_("Many others depend on the person"), required=False)


class CapForm(forms.Form):
    """A cap; empty returns to the default where that is possible."""

    tickets_max = forms.IntegerField(
        label=_("Open tickets at most"), min_value=0, max_value=500, required=False
    )


class RuleForm(forms.Form):
    """A rule, words one per line."""

    name = forms.CharField(label=_("Name"), max_length=100)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=100, required=False)
    category = forms.SlugField(label=_("Category"), max_length=60, required=False)
    words = forms.CharField(
        label=_("Words, one per line"), widget=forms.Textarea({"rows": 6}), max_length=10_000, required=False
    )
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True), label=_("Service"), required=False
    )
    team = forms.ModelChoiceField(Team.objects.filter(is_active=True), label=_("Team"), required=False)
    skill = forms.ModelChoiceField(Skill.objects.all(), label=_("Mandatory skill"), required=False)
    skill_level = forms.IntegerField(label=_("At level"), min_value=1, max_value=5, initial=1)
    expected_minutes = forms.IntegerField(
        label=_("Expected minutes"), min_value=1, max_value=10_000, initial=30
    )
    position = forms.IntegerField(label=_("Position"), min_value=0, max_value=10_000, initial=100)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("service", "team", "skill"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.label_from_instance = _name  # type: ignore[method-assign]

    @property
    def details(self) -> RuleDetails:
        """The rule as the action takes it."""
        fields = dict(self.cleaned_data)
        fields["words"] = fields["words"].splitlines()
        return RuleDetails(**fields)


def _name(obj: Any) -> str:
    return str(obj.name)


def initial_of(rule: RoutingRule) -> dict[str, object]:
    """What the form of an existing rule starts with."""
    names = ("name", "name_zh", "category", "skill_level", "expected_minutes", "position", "is_active")
    fields: dict[str, object] = {name: getattr(rule, name) for name in names}
    relations = {"service": rule.service_id, "team": rule.team_id, "skill": rule.skill_id}
    return fields | relations | {"words": "\n".join(rule.words)}
