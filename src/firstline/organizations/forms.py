"""Forms of Administration about organisations, services and the installation."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from firstline.organizations.enums import API_REQUESTS_MOST, Criticality, Language
from firstline.organizations.models import Installation, Organization, Service, Site, Team


def posted(request: HttpRequest) -> QueryDict | None:
    """A form's data; an empty POST is an answer too."""
    return request.POST if request.method == "POST" else None


@cache
def _zone_names() -> tuple[str, ...]:
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


def zones() -> list[tuple[str, str]]:
    """Time zones to choose from."""
    return [(name, name) for name in _zone_names()]


def words(value: str) -> list[str]:
    """What is separated by commas, semicolons, line ends, or their Chinese forms."""
    for separator in ("，", "；", "、", ";", "\n", "\r"):
        value = value.replace(separator, ",")
    return [word.strip() for word in value.split(",") if word.strip()]


class OrganizationForm(forms.Form):
    """An organisation's details."""

    name = forms.CharField(label=_("Name"), max_length=200)
    domains = forms.CharField(
        label=_("Mail domains"),
        max_length=5000,
        required=False,
        help_text=_("Senders with these domains belong to it. For example: example.com, example.cn."),
    )
    default_language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)

    def __init__(self, data: Any = None, *, organization: Organization | None = None) -> None:
        initial: dict[str, Any] = {"time_zone": "UTC"}
        if organization is not None:
            initial = {name: getattr(organization, name) for name in self.base_fields}
            initial["domains"] = ", ".join(organization.domains)
        super().__init__(data, initial=initial)

    def values(self) -> dict[str, Any]:
        """The clean values for the actions."""
        return self.cleaned_data | {"domains": words(self.cleaned_data["domains"])}


class SiteForm(forms.Form):
    """A place of work."""

    name = forms.CharField(label=_("Name"), max_length=200)
    address = forms.CharField(label=_("Address"), max_length=500, required=False)

    def __init__(self, data: Any = None, *, site: Site | None = None) -> None:
        super().__init__(data, initial={"name": site.name, "address": site.address} if site else None)


class DepartmentForm(forms.Form):
    """A department."""

    name = forms.CharField(label=_("Name"), max_length=200)


class ServiceForm(forms.Form):
    """Something people use."""

    name = forms.CharField(label=_("Name"), max_length=200)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200, required=False)
    criticality = forms.TypedChoiceField(
        label=_("Criticality"),
        choices=Criticality.choices,
        coerce=int,
        initial=Criticality.MEDIUM,
        help_text=_("How much an outage hurts; priorities are computed from it."),
    )
    owner_team = forms.ModelChoiceField(
        label=_("Owner team"), queryset=Team.objects.none(), required=False, empty_label=_("No team")
    )
    keywords = forms.CharField(
        label=_("Keywords"),
        max_length=7000,
        required=False,
        help_text=_("Words in requests that speak of this service, separated by commas."),
    )

    def __init__(self, data: Any = None, *, service: Service | None = None) -> None:
        initial = None
        if service is not None:
            initial = {name: getattr(service, name) for name in self.base_fields}
            initial["keywords"] = ", ".join(service.keywords)
        super().__init__(data, initial=initial)
        teams = self.fields["owner_team"]
        teams.queryset = Team.objects.filter(is_active=True)  # type: ignore[attr-defined]
        teams.label_from_instance = lambda team: f"{team.name} ({team.tier})"  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The clean values for the actions."""
        return self.cleaned_data | {"keywords": words(self.cleaned_data["keywords"])}


class InstallationForm(forms.Form):
    """Settings of the whole installation."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_("Shown at sign-in and in mails, for example: IT Service Desk."),
    )
    public_url = forms.CharField(
        label=_("Public address"),
        max_length=300,
        required=False,
        help_text=_("Links in mails begin with it, for example: https://help.example.com."),
    )
    default_language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    api_requests_per_minute = forms.IntegerField(
        label=_("API requests per minute"),
        min_value=1,
        max_value=API_REQUESTS_MOST,
        help_text=_("Each token may send so many; what comes above that is told when to come again."),
    )

    def __init__(self, installation: Installation, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(installation, name) for name in self.base_fields})
