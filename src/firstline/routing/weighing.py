"""The arithmetic of assignment: who fits, who gets to it soonest, and the sentence that says so; pure.

A candidate fits who is a member of the team, on shift, has the mandatory skill at the level, and
holds fewer tickets than the cap. Of those the one with the lowest sum of minutes is chosen: the
minutes expected of their open tickets that do not wait, plus the minutes this ticket will take
them, which a mandatory skill above or below level 3 shortens or lengthens. Equal sums: fewer
tickets, then the longer membership (lower id).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from firstline.routing.enums import Gate
from firstline.tickets.actions import Reason

_PACE_PERCENT = {1: 150, 2: 120, 3: 100, 4: 85, 5: 70}


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked of whoever takes it."""

    team_name: str
    expected_minutes: int
    skill_name: str = ""
    skill_level: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of the team, and what counts for and against them."""

    person_id: int
    load_minutes: int
    load_tickets: int
    cap: int
    level: int = 0
    on_shift: bool = True


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate after the arithmetic; `score` in minutes, less is better."""

    person_id: int
    gate: str
    score: int
    load_minutes: int
    own_minutes: int
    load_tickets: int
    cap: int
    level: int

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who was chosen (None: nobody fits), everybody who was weighed, best first, and why."""

    chosen_id: int | None
    weighed: list[Weighed]
    reason: Reason


def judge(work: Work, candidates: Sequence[Candidate]) -> Verdict:
    """Choose one of `candidates` for `work`; the same input always gives the same answer."""
    weighed = sorted((_weigh(work, candidate) for candidate in candidates), key=_order)
    fitting = [each for each in weighed if not each.gate]
    if not fitting:
        return Verdict(None, weighed, _why_nobody(work, weighed))
    return Verdict(fitting[0].person_id, weighed, _why(work, fitting))


def _weigh(work: Work, candidate: Candidate) -> Weighed:
    pace = _PACE_PERCENT[candidate.level or 1] if work.skill_name else 100
    own_minutes = work.expected_minutes * pace // 100
    return Weighed(
        person_id=candidate.person_id,
        gate=str(_gate(work, candidate)),
        score=candidate.load_minutes + own_minutes,
        load_minutes=candidate.load_minutes,
        own_minutes=own_minutes,
        load_tickets=candidate.load_tickets,
        cap=candidate.cap,
        level=candidate.level,
    )


def _gate(work: Work, candidate: Candidate) -> Gate:
    if not candidate.on_shift:
        return Gate.OFF_SHIFT
    if work.skill_name and candidate.level < work.skill_level:
        return Gate.SKILL_MISSING
    return Gate.AT_CAP if candidate.load_tickets >= candidate.cap else Gate.NONE


def _order(weighed: Weighed) -> tuple[bool, int, int, int]:
    return bool(weighed.gate), weighed.score, weighed.load_tickets, weighed.person_id


def _why(work: Work, fitting: Sequence[Weighed]) -> Reason:
    best = fitting[0]
    params: dict[str, str | int] = {"person": best.person_id, "team": work.team_name, "count": len(fitting)}
    if len(fitting) == 1:
        return Reason("assigned_only", params)
    params["minutes"] = best.load_minutes
    if work.skill_name:
        return Reason("assigned_skilled", params | {"skill": work.skill_name, "level": best.level})
    return Reason("assigned_least", params)


def _why_nobody(work: Work, weighed: Sequence[Weighed]) -> Reason:
    """The last gate that still stood between the ticket and somebody."""
    params: dict[str, str | int] = {"team": work.team_name}
    gates = {each.gate for each in weighed}
    if not gates:
        return Reason("nobody_member", params)
    if Gate.AT_CAP in gates:
        return Reason("nobody_free", params)
    if Gate.SKILL_MISSING in gates:
        return Reason("nobody_skilled", params | {"skill": work.skill_name, "level": work.skill_level})
    return Reason("nobody_on_shift", params)
