"""Devices: the list, one machine, its name and owner, the end of its agent."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstline.accounts.models import Person
from firstline.accounts.permissions import actor_of, gate
from firstline.desk.cards import command_card
from firstline.desk.queries.facts import device_facts
from firstline.desk.reading import number_or_none
from firstline.desk.views.tickets import TYPES, table_file
from firstline.devices import actions
from firstline.devices.enums import DeviceState
from firstline.devices.models import Device
from firstline.devices.permissions import DEVICE_EDIT, DEVICE_ENROL, DEVICE_VIEW
from firstline.devices.queries import find_devices, get_device_for
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, InvalidInput
from firstline.kit.tables import Cell
from firstline.kit.text import clean
from firstline.remote.permissions import COMMAND_RUN, DIAGNOSTICS_RUN
from firstline.remote.queries import commands_of, output_of
from firstline.tickets.queries import rows_of, visible_as_staff
from firstline.ui import messages
from firstline.ui.pages import redirect, render
from firstline.ui.sizes import file_size
from firstline_protocol.identity import fingerprint

PAGE_ROWS = 50
PAGES_MAX = 10_000
COMMANDS_SHOWN = 10
TICKETS_SHOWN = 8
OWNERS_MAX = 500
SORTS = {"name": "hostname", "owner": "owner__name", "seen": "last_seen_at", "system": "os_name"}


@require_safe
@gate(DEVICE_VIEW)
def device_list(request: HttpRequest) -> HttpResponse:
    """Machines by name, with who uses them and whether they are on line."""
    actor = actor_of(request)
    text, state, sort = (request.GET.get(name, "") for name in ("q", "state", "sort"))
    page = min(max(1, number_or_none(request.GET.get("page", "1")) or 1), PAGES_MAX)
    found = list(_found(actor, text, state, sort)[(page - 1) * PAGE_ROWS : page * PAGE_ROWS + 1])
    context = {
        "devices": found[:PAGE_ROWS],
        "text": text,
        "state": state,
        "sort": sort or "name",
        "states": [("", _("All")), ("online", _("On line")), *DeviceState.choices],
        "query": request.GET.urlencode(),
        "previous": _paged(request, page - 1) if page > 1 else "",
        "next": _paged(request, page + 1) if len(found) > PAGE_ROWS else "",
        "base": _based(request),
        "here": request.get_full_path(),
        "may_enrol": actor.may(DEVICE_ENROL),
    }
    return render(request, "desk/devices.html", context, block="list")


@require_safe
@gate(DEVICE_VIEW)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The devices that are shown, as CSV or XLSX."""
    if form not in TYPES:
        raise Http404
    found = _found(actor_of(request), request.GET.get("q", ""), request.GET.get("state", ""), "")
    header = [
        _("Name"), _("Host name"), pgettext("device", "Owner"), _("Organisation"), _("State"),
        _("On line"), _("System"), pgettext("device", "Model"), _("Serial number"), _("Agent"),
        pgettext("device", "Last seen"),
    ]  # fmt: skip
    return table_file(form, "devices", header, _table(found.iterator(chunk_size=500)))


@require_safe
@gate(DEVICE_VIEW)
def device(request: HttpRequest, device_id: int) -> HttpResponse:
    """One machine: how it does, what was done on it."""
    actor = actor_of(request)
    found = get_device_for(actor, device_id)
    context = {
        **_health_context(actor, found),
        **_history_context(actor, found),
        **_inventory(found),
        "may_check": found.has_agent and actor.may(DIAGNOSTICS_RUN),
        "may_command": found.has_agent and actor.may(COMMAND_RUN),
        "may_edit": actor.may(DEVICE_EDIT),
        "may_revoke": found.has_agent and actor.may(DEVICE_ENROL),
        "tickets": rows_of(
            visible_as_staff(actor).filter(device_id=found.pk).order_by("-id")[:TICKETS_SHOWN]
        ),
    }
    return render(request, "desk/device.html", context)


@require_safe
@gate(DEVICE_VIEW)
def health(request: HttpRequest, device_id: int) -> HttpResponse:
    """Its live values."""
    actor = actor_of(request)
    found = get_device_for(actor, device_id)
    return render(request, "desk/parts/device_health.html", _health_context(actor, found))


@require_safe
@gate(DEVICE_VIEW)
def history(request: HttpRequest, device_id: int) -> HttpResponse:
    """What was asked of it."""
    actor = actor_of(request)
    found = get_device_for(actor, device_id)
    return render(request, "desk/parts/device_history.html", _history_context(actor, found))


