"""Notices, as time passes, which running clocks are at risk and which have missed their target."""

from datetime import datetime

from firstline.kit import clock as kit_clock
from firstline.kit.actor import SYSTEM
from firstline.outbox.actions import publish, transaction
from firstline.servicelevels.enums import ClockState
from firstline.servicelevels.events import ClockAtRisk, ClockBreached
from firstline.servicelevels.models import Clock

BATCH_MAX = 500


def announce_due() -> int:
    """Mark and announce, each exactly once, up to 500 breaches and 500 risks; how many were found.

    Announces `servicelevels.clock_breached` and `servicelevels.clock_at_risk`. Call again while the answer
    is not zero. A clock that changes at the same moment is left to its own action.
    """
    now = kit_clock.now()
    with transaction():
        return _breaches(now) + _risks(now)


def _breaches(now: datetime) -> int:
    waiting = Clock.objects.filter(state=ClockState.RUNNING, breached_at=None)
    due = list(waiting.filter(due_at__lt=now).order_by("due_at")[:BATCH_MAX])
    for clock in due:
        if waiting.filter(pk=clock.pk, due_at=clock.due_at).update(breached_at=clock.due_at):
            publish(ClockBreached(clock.subject_kind, clock.subject_id, clock.metric), actor=SYSTEM)
    return len(due)


def _risks(now: datetime) -> int:
    waiting = Clock.objects.filter(state=ClockState.RUNNING, breached_at=None, at_risk_at=None)
    due = list(waiting.filter(risk_at__lte=now).order_by("risk_at")[:BATCH_MAX])
    for clock in due:
        if waiting.filter(pk=clock.pk, risk_at=clock.risk_at).update(at_risk_at=clock.risk_at):
            publish(ClockAtRisk(clock.subject_kind, clock.subject_id, clock.metric), actor=SYSTEM)
    return len(due)
