"""Bringing a machine in: the token with its commands, and the agent to download."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstline.accounts.permissions import actor_of, gate, public
from firstline.desk.bundle import agent_bundle
from firstline.desk.views.devices import owner_by_email
from firstline.devices import actions, enrolment
from firstline.devices.models import EnrolmentToken
from firstline.devices.permissions import DEVICE_ENROL
from firstline.devices.queries import standing_tokens, token_in
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, NotFound
from firstline.organizations.models import Organization
from firstline.ui.errors import not_found
from firstline.ui.forms import apply_error
from firstline.ui.pages import redirect, render

BUNDLE_NAME = "firstline-agent.tar.gz"
CA_NAME = "firstline-ca.pem"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class TokenForm(forms.Form):
    """What a token permits."""

    organization = forms.TypedChoiceField(label=gettext_lazy("Organisation"), coerce=int)
    owner = forms.EmailField(
        label=gettext_lazy("Who uses it"),
        required=False,
        help_text=gettext_lazy("The e-mail address of a person; requests to the device ask them."),
    )
    uses = forms.IntegerField(
        label=gettext_lazy("For how many devices"), initial=1, min_value=1, max_value=1000
    )
    hours = forms.IntegerField(label=gettext_lazy("Valid for hours"), initial=24, min_value=1, max_value=720)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organization.objects.filter(is_active=True).order_by("-is_provider", "name")
        if not actor.is_provider:
            rows = rows.filter(pk=actor.organization_id or 0)
        field = self.fields["organization"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(rows.values_list("pk", "name"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@gate(DEVICE_ENROL)
def enrol(request: HttpRequest) -> HttpResponse:
    """Make a token; it is shown once, with the commands for the machine."""
    actor = actor_of(request)
    form = TokenForm(actor, request.POST or None)
    made: EnrolmentToken | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = _make(actor, form.cleaned_data)
        except DomainError as error:
            apply_error(form, error)
    context = {
        "form": form,
        "token": made,
        "commands": _commands(made) if made else None,
        "tokens": _standing(actor),
    }
    return render(request, "desk/enrol.html", context, status=422 if form.errors else 200)


@require_POST
@gate(DEVICE_ENROL)
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """The token enrols nobody any more."""
    actor = actor_of(request)
    token = next((row for row in _standing(actor) if row.pk == token_id), None)
    if token is None:
        raise NotFound("device_token_unknown")
    actions.revoke_token(actor=actor, token=token)
    return redirect(request, reverse("desk:enrol"), toast=_("The token enrols nobody any more"))


@never_cache
@require_safe
@public
def download(request: HttpRequest) -> HttpResponse:
    """The agent as source with its installer, for administrators and for whoever holds a valid token."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    holds_token = scheme.lower() == "bearer" and token_in(token.strip()) is not None
    if not holds_token and not actor_of(request).may(DEVICE_ENROL):
        return not_found(request)
    headers = {"Content-Disposition": f'attachment; filename="{BUNDLE_NAME}"'}
    return HttpResponse(agent_bundle(), content_type="application/gzip", headers=headers)


def _make(actor: Actor, data: dict[str, Any]) -> EnrolmentToken:
    organization = Organization.objects.get(pk=data["organization"])
    return actions.create_token(
        actor=actor,
        organization=organization,
        owner=owner_by_email(organization.pk, data["owner"]),
        uses=data["uses"],
        valid_for=timedelta(hours=data["hours"]),
    )


def _standing(actor: Actor) -> list[EnrolmentToken]:
    tokens = standing_tokens()
    return list(tokens if actor.is_provider else tokens.filter(organization_id=actor.organization_id or 0))


def _commands(token: EnrolmentToken) -> dict[str, str]:
    """What to type on the machine; a certificate of our own making is trusted by its file, never by
    turning checks off."""
    text = enrolment.token_text(token)
    address = settings.FIRSTLINE_PUBLIC_URL
    archive = f"{address}/agent/download/{BUNDLE_NAME}"
    certificate = _own_certificate()
    trust = f" --cacert {CA_NAME}" if certificate else ""
    ca_file = f" --ca-file {CA_NAME}" if certificate else ""
    return {
        "token": text,
        "trust": f"cat > {CA_NAME} <<'EOF'\n{certificate}EOF" if certificate else "",
        "fetch": f"curl -fsS{trust} -H 'Authorization: Bearer {text}' -O {archive}",
        "install": f"tar xzf {BUNDLE_NAME} && sh firstline-agent/install.sh{ca_file} {text}",
        "run": "~/.local/share/firstline-agent/venv/bin/firstline-agent run",
        "is_loopback": "yes" if urlsplit(address).hostname in LOOPBACK else "",
    }


def _own_certificate() -> str:
    """The certificate that this installation made for itself, empty where it has a public one."""
    path = Path(settings.FIRSTLINE_DATA_DIR) / "tls" / "certificate.pem"
    is_used = settings.FIRSTLINE_PUBLIC_URL.startswith("https://") and path.is_file()
    return path.read_text(encoding="ascii") if is_used else ""
