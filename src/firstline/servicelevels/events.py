"""What this slice announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("servicelevels.clock_breached")
@dataclass(frozen=True)
class ClockBreached:
    """The target of a running clock has passed; once per breach."""

    subject_kind: str
    subject_id: int
    metric: str


@event("servicelevels.clock_at_risk")
@dataclass(frozen=True)
class ClockAtRisk:
    """Three quarters of the target are used; once per approach."""

    subject_kind: str
    subject_id: int
    metric: str


@event("servicelevels.clocks_recomputed")
@dataclass(frozen=True)
class ClocksRecomputed:
    """Due dates of these subjects moved because a calendar or a target was edited."""

    subject_kind: str
    subject_ids: list[int]
