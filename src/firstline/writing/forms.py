"""Forms of text modules and signatures."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.organizations.models import Team
from firstline.writing.models import Signature, TextModule

_AREA = {"rows": 8, "spellcheck": "true"}


class ModuleForm(forms.Form):
    """A text module in both languages."""

    name = forms.CharField(label=_("Name"), max_length=80)
    keyword = forms.CharField(
        label=_("Keyword"),
        max_length=41,
        required=False,
        help_text=_("Type a slash and this in the reply box: /vpn"),
    )
    body_en = forms.CharField(
        label=_("Text in English"), required=False, widget=forms.Textarea(_AREA), strip=False
    )
    body_zh = forms.CharField(
        label=_("Text in Chinese"), required=False, widget=forms.Textarea(_AREA), strip=False
    )
    team = forms.ModelChoiceField(
        label=pgettext_lazy("text module", "For"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("Everyone"),
    )
    is_active = forms.BooleanField(label=_("Offer it"), required=False, initial=True)

    def __init__(self, data: Any = None, *, module: TextModule | None = None) -> None:
        names = ("name", "keyword", "body_en", "body_zh", "team", "is_active")
        super().__init__(data, initial={name: getattr(module, name) for name in names} if module else {})
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)
        team.queryset = Team.objects.filter(is_active=True).order_by("name")
        team.choices = [("", _("Everyone")), *((each.pk, each.name) for each in team.queryset)]


class SignatureForm(forms.Form):
    """What stands below a mail, in both languages."""

    text_en = forms.CharField(
        label=_("Below mails in English"), required=False, widget=forms.Textarea({"rows": 4}), strip=False
    )
    text_zh = forms.CharField(
        label=_("Below mails in Chinese"), required=False, widget=forms.Textarea({"rows": 4}), strip=False
    )

    def __init__(self, data: Any = None, *, signature: Signature | None = None) -> None:
        known = {name: getattr(signature, name, "") for name in ("text_en", "text_zh")}
        super().__init__(data, initial=known)
