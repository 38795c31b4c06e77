"""Devices out of a CSV file, first looked at, then written."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firstline.devices.actions import import_devices
from firstline.devices.imports import BYTES_MAX, COLUMNS, BadLine, read_devices
from firstline.devices.permissions import DEVICE_EDIT
from firstline.kit.errors import DomainError, InvalidInput
from firstline.kit.tables import decode
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.messages import describe
from firstline.ui.pages import redirect, render

_SHOWN = 200


class ImportForm(forms.Form):
    """A file of devices."""

    file = forms.FileField(label=gettext_lazy("CSV file"))


@gate(DEVICE_EDIT)
def import_page(request: HttpRequest) -> HttpResponse:
    """POST with a file shows what would happen; POST with the looked-at text does it."""
    if request.method == "POST" and "text" in request.POST:
        return _write(request, request.POST["text"])
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _preview(request, form)
        except DomainError as refused:
            apply_error(form, refused)
    context = {"form": form, "columns": COLUMNS, "plan": None}
    return render(request, "devices/import.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, form: ImportForm) -> HttpResponse:
    upload = form.cleaned_data["file"]
    if upload.size > BYTES_MAX:
        raise InvalidInput("csv_too_large", field="file", limit=BYTES_MAX // 2**20)
    text = decode(upload.read())
    plan = read_devices(actor_of(request), text)
    context = {
        "form": form,
        "columns": COLUMNS,
        "plan": plan,
        "text": text,
        "good": plan.good[:_SHOWN],
        "bad": _described(plan.bad),
    }
    return render(request, "devices/import.html", context)


def _write(request: HttpRequest, text: str) -> HttpResponse:
    result = import_devices(actor=actor_of(request), text=text)
    done = result.created + result.updated
    words = ngettext("%(n)s device is in.", "%(n)s devices are in.", done) % {"n": done}
    if result.bad:
        left = ngettext("%(n)s line was left out.", "%(n)s lines were left out.", len(result.bad))
        words += " " + left % {"n": len(result.bad)}
    return redirect(request, "/desk/devices/", toast=words)


def _described(bad: list[BadLine]) -> list[tuple[int, str]]:
    return [(line.number, _reason(line.reason)) for line in bad[:_SHOWN]]


def _reason(error: DomainError) -> str:
    column = error.field if isinstance(error, InvalidInput) else None
    reason = describe(error)
    return _("%(column)s: %(reason)s") % {"column": column, "reason": reason} if column else reason
