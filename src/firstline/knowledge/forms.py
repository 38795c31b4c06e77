"""What a writer enters."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.kit.actor import Actor
from firstline.knowledge.actions import BODY_CHARS_MAX, ArticleContent
from firstline.knowledge.enums import Audience
from firstline.knowledge.models import Article
from firstline.organizations.models import Organization, Team


class NamedChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among rows shown by their name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class ArticleForm(forms.Form):
    """Title, words and who may read them."""

    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("In the words of someone who has the problem.")
    )
    body_markdown = forms.CharField(
        label=_("Text"),
        max_length=BODY_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_("Markdown: ## heading, - list, **bold**, `code`."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    audience = forms.ChoiceField(
        label=_("Who may read it"),
        choices=Audience.choices,
        initial=Audience.EMPLOYEES,
        widget=forms.RadioSelect,
    )
    organization = NamedChoice(
        label=_("Only people of"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=_("every organisation"),
    )
    team = NamedChoice(
        label=_("Team"), queryset=Team.objects.none(), required=False, help_text=_("If one team may read it.")
    )
    review_date = forms.DateField(
        label=_("Look at it again on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organizations = Organization.objects.filter(is_active=True)
        if not actor.is_provider:
            # Customers write for their own people and see no other customer's name.
            organizations = organizations.filter(pk=actor.organization_id or 0)
            self.fields["organization"].required = True
        for name, rows in (
            ("organization", organizations),
            ("team", Team.objects.filter(is_active=True)),
        ):
            choice = self.fields[name]
            assert isinstance(choice, forms.ModelChoiceField)
            choice.queryset = rows.order_by("name")

    def content(self) -> ArticleContent:
        """The entered values."""
        names = ("title", "body_markdown", "language", "audience", "team", "organization", "review_date")
        return ArticleContent(**{name: self.cleaned_data[name] for name in names})


def initial_of(article: Article) -> dict[str, object]:
    """What the form starts with for an article."""
    return {name: getattr(article, name) for name in ArticleForm.base_fields}


ANY_LANGUAGE = pgettext_lazy("article filter", "Every language")
