"""Django forms in our fields: every word typed stays, every error is next to its field."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from firstline.kit.errors import DomainError, InvalidInput
from firstline.ui import messages


def widget(bound: BoundField, attrs: Mapping[str, Any] | None = None) -> SafeString:
    """The field's control with our class, its errors and hint announced to screen readers."""
    named = (attrs or {}).items()
    given: dict[str, Any] = {key.replace("_", "-"): value for key, value in named if value is not None}
    if kind_of(bound) not in {"check", "choices"}:
        kind = "input select" if isinstance(bound.field.widget, forms.Select) else "input"
        given["class"] = f"{kind} {given.get('class', '')}".strip()
    if isinstance(bound.field.widget, forms.Textarea) and str(bound.field.widget.attrs.get("rows")) == "10":
        given.setdefault("rows", 4)  # Django's ten lines unless the form asks for a number
    described = [f"{bound.id_for_label}-hint"] if bound.help_text else []
    if bound.errors:
        given["aria-invalid"] = "true"
        described.insert(0, f"{bound.id_for_label}-error")
    if described:
        given["aria-describedby"] = " ".join(described)
    return SafeString(bound.as_widget(attrs=given))


def apply_error(form: forms.BaseForm, error: DomainError) -> None:
    """Show a domain error on the form: at the field it blames, otherwise at the top."""
    field = error.field if isinstance(error, InvalidInput) else None
    form.add_error(field if field in form.fields else None, messages.describe(error))


def kind_of(bound: BoundField) -> str:
    """Which of our field shapes fits: check, choices, file or line."""
    control = bound.field.widget
    if isinstance(control, forms.CheckboxInput):
        return "check"
    if isinstance(control, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "file" if isinstance(control, forms.FileInput) else "line"
