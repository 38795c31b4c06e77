"""What the reports write: that somebody took figures away."""

from firstline.audit.actions import record
from firstline.kit.actor import Actor
from firstline.kit.refs import Ref
from firstline.outbox.actions import transaction


def record_export(*, actor: Actor, figure: str, form: str, count: int) -> None:
    """Note in the audit trail that these figures left as a file."""
    with transaction():
        record(
            actor=actor,
            verb="reports.exported",
            ref=Ref("report", 0, figure),
            new={"figure": figure, "form": form, "rows": count},
        )
