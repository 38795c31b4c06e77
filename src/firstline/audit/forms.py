"""The filter of the trail's page."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.audit import queries


class FilterForm(forms.Form):
    """Who, what, about what, and from which day to which (days of the reader's zone)."""

    who = forms.CharField(label=pgettext_lazy("audit filter", "Who"), required=False, max_length=100)
    verb = forms.CharField(label=pgettext_lazy("audit filter", "What"), required=False, max_length=80)
    ref = forms.CharField(label=pgettext_lazy("audit filter", "About"), required=False, max_length=200)
    since = forms.DateField(label=_("From day"), required=False)
    until = forms.DateField(label=_("To day"), required=False)
    before = forms.IntegerField(required=False, min_value=1)

    def records(self) -> Any:
        """The wanted records, newest first; call after `is_valid`."""
        values = self.cleaned_data
        found = queries.filtered(
            who=values["who"].strip(),
            verb=values["verb"],
            ref=values["ref"].strip(),
            since=_start_of(values["since"]),
            until=_start_of(values["until"] + timedelta(days=1)) if values["until"] else None,
        )
        return found.filter(id__lt=values["before"]) if values["before"] else found


def _start_of(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
