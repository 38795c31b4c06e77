"""Operations on alerts."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Router, Status
from ninja.decorators import decorate_view
from ninja.responses import codes_4xx

from firstline.api.access import actor_of, gate, repeatable
from firstline.api.problems import Problem, Refused
from firstline.api.schemas import AlertIn, AlertOut
from firstline.automation.queries import ticket_of_alert
from firstline.devices.models import Device
from firstline.devices.queries import device_by_name
from firstline.kit.actor import Actor
from firstline.monitoring import actions
from firstline.monitoring.models import Alert
from firstline.monitoring.permissions import ALERT_RAISE
from firstline.organizations.models import Service
from firstline.ui import messages

router = Router(tags=["alerts"])


@router.post(
    "/alerts", response={200: AlertOut, 201: AlertOut, codes_4xx: Problem}, operation_id="raise_alert"
)
@decorate_view(repeatable)
@gate(ALERT_RAISE)
def raise_alert(request: HttpRequest, payload: AlertIn) -> Status[Any]:
    """Report a fault, report it again, or (`state` resolved) report that it is over.

    Answers 201 for a new alert and 200 for a known one. A device or service that is not on record does not
    stop the alert: it comes without it, and `remarks` says so.
    """
    actor = actor_of(request)
    device = find_device(actor, payload.device)
    service = find_service(payload.service)
    if payload.state == "resolved":
        alert = actions.resolve_alert(
            actor=actor, source=payload.source, key=payload.key, device=device, text=payload.text
        )
    else:
        alert = actions.raise_alert(
            actor=actor,
            source=payload.source,
            key=payload.key,
            severity=payload.severity,
            text=_with_names(payload, device, service),
            device=device,
            service=service,
        )
    status = 201 if alert.count == 1 and alert.is_open else 200
    return Status(status, _shown(alert, _remarks(payload, device, service)))


def find_device(actor: Actor, name: str | None) -> Device | None:
    """The only device of that name within the actor's reach."""
    device = device_by_name(name) if name else None
    if device is None or actor.is_provider or device.organization_id == actor.organization_id:
        return device
    return None


def find_service(name: str | None) -> Service | None:
    """The service of that name, in either language."""
    if not name:
        return None
    return Service.objects.filter(Q(name__iexact=name) | Q(name_zh__iexact=name), is_active=True).first()


def _with_names(payload: AlertIn, device: Device | None, service: Service | None) -> str:
    """Names that are not on record stay readable in the text."""
    unknown = [
        name for name, found in ((payload.device, device), (payload.service, service)) if name and not found
    ]
    return "\n".join([payload.text, *unknown]) if payload.text.strip() else payload.text


def _remarks(payload: AlertIn, device: Device | None, service: Service | None) -> list[str]:
    remarks = []
    if payload.device and device is None:
        remarks.append(messages.describe(Refused(422, "api_device_unknown", value=payload.device)))
    if payload.service and service is None:
        remarks.append(messages.describe(Refused(422, "api_service_unknown", value=payload.service)))
    return remarks


def _shown(alert: Alert, remarks: list[str]) -> AlertOut:
    ticket = ticket_of_alert(alert.pk)
    return AlertOut(
        id=alert.pk,
        source=alert.source,
        key=alert.key,
        severity=alert.severity,
        state="raised" if alert.is_open else "resolved",
        text=alert.text,
        count=alert.count,
        device=alert.device.label if alert.device else None,
        service=alert.service.name if alert.service else None,
        first_at=alert.first_at,
        last_at=alert.last_at,
        resolved_at=alert.resolved_at,
        ticket=ticket.display_id if ticket else None,
        remarks=remarks,
    )
