"""The Administration pages of priority and assignment."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from firstline.accounts.models import Person
from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.kit.errors import DomainError, InvalidInput, NotFound
from firstline.routing import actions, forms, queries
from firstline.routing.models import RoutingRule
from firstline.routing.priorities import priority_of
from firstline.tickets.actions import Facts
from firstline.tickets.enums import Channel, Level
from firstline.tickets.queries import open_loads, sentence
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render


@require_http_methods(["GET", "HEAD", "POST"])
@gate(SETTINGS_MANAGE)
def priority(request: HttpRequest) -> HttpResponse:
    """The table, to read and to change; GET parameters compute an example."""
    matrix = queries.routing_settings().matrix
    form = forms.MatrixForm(request.POST if request.method == "POST" else None, matrix=matrix)
    if request.method == "POST" and form.is_valid():
        actions.change_matrix(actor=actor_of(request), matrix=form.matrix)
        return redirect(request, reverse("routing:priority"), toast=_("Saved"))
    example = forms.ExampleForm(request.GET if "can_work" in request.GET else None)
    context = {
        "form": form,
        "levels": list(Level),
        "example": example,
        "answer": _answer(example, matrix),
    }
    if form.is_bound:
        return render(request, "routing/priority.html", context, status=422)
    return render(request, "routing/priority.html", context, block="example")


@gate(SETTINGS_MANAGE)
def routing(request: HttpRequest) -> HttpResponse:
    """How technicians are chosen, with rules and caps."""
    people = list(Person.objects.filter(team_memberships__isnull=False, is_active=True).distinct())
    ids = [person.pk for person in people]
    caps, loads, own = queries.caps_of(ids), open_loads(ids), queries.own_caps(ids)
    language = get_language() or "en"
    rules = RoutingRule.objects.select_related("team", "skill", "service")
    context = {
        "rules": [(rule, rule.label_in(language)) for rule in rules],
        "people": [(person, loads[person.pk], caps[person.pk], person.pk in own) for person in people],
        "cap_default": queries.routing_settings().cap_default,
    }
    return render(request, "routing/routing.html", context)


@require_POST
@gate(SETTINGS_MANAGE)
def default_cap(request: HttpRequest) -> HttpResponse:
    """Change the cap that holds for everybody."""
    form = forms.CapForm(request.POST)
    tickets_max = form.cleaned_data["tickets_max"] if form.is_valid() else None
    if tickets_max is None:
        raise InvalidInput("cap_invalid", field="tickets_max")
    actions.change_default_cap(actor=actor_of(request), tickets_max=tickets_max)
    return redirect(request, reverse("routing:routing"), toast=_("Saved"))


@require_POST
@gate(SETTINGS_MANAGE)
def person_cap(request: HttpRequest, person_id: int) -> HttpResponse:
    """Change or lift one technician's own cap."""
    person = Person.objects.filter(pk=person_id).first()
    form = forms.CapForm(request.POST)
    if person is None:
        raise NotFound("person_unknown")
    if not form.is_valid():
        raise InvalidInput("cap_invalid", field="tickets_max")
    actions.change_cap(actor=actor_of(request), person=person, tickets_max=form.cleaned_data["tickets_max"])
    return redirect(request, reverse("routing:routing"), toast=_("Saved"))


@require_http_methods(["GET", "HEAD", "POST"])
@gate(SETTINGS_MANAGE)
def rule_new(request: HttpRequest) -> HttpResponse:
    """A form for a new rule."""
    return _rule_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(SETTINGS_MANAGE)
def rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """A form for an existing rule."""
    found = RoutingRule.objects.filter(pk=rule_id).first()
    if found is None:
        raise NotFound("rule_unknown")
    return _rule_page(request, found)


@require_POST
@gate(SETTINGS_MANAGE)
def rule_delete(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Remove a rule."""
    actions.delete_rule(actor=actor_of(request), rule_id=rule_id)
    return redirect(request, reverse("routing:routing"), toast=_("Removed"))


def _rule_page(request: HttpRequest, found: RoutingRule | None) -> HttpResponse:
    form = forms.RuleForm(
        request.POST if request.method == "POST" else None,
        initial=forms.initial_of(found) if found else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_rule(
                actor=actor_of(request), details=form.details, rule_id=found.pk if found else None
            )
            return redirect(request, reverse("routing:routing"), toast=_("Saved"))
        except DomainError as error:
            apply_error(form, error)
    context = {"form": form, "rule": found}
    return render(request, "routing/rule.html", context, status=422 if form.is_bound else 200)


def _answer(example: forms.ExampleForm, matrix: list[list[int]]) -> dict[str, object] | None:
    """The priority of the example with its arithmetic."""
    if not example.is_bound or not example.is_valid():
        return None
    given = example.cleaned_data
    service = given["service"]
    proposal = priority_of(
        Facts(
            subject=given["text"],
            body="",
            kind=given["kind"] or "incident",
            channel=Channel.PORTAL,
            language="en",
            can_work=given["can_work"] or "unknown",
            requester_is_vip=given["vip"],
            service_name=service.name if service else "",
            service_criticality=service.criticality if service else None,
        ),
        matrix,
    )
    lines = [sentence(reason.code, reason.params) for reason in proposal.reasons]
    return {"priority": proposal.priority, "lines": lines}
