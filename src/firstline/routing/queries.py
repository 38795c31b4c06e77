"""Reads of routing: settings, the rule that matches, the candidates of a ticket, decisions as sentences."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from firstline.accounts.models import Person, PersonSkill
from firstline.kit import clock
from firstline.kit.prepared import Prepared, padded
from firstline.organizations.queries import default_team
from firstline.routing.enums import Gate
from firstline.routing.models import Decision, RoutingRule, RoutingSettings, TechnicianCap
from firstline.routing.priorities import first_word, priority_of
from firstline.routing.weighing import Candidate, Verdict, Work, judge
from firstline.servicelevels.queries import team_works_at
from firstline.tickets.actions import Facts, PriorityProposal, Reason, TeamProposal
from firstline.tickets.models import Ticket
from firstline.tickets.queries import open_loads, sentence, technicians_of


def routing_settings() -> RoutingSettings:
    """The settings in force; the defaults before anybody changed them."""
    return _settings.first() or RoutingSettings()


_settings = Prepared(lambda: RoutingSettings.objects.order_by("pk")[:1])
_active_rules = Prepared(lambda: RoutingRule.objects.filter(is_active=True).select_related("team", "skill"))


def propose_priority(facts: Facts) -> PriorityProposal:
    """The priority policy that tickets ask; one query."""
    return priority_of(facts, routing_settings().matrix)


def propose_team(facts: Facts) -> TeamProposal:
    """The team policy that tickets ask: the service's team, else the rule's, else the default team."""
    rule = matching_rule(facts.service_id, facts.category, f"{facts.subject}\n{facts.body}")
    category = facts.category or (rule.category if rule else "")
    minutes = rule.expected_minutes if rule else 30
    if facts.service_team_id is not None:
        reason = Reason("team_owns_service", {"service": facts.service_name, "team": facts.service_team_name})
        return TeamProposal(facts.service_team_id, facts.service_team_name, category, minutes, (reason,))
    if rule is not None and rule.team is not None and rule.team.is_active:
        reason = Reason("team_rule", {"team": rule.team.name, "rule": rule.label_in(facts.language)})
        return TeamProposal(rule.team.pk, rule.team.name, category, minutes, (reason,))
    team = default_team()
    if team is None:
        return TeamProposal(None, category=category, expected_minutes=minutes, reasons=(Reason("team_none"),))
    reason = Reason("team_default", {"team": team.name})
    return TeamProposal(team.pk, team.name, category, minutes, (reason,))


def matching_rule(service_id: int | None, category: str, text: str) -> RoutingRule | None:
    """The first active rule that fits by service, by category or by a word; one query."""
    for rule in _active_rules():
        if service_id is not None and rule.service_id == service_id:
            return rule
        if category and rule.category == category:
            return rule
        if not category and rule.words and first_word(text, tuple(rule.words)):
            return rule
    return None


def judge_ticket(ticket: Ticket) -> Verdict:
    """Who should work on the ticket now, with everybody who was weighed; writes nothing."""
    if ticket.team is None:
        return Verdict(None, [], Reason("nobody_team"))
    rule = matching_rule(ticket.service_id, ticket.category, ticket.subject)
    skill = rule.skill if rule else None
    work = Work(
        team_name=ticket.team.name,
        expected_minutes=ticket.expected_minutes,
        skill_name=skill.name if skill else "",
        skill_level=rule.skill_level if rule and skill else 0,
    )
    return judge(work, _candidates(ticket.team.pk, skill.pk if skill else None))


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One person who was weighed, as a page shows it."""

    person_id: int
    name: str
    is_chosen: bool
    gate: str
    score: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision in the reader's language."""

    id: int
    kind: str
    at: datetime
    sentence: str
    reasons: Sequence[str]
    candidates: Sequence[CandidateView]
    rule_version: int


def decisions_for(ticket: Ticket) -> list[DecisionView]:
    """The ticket's decisions, newest first, in the active language; two queries."""
    decisions = list(Decision.objects.filter(ticket=ticket).order_by("-id")[:50])
    return views_of(decisions)


def views_of(decisions: Sequence[Decision]) -> list[DecisionView]:
    """Decisions in the active language, with names as they are today; one query."""
    ids = {each["person_id"] for decision in decisions for each in decision.candidates}
    ids |= {decision.params["person"] for decision in decisions if "person" in decision.params}
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    return [_view(decision, names) for decision in decisions]


def caps_of(person_ids: Collection[int]) -> dict[int, int]:
    """The cap of each of these technicians, their own or the default."""
    default, own = routing_settings().cap_default, own_caps(person_ids)
    return {pk: own.get(pk, default) for pk in person_ids}


def own_caps(person_ids: Collection[int]) -> dict[int, int]:
    """The caps that were set for these technicians themselves."""
    return dict(_caps(*padded(person_ids))) if person_ids else {}


_caps = Prepared(
    lambda *ids: TechnicianCap.objects.filter(person_id__in=ids).values_list("person_id", "tickets_max")
)
_technicians = Prepared(lambda team_id: technicians_of(team_id).values_list("pk", flat=True))
_levels = Prepared(
    lambda skill_id, *ids: PersonSkill.objects.filter(skill_id=skill_id, person_id__in=ids).values_list(
        "person_id", "level"
    )
)


def _candidates(team_id: int, skill_id: int | None) -> list[Candidate]:
    ids = _technicians(team_id)
    if not ids:
        return []
    caps, loads = caps_of(ids), open_loads(ids)
    levels = {}
    if skill_id is not None:
        levels = dict(_levels(skill_id, *padded(ids)))
    on_shift = team_works_at(team_id, clock.now())
    return [
        Candidate(
            person_id=pk,
            load_minutes=loads[pk].minutes,
            load_tickets=loads[pk].tickets,
            cap=caps[pk],
            level=levels.get(pk, 0),
            on_shift=on_shift,
        )
        for pk in ids
    ]


def _view(decision: Decision, names: Mapping[int, str]) -> DecisionView:
    params: dict[str, Any] = dict(decision.params)
    if "person" in params:
        params["name"] = names.get(params["person"], f"#{params['person']}")
    return DecisionView(
        id=decision.pk,
        kind=decision.kind,
        at=decision.at,
        sentence=sentence(decision.sentence, params),
        reasons=[sentence(reason["code"], reason.get("params")) for reason in decision.reasons],
        candidates=[_candidate_view(each, names, decision.chosen_id) for each in decision.candidates],
        rule_version=decision.rule_version,
    )


def _candidate_view(
    data: Mapping[str, Any], names: Mapping[int, str], chosen_id: int | None
) -> CandidateView:
    pk = data["person_id"]
    keys = ("load_minutes", "own_minutes", "load_tickets", "cap", "level")
    return CandidateView(
        person_id=pk,
        name=names.get(pk, f"#{pk}"),
        is_chosen=pk == chosen_id,
        gate=str(Gate(data["gate"]).label) if data["gate"] else "",
        score=data["score"],
        parts={key: data[key] for key in keys},
    )
