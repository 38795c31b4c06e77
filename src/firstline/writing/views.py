"""Administration of text modules and signatures, and one's own signature."""

from collections.abc import Callable

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstline.kit.errors import DomainError
from firstline.organizations.models import Team
from firstline.tickets.permissions import TICKET_REPLY
from firstline.ui import richtext
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render
from firstline.writing import actions, queries
from firstline.writing.enums import VARIABLES
from firstline.writing.filling import filled
from firstline.writing.forms import ModuleForm, SignatureForm
from firstline.writing.permissions import SETTINGS_MANAGE

_LANGUAGES = (("en", "en", "English"), ("zh", "zh-hans", "中文"))
Shown = list[tuple[str, str, SafeString]]


@require_safe
@gate(SETTINGS_MANAGE)
def modules(request: HttpRequest) -> HttpResponse:
    """All of them."""
    return render(request, "writing/modules.html", {"modules": queries.all_modules(actor_of(request))})


@require_http_methods(["GET", "HEAD", "POST"])
@gate(SETTINGS_MANAGE)
def module(request: HttpRequest, module_id: int | None = None) -> HttpResponse:
    """One text module with its preview; a new one without id."""
    actor = actor_of(request)
    known = queries.get_module(actor, module_id) if module_id is not None else None
    form = ModuleForm(request.POST if request.method == "POST" else None, module=known)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            actions.save_module(actor=actor, module_id=module_id, **form.cleaned_data)
            return redirect(request, reverse("writing:modules"), toast=_("Saved"))
        except DomainError as error:
            apply_error(form, error)
    context = {
        "form": form, "module": known, "variables": VARIABLES,
        "shown": _shown(form, "body", richtext.markdown),
    }  # fmt: skip
    return render(request, "writing/module.html", context, status=422 if form.errors else 200)


@require_POST
@gate(SETTINGS_MANAGE)
def removal(request: HttpRequest, module_id: int) -> HttpResponse:
    """Remove a text module."""
    actions.remove_module(actor=actor_of(request), module_id=module_id)
    return redirect(request, reverse("writing:modules"), toast=_("Removed"))


@require_safe
@gate(SETTINGS_MANAGE)
def signatures(request: HttpRequest) -> HttpResponse:
    """The desk's and those of teams."""
    return render(request, "writing/signatures.html", {"rows": queries.signatures(actor_of(request))})


@require_http_methods(["GET", "HEAD", "POST"])
@gate(SETTINGS_MANAGE)
def signature(request: HttpRequest, team_id: int | None = None) -> HttpResponse:
    """The signature of a team, or without id of the desk."""
    actor = actor_of(request)
    rows = {team.pk if team else None: (team, kept) for team, kept in queries.signatures(actor)}
    if team_id not in rows:
        raise Http404
    team, kept = rows[team_id]
    form = SignatureForm(request.POST if request.method == "POST" else None, signature=kept)

    def save(text_en: str, text_zh: str) -> None:
        actions.save_signature(actor=actor, team=team, text_en=text_en, text_zh=text_zh)

    return _signature_page(request, form, save, team=team, back=reverse("writing:signatures"))


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_REPLY)
def own_signature(request: HttpRequest) -> HttpResponse:
    """What stands below one's own mails."""
    actor = actor_of(request)
    kept = queries.own_signature(actor)
    form = SignatureForm(request.POST if request.method == "POST" else None, signature=kept)

    def save(text_en: str, text_zh: str) -> None:
        actions.save_own_signature(actor=actor, text_en=text_en, text_zh=text_zh)

    return _signature_page(request, form, save, team=None, back=reverse("writing:own_signature"), own=True)


def _signature_page(
    request: HttpRequest,
    form: SignatureForm,
    save: Callable[[str, str], None],
    *,
    team: Team | None,
    back: str,
    own: bool = False,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            save(form.cleaned_data["text_en"], form.cleaned_data["text_zh"])
            return redirect(request, back, toast=_("Saved"))
        except DomainError as error:
            apply_error(form, error)
    context = {
        "form": form, "team": team, "variables": VARIABLES, "back": "" if own else back,
        "shown": _shown(form, "text", richtext.plain),
    }  # fmt: skip
    page = "writing/own_signature.html" if own else "writing/signature.html"
    return render(request, page, context, status=422 if form.errors else 200)


def _shown(form: forms.Form, prefix: str, draw: Callable[[str], SafeString]) -> Shown:
    """Each language's text as a reader would see it."""
    texts = [
        (tag, label, str(form[f"{prefix}_{code}"].value() or "")[:20_000]) for code, tag, label in _LANGUAGES
    ]
    return [
        (tag, label, draw(filled(text, queries.example_values(tag))))
        for tag, label, text in texts
        if text.strip()
    ]
