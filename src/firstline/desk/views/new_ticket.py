"""A ticket for somebody who called or came by."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from firstline.accounts.models import Person
from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries
from firstline.desk.pages import ticket_url
from firstline.desk.reading import number_or_none, uploads
from firstline.devices.models import Device
from firstline.devices.queries import devices_of, main_device_of
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError
from firstline.organizations.models import Service
from firstline.tickets.actions import create_ticket
from firstline.tickets.enums import CanWork, Channel, Kind
from firstline.tickets.permissions import TICKET_CREATE, TICKET_VIEW
from firstline.ui.forms import apply_error
from firstline.ui.pages import redirect, render


class TicketForm(forms.Form):
    """What the technician hears on the telephone."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How it came in"),
        choices=[
            (Channel.PHONE.value, Channel.PHONE.label),
            (Channel.DESK.value, gettext_lazy("In person")),
        ],
        widget=forms.RadioSelect,
        initial=Channel.PHONE.value,
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("ticket", "Kind"),
        choices=Kind.choices,
        widget=forms.RadioSelect,
        initial=Kind.INCIDENT.value,
    )
    subject = forms.CharField(label=gettext_lazy("In a few words"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("What happened"), widget=forms.Textarea(attrs={"rows": 6}), max_length=200_000
    )
    can_work = forms.ChoiceField(
        label=gettext_lazy("Can they work?"), choices=CanWork.choices, required=False
    )
    device = forms.TypedChoiceField(
        label=gettext_lazy("Device"), required=False, coerce=int, empty_value=None
    )
    service = forms.TypedChoiceField(
        label=gettext_lazy("Service"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, requester: Person, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        devices = [(device.pk, device.label) for device in devices_of(requester.pk)[:20]]
        services = [(row.pk, row.label_in(actor.language)) for row in Service.objects.filter(is_active=True)]
        self._choices("device", [("", _("None of these")), *devices])
        self._choices("service", [("", _("Not clear yet")), *services])
        main = main_device_of(requester.pk)
        self.fields["device"].initial = main.pk if main else ""

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


@require_http_methods(["GET", "HEAD", "POST"])
@gate(TICKET_CREATE)
def new_ticket(request: HttpRequest) -> HttpResponse:
    """First the person, then what happened."""
    actor = actor_of(request)
    actor.check(TICKET_VIEW)
    requester = _requester(actor, request.GET.get("requester", ""))
    if requester is None:
        text = request.GET.get("q", "")
        context: dict[str, Any] = {
            "requester": None,
            "text": text,
            "people": queries.find_people(actor, text),
        }
        return render(request, "desk/new_ticket.html", context, block="found")
    form = TicketForm(requester, actor, request.POST or None, initial={"can_work": CanWork.UNKNOWN.value})
    if request.method == "POST" and form.is_valid():
        try:
            made = _create(request, actor, requester, form.cleaned_data)
        except DomainError as error:
            apply_error(form, error)
        else:
            toast = _("%(ticket)s is written") % {"ticket": made.display_id}
            return redirect(request, ticket_url(made.number), toast=toast)
    context = {"requester": requester, "form": form, "text": "", "people": []}
    return render(request, "desk/new_ticket.html", context, status=422 if form.errors else 200)


@require_safe
@gate(TICKET_VIEW)
def people(request: HttpRequest) -> HttpResponse:
    """People that match what is typed."""
    text = request.GET.get("q", "")
    context = {"people": queries.find_people(actor_of(request), text), "text": text}
    return render(request, "desk/parts/people.html", context)


def _requester(actor: Actor, text: str) -> Person | None:
    pk = number_or_none(text)
    found = Person.objects.filter(pk=pk, is_active=True).first() if pk is not None else None
    if found is None or (not actor.is_provider and found.organization_id != actor.organization_id):
        return None
    return found


def _create(request: HttpRequest, actor: Actor, requester: Person, data: dict[str, Any]) -> Any:
    device = Device.objects.filter(pk=data["device"]).first() if data["device"] else None
    service = Service.objects.filter(pk=data["service"]).first() if data["service"] else None
    return create_ticket(
        actor=actor,
        requester=requester,
        subject=data["subject"],
        body=data["body"],
        channel=data["channel"],
        kind=data["kind"],
        can_work=data["can_work"] or CanWork.UNKNOWN,
        device=device,
        service=service,
        files=uploads(request, actor),
    )
