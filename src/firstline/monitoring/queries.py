"""Reads of alerts, limited to what the actor may know of."""

from django.db.models import QuerySet

from firstline.kit.actor import Actor
from firstline.monitoring.models import Alert


def visible_to(actor: Actor) -> QuerySet[Alert]:
    """Alerts of the actor's organisation; those who support the others see them all."""
    found = Alert.objects.select_related("device", "service")
    if actor.is_trusted or actor.is_provider:
        return found
    return found.filter(organization_id=actor.organization_id or 0)


def open_alert(organization_id: int, source: str, key: str) -> Alert | None:
    """The open alert of this source and key, if there is one."""
    return Alert.objects.filter(
        organization_id=organization_id, source=source, key=key, resolved_at=None
    ).first()


def previous_alert(alert: Alert) -> Alert | None:
    """The alert of the same source and key that ended last before this one."""
    earlier = Alert.objects.filter(
        organization_id=alert.organization_id, source=alert.source, key=alert.key, pk__lt=alert.pk
    )
    return earlier.order_by("-pk").first()
