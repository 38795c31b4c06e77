"""What this slice announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("monitoring.alert_raised")
@dataclass(frozen=True)
class AlertRaised:
    """Something went wrong (`is_new`), or is reported once more."""

    alert_id: int
    is_new: bool


@event("monitoring.alert_resolved")
@dataclass(frozen=True)
class AlertResolved:
    """The source says that it is over."""

    alert_id: int
