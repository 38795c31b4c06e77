"""Forms of the set-up assistant, and what it suggests."""

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from firstline.accounts.enums import RoleCode
from firstline.accounts.forms.profile import zones
from firstline.accounts.forms.sign_in import PASSWORD_HINT, email_field, password_field
from firstline.organizations.enums import Criticality, Language, Tier
from firstline.organizations.forms import words
from firstline.organizations.models import Team
from firstline.organizations.queries import default_team
from firstline.servicelevels.forms import CalendarForm
from firstline.servicelevels.queries import CalendarPage, countries

_ZONES = {"zh-hans": "Asia/Shanghai"}


class AdministratorForm(forms.Form):
    """The first administrator."""

    name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = email_field()
    password = password_field(new=True, help_text=PASSWORD_HINT)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)

    def __init__(self, data: Any = None) -> None:
        language = translation.get_language() or "en"
        super().__init__(data, initial={"language": language, "time_zone": _ZONES.get(language, "UTC")})


class SetupCalendarForm(CalendarForm):
    """The hours of the default calendar; its name stays, its zone starts with the installation's."""

    def __init__(self, calendar: CalendarPage, data: Any = None, *, zone: str = "UTC") -> None:
        super().__init__(calendar, data)
        self.initial["zone"] = zone
        self.fields["name"].widget = forms.HiddenInput()


class HolidaysForm(forms.Form):
    """Whose public holidays are days off."""

    country = forms.ChoiceField(label=_("Public holidays"), required=False)

    def __init__(self, data: Any = None) -> None:
        language = translation.get_language() or "en"
        super().__init__(data, initial={"country": "CN" if language == "zh-hans" else ""})
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", pgettext_lazy("holidays", "None")), *countries(language)]


class RowForm(forms.Form):
    """One of several lines; one without a name asks for nothing."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)

    @property
    def is_empty(self) -> bool:
        return not self.cleaned_data["name"]


class TeamRow(RowForm):
    """A first team."""

    tier = forms.ChoiceField(label=_("Tier"), choices=Tier.choices)
    email_address = forms.CharField(
        label=_("E-mail address"), max_length=320, required=False, widget=forms.EmailInput()
    )
    join = forms.BooleanField(label=_("I work in it"), required=False)


class ServiceRow(RowForm):
    """A first service."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=200, required=False)
    criticality = forms.TypedChoiceField(
        label=_("Criticality"), choices=Criticality.choices, coerce=int, initial=Criticality.MEDIUM
    )
    owner_team = forms.ModelChoiceField(
        label=_("Owner team"), queryset=Team.objects.none(), required=False, empty_label=_("No team")
    )
    # Suggested with the service, edited in Administration.
    keywords = forms.CharField(max_length=7000, required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_teams(self.fields["owner_team"])

    def values(self) -> dict[str, Any]:
        """The clean values for the action."""
        return self.cleaned_data | {"keywords": words(self.cleaned_data["keywords"])}


class InvitationRow(RowForm):
    """Someone to invite."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200, required=False)
    email = forms.CharField(
        label=_("E-mail address"), max_length=320, required=False, widget=forms.EmailInput()
    )
    role = forms.ChoiceField(label=_("Role"), choices=RoleCode.choices, initial=RoleCode.TECHNICIAN)
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("No team")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_teams(self.fields["team"])
        self.fields["team"].initial = default_team()

    @property
    def is_empty(self) -> bool:
        return not (self.cleaned_data["name"] or self.cleaned_data["email"])

    def roles(self) -> list[str]:
        """Everyone may ask for support too."""
        return list(dict.fromkeys([RoleCode.REQUESTER.value, self.cleaned_data["role"]]))


def suggested_teams() -> list[dict[str, object]]:
    """The usual first teams, in the reader's language."""
    return [
        {"name": gettext("Service desk"), "tier": Tier.L1, "join": True},
        {"name": gettext("Systems and networks"), "tier": Tier.L2},
        {"name": gettext("Business applications"), "tier": Tier.L2},
    ]


def suggested_services() -> list[dict[str, object]]:
    """What most people ask about."""
    return [
        _service("E-mail", "邮箱", 1, "outlook, mailbox, 邮件, 邮箱, 收不到邮件"),
        _service("Network and VPN", "网络与 VPN", 1, "vpn, wifi, wi-fi, network, 网络, 断网, 无线"),
        _service("Accounts and passwords", "账号与密码", 2, "password, login, locked, 密码, 登录, 账号锁定"),
        _service("Computers", "电脑", 3, "laptop, slow, screen, 电脑, 笔记本, 蓝屏, 卡顿"),
        _service("Printing", "打印", 3, "printer, toner, 打印机, 打印, 硒鼓"),
    ]


def _service(name: str, name_zh: str, criticality: int, keywords: str) -> dict[str, object]:
    return {"name": name, "name_zh": name_zh, "criticality": criticality, "keywords": keywords}


def _offer_teams(field: forms.Field) -> None:
    field.queryset = Team.objects.filter(is_active=True)  # type: ignore[attr-defined]
    field.label_from_instance = lambda team: f"{team.name} ({team.tier})"  # type: ignore[attr-defined]