@require_http_methods(["GET", "HEAD", "POST"])
@gate(DEVICE_EDIT)
def edit(request: HttpRequest, device_id: int) -> HttpResponse:
    """What it is called and whose it is."""
    actor = actor_of(request)
    found = get_device_for(actor, device_id)
    name, error = request.POST.get("display_name", found.display_name), ""
    address = request.POST.get("owner", found.owner.email if found.owner and found.owner.email else "")
    if request.method == "POST":
        try:
            owner = owner_by_email(found.organization_id, address)
            actions.edit_device(actor=actor, device=found, display_name=name, owner=owner)
        except DomainError as fault:
            error = messages.describe(fault)
        else:
            return redirect(request, reverse("desk:device", args=[found.pk]), toast=_("Saved"))
    context = {
        "device": found,
        "name": name,
        "address": address,
        "error": error,
        "people": owners_of(found.organization_id),
    }
    return render(request, "desk/device_edit.html", context, status=422 if error else 200)


@require_POST
@gate(DEVICE_ENROL)
def revoke(request: HttpRequest, device_id: int) -> HttpResponse:
    """Turn its agent away for good."""
    actor = actor_of(request)
    found = get_device_for(actor, device_id)
    actions.revoke_device(actor=actor, device=found)
    toast = _("%(device)s is turned away") % {"device": found.label}
    return redirect(request, reverse("desk:device", args=[found.pk]), toast=toast)


def owner_by_email(organization_id: int, address: str) -> Person | None:
    """Who has this address in the organisation, None for an empty one. Raises `owner_unknown`."""
    email = clean(address).strip().lower()
    if not address.strip():
        return None
    owner = Person.objects.filter(email=email, organization_id=organization_id, is_active=True).first()
    if owner is None:
        raise InvalidInput("device_owner_unknown", field="owner", email=address[:100])
    return owner


def owners_of(organization_id: int) -> list[tuple[str, str]]:
    """Addresses and names to choose an owner from."""
    people = Person.objects.filter(organization_id=organization_id, is_active=True, email__isnull=False)
    return [(person.email or "", person.name) for person in people.order_by("name")[:OWNERS_MAX]]


def _found(actor: Actor, text: str, state: str, sort: str) -> Any:
    devices = find_devices(actor, text)
    if state == "online":
        devices = devices.filter(is_online=True)
    elif state in DeviceState.values:
        devices = devices.filter(state=state)
    column = SORTS.get(sort.lstrip("-"), "hostname")
    return devices.order_by(f"-{column}" if sort.startswith("-") else column, "id")


def _table(devices: Iterator[Device]) -> Iterator[list[Cell]]:
    for row in devices:
        yield [
            row.label, row.hostname, row.owner.name if row.owner else "", row.organization.name,
            str(DeviceState(row.state).label), _("yes") if row.is_online else _("no"),
            f"{row.os_name} {row.os_version}".strip(), row.model, row.serial,
            row.agent_version, row.last_seen_at,
        ]  # fmt: skip


def _paged(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"


def _based(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in ("sort", "page"):
        query.pop(name, None)
    return f"?{query.urlencode()}"


def _health_context(actor: Actor, found: Device) -> dict[str, Any]:
    return {
        "device": found,
        "facts": device_facts(actor, found, hours=6),
        "state_label": DeviceState(found.state).label,
    }


def _inventory(found: Device) -> dict[str, Any]:
    """Rows of what the device says of itself; it may say anything, so only the expected shapes are shown."""
    disks = [each for each in found.facts.get("disks") or [] if isinstance(each, dict)]
    interfaces = [each for each in found.facts.get("interfaces") or [] if isinstance(each, dict)]
    return {
        "disk_pairs": [
            (
                str(disk.get("mount", "")),
                f"{file_size(_whole(disk.get('used_bytes')))} / {file_size(_whole(disk.get('size_bytes')))}",
            )
            for disk in disks[:8]
        ],
        "interface_pairs": [
            (str(each.get("name", "")), ", ".join(str(part) for part in each.get("addresses") or []))
            for each in interfaces[:8]
            if each.get("is_up")
        ],
        "fingerprint": fingerprint(bytes(found.identity)) if found.identity else "",
    }


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _history_context(actor: Actor, found: Device) -> dict[str, Any]:
    commands = list(commands_of(found.pk).select_related("device")[:COMMANDS_SHOWN])
    outputs = output_of([command.pk for command in commands]) if commands else {}
    may_cancel = actor.may(COMMAND_RUN) or actor.may(DIAGNOSTICS_RUN)
    cards = [
        command_card(command, outputs.get(command.pk, []), may_cancel=may_cancel) for command in commands
    ]
    topics = [f"device:{found.pk}", *(f"command:{card.id}" for card in cards if card.is_open)]
    return {"device": found, "cards": cards, "history_topics": " ".join(topics)}
