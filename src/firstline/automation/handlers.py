"""What automation does when something happened in a lower slice."""

from firstline.automation import actions
from firstline.monitoring.events import AlertRaised, AlertResolved
from firstline.outbox.events import Context, handles


@handles(AlertRaised, name="automation.follow_raised_alert")
def alert_raised(event: AlertRaised, context: Context) -> None:
    """An alert makes or updates a ticket."""
    actions.follow_raised_alert(actor=context.actor, alert_id=event.alert_id)


@handles(AlertResolved, name="automation.follow_resolved_alert")
def alert_resolved(event: AlertResolved, context: Context) -> None:
    """An alert that is over says so in its ticket."""
    actions.follow_resolved_alert(actor=context.actor, alert_id=event.alert_id)
