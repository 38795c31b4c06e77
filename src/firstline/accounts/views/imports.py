"""Administration: people out of a CSV file, first looked at, then written."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firstline.accounts import actions
from firstline.accounts.forms import posted
from firstline.accounts.forms.people import ImportForm
from firstline.accounts.imports import BYTES_MAX, COLUMNS, BadLine, read_people
from firstline.accounts.permissions import PEOPLE_MANAGE
from firstline.kit.errors import DomainError, InvalidInput
from firstline.kit.tables import decode
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.messages import describe
from firstline.ui.pages import redirect, render

_SHOWN = 200


@gate(PEOPLE_MANAGE)
def people_import(request: HttpRequest) -> HttpResponse:
    """POST with a file shows what would happen; POST with the looked-at text does it."""
    if request.method == "POST" and "text" in request.POST:
        return _write(request, request.POST["text"])
    form = ImportForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            if upload.size > BYTES_MAX:
                raise InvalidInput("csv_too_large", field="file", limit=BYTES_MAX // 2**20)
            return _preview(request, decode(upload.read()))
        except DomainError as refused:
            apply_error(form, refused)
    context = {"form": form, "columns": COLUMNS}
    return render(request, "accounts/people_import.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, text: str) -> HttpResponse:
    plan = read_people(actor_of(request), text)
    context = {
        "text": text,
        "good": [line.details for line in plan.good[:_SHOWN]],
        "good_count": len(plan.good),
        "bad": _described(plan.bad),
        "bad_count": len(plan.bad),
    }
    return render(request, "accounts/people_preview.html", context)


def _write(request: HttpRequest, text: str) -> HttpResponse:
    result = actions.import_people(actor=actor_of(request), text=text)
    done = result.created + result.updated
    words = ngettext("%(n)s person is in.", "%(n)s people are in.", done) % {"n": done}
    if not result.bad:
        return redirect(request, reverse("accounts:people"), toast=words)
    context = {"result": result, "bad": _described(result.bad), "bad_count": len(result.bad)}
    return render(request, "accounts/people_imported.html", context)


def _described(bad: list[BadLine]) -> list[tuple[int, str]]:
    return [(line.number, _reason(line.reason)) for line in bad[:_SHOWN]]


def _reason(error: DomainError) -> str:
    field = error.field if isinstance(error, InvalidInput) else None
    reason = describe(error)
    return _("%(column)s: %(reason)s") % {"column": field, "reason": reason} if field else reason
