"""Every write of alerts: they are raised, raised again, and resolved."""

from datetime import datetime

from django.db import IntegrityError
from django.db.models import F

from firstline.audit.actions import record
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput, NotFound
from firstline.kit.rows import rewrite
from firstline.kit.text import clean, clean_line
from firstline.kit.traces import Traces
from firstline.monitoring.enums import KEY_LENGTH, SOURCE_LENGTH, TEXT_LENGTH, Severity
from firstline.monitoring.events import AlertRaised, AlertResolved
from firstline.monitoring.models import Alert
from firstline.monitoring.permissions import check_can_raise
from firstline.monitoring.queries import open_alert
from firstline.organizations.models import Service
from firstline.outbox.actions import publish, transaction

_ORDER = list(Severity.values)


def raise_alert(
    *,
    actor: Actor,
    source: str,
    key: str,
    severity: str,
    text: str,
    device: Device | None = None,
    service: Service | None = None,
    organization_id: int | None = None,
) -> Alert:
    """Report a fault; while it is open, the same source and key count up the same alert.

    It belongs to the device's organisation, otherwise to the named one, otherwise to the actor's. Announces
    `monitoring.alert_raised`. Raises InvalidInput that names the field, NotAllowed.
    """
    owner_id = _owner(actor, organization_id, device)
    check_can_raise(actor, owner_id, device)
    alert = Alert(
        organization_id=owner_id,
        source=_line(source, "source", SOURCE_LENGTH),
        key=_line(key, "key", KEY_LENGTH),
        severity=_severity(severity),
        text=_text(text),
        device=device,
        service=service,
        raised_by_id=actor.id if actor.kind == "person" else None,
    )
    try:
        return _raise(actor, alert)
    except IntegrityError:
        # Another report of the same fault was first by a moment: this one repeats it.
        return _raise(actor, alert)


def resolve_alert(
    *,
    actor: Actor,
    source: str,
    key: str,
    device: Device | None = None,
    organization_id: int | None = None,
    text: str = "",
) -> Alert:
    """Say that a fault is over. Announces `monitoring.alert_resolved`. Raises NotFound where none is open."""
    owner_id = _owner(actor, organization_id, device)
    check_can_raise(actor, owner_id, device)
    source, key = _line(source, "source", SOURCE_LENGTH), _line(key, "key", KEY_LENGTH)
    now = clock.now()
    with transaction():
        alert = open_alert(owner_id, source, key)
        if alert is None or not Alert.objects.filter(pk=alert.pk, resolved_at=None).update(resolved_at=now):
            raise NotFound("alert_unknown")
        alert.resolved_at = now
        record(
            actor=actor,
            verb="monitoring.alert_resolved",
            ref=alert.ref,
            organization_id=owner_id,
            reason=clean_line(text),
        )
        publish(AlertResolved(alert.pk), actor=actor)
        return alert


def _raise(actor: Actor, alert: Alert) -> Alert:
    now = clock.now()
    with transaction():
        found = open_alert(alert.organization_id, alert.source, alert.key)
        if found is not None and _repeat(found, alert, now):
            publish(AlertRaised(found.pk, is_new=False), actor=actor)
            found.refresh_from_db()
            return found
        alert.worst, alert.first_at, alert.last_at = alert.severity, now, now
        alert.save(force_insert=True)
        record(
            actor=actor,
            verb="monitoring.alert_raised",
            ref=alert.ref,
            organization_id=alert.organization_id,
            new={
                "severity": str(alert.severity),
                "device_id": alert.device_id,
                "service_id": alert.service_id,
            },
        )
        publish(AlertRaised(alert.pk, is_new=True), actor=actor)
        return alert


def _repeat(found: Alert, again: Alert, now: datetime) -> bool:
    """Count a repeat up, unless the alert was resolved at this very moment."""
    worst = max(found.worst, again.severity, key=_ORDER.index)
    rows = Alert.objects.filter(pk=found.pk, resolved_at=None)
    changed = rows.update(
        count=F("count") + 1, last_at=now, severity=again.severity, worst=worst, text=again.text
    )
    return bool(changed)


def _owner(actor: Actor, organization_id: int | None, device: Device | None) -> int:
    owner_id = organization_id or (device.organization_id if device else None) or actor.organization_id
    if owner_id is None:
        raise InvalidInput("alert_organization_missing", field="organization")
    return owner_id


def _line(value: str, field: str, limit: int) -> str:
    line = clean_line(value, limit + 1)
    if not line:
        raise InvalidInput(f"alert_{field}_missing", field=field)
    if len(line) > limit:
        raise InvalidInput("alert_too_long", field=field, limit=limit)
    return line


def _text(value: str) -> str:
    text = clean(value).strip()
    if not text:
        raise InvalidInput("alert_text_missing", field="text")
    if len(text) > TEXT_LENGTH:
        raise InvalidInput("alert_too_long", field="text", limit=TEXT_LENGTH)
    return text


def _severity(value: str) -> str:
    if value not in Severity.values:
        raise InvalidInput("alert_severity_unknown", field="severity")
    return Severity(value)


def forget_person(traces: Traces) -> dict[str, int]:
    """Take an erased person's name out of what alerts said, and out of who raised them."""
    with transaction():
        raised = Alert.objects.filter(raised_by_id=traces.person_id).update(raised_by=None)
    return {"raised": raised, "mentions": len(rewrite(Alert.objects.all(), traces.wide, ["text", "key"]))}
