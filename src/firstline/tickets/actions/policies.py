"""The two hooks that decide in the transaction of a change: the priority from facts, and the first team."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from django.db import transaction

from firstline.organizations.queries import default_team
from firstline.tickets.enums import CanWork, Level, Priority, PrioritySource

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a value was chosen: a stable code and the parameters of its sentence."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "params": self.params}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a ticket when priority and team are decided; None: not known.

    `impact` and `urgency` are given where a person fixed them: the policy keeps them.
    """

    subject: str
    body: str
    kind: str
    channel: str
    language: str
    can_work: str = CanWork.UNKNOWN
    requester_is_vip: bool = False
    service_id: int | None = None
    service_name: str = ""
    service_criticality: int | None = None
    service_team_id: int | None = None
    service_team_name: str = ""
    device_criticality: int | None = None
    alert_severity: str = ""
    category: str = ""
    impact: int | None = None
    urgency: int | None = None


@dataclass(frozen=True, slots=True)
class PriorityProposal:
    """What the priority policy answers."""

    impact: int
    urgency: int
    priority: int
    reasons: tuple[Reason, ...] = ()
    rule_version: int = 0
    source: str = PrioritySource.POLICY


@dataclass(frozen=True, slots=True)
class TeamProposal:
    """What the team policy answers; `team_id` None: nobody is asked yet."""

    team_id: int | None
    team_name: str = ""
    category: str = ""
    expected_minutes: int = 30
    reasons: tuple[Reason, ...] = ()


PriorityPolicy = Callable[[Facts], PriorityProposal]
TeamPolicy = Callable[[Facts], TeamProposal]

_priority_policy: PriorityPolicy | None = None
_team_policy: TeamPolicy | None = None


def register_priority_policy(policy: PriorityPolicy | None) -> PriorityPolicy | None:
    """Have `policy` decide impact, urgency and priority; returns the one it replaces.

    It runs inside the transaction: it must be quick (2 ms) and write nothing. Where it
    fails, the ticket gets the defaults and says so in its timeline.
    """
    global _priority_policy
    replaced, _priority_policy = _priority_policy, policy
    return replaced


def register_team_policy(policy: TeamPolicy | None) -> TeamPolicy | None:
    """Have `policy` decide the first team, category and expected minutes; as `register_priority_policy`."""
    global _team_policy
    replaced, _team_policy = _team_policy, policy
    return replaced


def propose_priority(facts: Facts) -> PriorityProposal:
    """The policy's answer, or the defaults with the reason that it failed."""
    fallback = PriorityProposal(
        impact=facts.impact or Level.MEDIUM,
        urgency=facts.urgency or Level.MEDIUM,
        priority=Priority.P3,
        reasons=(Reason("priority_default"),),
        source=PrioritySource.DEFAULT,
    )
    return fallback if _priority_policy is None else _guarded(_priority_policy, facts, fallback)


def propose_team(facts: Facts) -> TeamProposal:
    """The policy's answer; without one, or when it fails, the service's team or the default team."""
    if _team_policy is not None:
        proposal = _guarded(_team_policy, facts, None)
        if proposal is not None:
            return proposal
    if facts.service_team_id is not None:
        reason = Reason("team_owns_service", {"service": facts.service_name, "team": facts.service_team_name})
        return TeamProposal(facts.service_team_id, facts.service_team_name, facts.category, reasons=(reason,))
    team = default_team()
    if team is None:
        return TeamProposal(None, category=facts.category, reasons=(Reason("team_none"),))
    return TeamProposal(
        team.pk, team.name, facts.category, reasons=(Reason("team_default", {"team": team.name}),)
    )


Answer = TypeVar("Answer")
Fallback = TypeVar("Fallback")


def _guarded(policy: Callable[[Facts], Answer], facts: Facts, fallback: Fallback) -> Answer | Fallback:
    """A savepoint around the policy: its database fault must not lose the ticket."""
    try:
        with transaction.atomic():
            return policy(facts)
    except Exception:  # A faulty policy costs its answer, never the ticket.
        log.exception("ticket_policy_failed", policy=getattr(policy, "__name__", ""))
        return fallback
