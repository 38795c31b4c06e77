"""The arithmetic of priority: impact and urgency from facts, priority from the table; pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from firstline.routing.enums import BREACH_WORDS, OUTAGE_WORDS, RULE_VERSION, SUSPICION_WORDS
from firstline.tickets.actions import Facts, PriorityProposal, Reason
from firstline.tickets.enums import CanWork, Kind

Matrix = Sequence[Sequence[int]]

_ALERT_LEVELS = {"critical": (2, 1), "major": (2, 2), "warning": (3, 3), "minor": (3, 3), "info": (4, 4)}
_SERVICE_IMPACT = {1: 2, 2: 3, 3: 3, 4: 4}
_WORK_URGENCY = {CanWork.NO: 1, CanWork.PARTLY: 2, CanWork.YES: 4, CanWork.UNKNOWN: 3}


def priority_of(facts: Facts, matrix: Matrix) -> PriorityProposal:
    """Impact, urgency and priority with a reason for each; a value that a person fixed stays."""
    text = f"{facts.subject}\n{facts.body}"
    impact, why_impact = _impact(facts, text)
    urgency, why_urgency = _urgency(facts, text)
    priority = matrix[impact - 1][urgency - 1]
    why = Reason("matrix", {"impact": impact, "urgency": urgency, "priority": priority})
    return PriorityProposal(
        impact=impact,
        urgency=urgency,
        priority=priority,
        reasons=(why_impact, why_urgency, why),
        rule_version=RULE_VERSION,
    )


def first_word(text: str, words: tuple[str, ...]) -> str:
    """The first of `words` in `text`, as a whole word where it is Latin; empty when none is there."""
    match = _pattern(words).search(text)
    return match[0] if match else ""


def _impact(facts: Facts, text: str) -> tuple[int, Reason]:
    if facts.impact is not None:
        return _level("impact", facts.impact, "given")
    if word := first_word(text, OUTAGE_WORDS):
        return _level("impact", 1, "outage", word=word)
    if word := first_word(text, BREACH_WORDS):
        return _level("impact", 2, "breach", word=word)
    if facts.alert_severity in _ALERT_LEVELS:
        return _level(
            "impact", _ALERT_LEVELS[facts.alert_severity][0], "alert", severity=facts.alert_severity
        )
    return _usual_impact(facts)


def _usual_impact(facts: Facts) -> tuple[int, Reason]:
    """The most important thing that is known to be concerned."""
    wish = facts.kind == Kind.SERVICE_REQUEST
    found = [_level("impact", 4, "wish") if wish else _level("impact", 3, "one")]
    if facts.service_criticality is not None:
        level = min(4, _SERVICE_IMPACT[facts.service_criticality] + wish)
        found.append(_level("impact", level, "service", service=facts.service_name))
    if facts.device_criticality is not None:
        found.append(_level("impact", _SERVICE_IMPACT[facts.device_criticality], "device"))
    if facts.requester_is_vip:
        found.append(_level("impact", 3 if wish else 2, "vip"))
    best = min(level for level, _reason in found)
    # Of equals the most telling reason, which is the last.
    return [each for each in found if each[0] == best][-1]


def _urgency(facts: Facts, text: str) -> tuple[int, Reason]:
    if facts.urgency is not None:
        return _level("urgency", facts.urgency, "given")
    if first_word(text, OUTAGE_WORDS):
        return _level("urgency", 1, "outage")
    if first_word(text, BREACH_WORDS):
        return _level("urgency", 1, "breach")
    said = CanWork(facts.can_work)
    by_work = _level("urgency", _WORK_URGENCY[said], str(said))
    if facts.alert_severity in _ALERT_LEVELS:
        severity = facts.alert_severity
        return min(
            by_work, _level("urgency", _ALERT_LEVELS[severity][1], "alert", severity=severity), key=_rank
        )
    if word := first_word(text, SUSPICION_WORDS):
        return min(by_work, _level("urgency", 2, "suspicion", word=word), key=_rank)
    return by_work


def _rank(found: tuple[int, Reason]) -> int:
    return found[0]


def _level(scale: str, level: int, why: str, **params: str) -> tuple[int, Reason]:
    return level, Reason(f"{scale}_{why}", {scale: level, **params})


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    parts = [rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in words]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)
