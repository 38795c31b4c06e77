"""The outbox's own periodic work."""

import structlog

from firstline.audit.actions import check_now
from firstline.outbox import running
from firstline.outbox.events import Context, periodic

log = structlog.get_logger(__name__)


@periodic("outbox.clean", seconds=3600)
def clean(_context: Context) -> None:
    """Forget events that were dispatched long ago and have no job left."""
    while running.forget_old_events():
        pass


@periodic("outbox.check_audit", seconds=24 * 3600, queue="slow")
def check_audit(context: Context) -> None:
    """Prove the audit trail once a day and note the result in it (`audit` itself has no worker)."""
    result = check_now(actor=context.actor)
    if result.first_fault:
        log.error("audit_fault", code=result.first_fault.code, seq=result.first_fault.seq)
