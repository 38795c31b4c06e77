"""Making decisions and keeping their reasons; editing what they follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from firstline.accounts.models import Person, Skill
from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.audit import actions as audit
from firstline.kit import clock, rows
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput, NotFound
from firstline.kit.prepared import Prepared
from firstline.kit.refs import Ref
from firstline.kit.text import clean_line
from firstline.kit.traces import Traces
from firstline.organizations.models import Service, Team
from firstline.outbox import actions as outbox
from firstline.routing.defaults import DEFAULT_RULES
from firstline.routing.enums import RULE_VERSION, DecisionKind
from firstline.routing.models import Decision, RoutingRule, RoutingSettings, TechnicianCap
from firstline.routing.queries import judge_ticket, routing_settings
from firstline.routing.weighing import Verdict
from firstline.tickets.actions import Assignment, apply_assignment, locked
from firstline.tickets.enums import EventKind
from firstline.tickets.models import Ticket, TicketEvent

WAITING_MAX = 50


def decide_assignment(*, actor: Actor, ticket_id: int, event_id: str) -> Decision | None:
    """Choose who works on a ticket, keep the reasons, and give it to them, in one transaction.

    Nothing happens (None) where the ticket is done or somebody has it: a manual assignment
    wins. Where nobody fits the decision says why and the ticket waits in its team's queue.
    A repeated `event_id` returns the decision it led to. Lock order: the ticket first.
    """
    with outbox.transaction():
        known = _made.first(DecisionKind.ASSIGNMENT.value, event_id)
        if known is not None:
            return known
        ticket = locked(ticket_id)
        if not ticket.is_open or ticket.assignee_id is not None:
            return None
        return _apply_verdict(actor, ticket, judge_ticket(ticket), event_id)


def decide_waiting(*, actor: Actor, event_id: str) -> int:
    """Try again for tickets that wait because nobody fitted (team off, all busy); how many found somebody.

    Leaves alone what a person took from somebody without giving it to another team.
    """
    given = 0
    for ticket in _waiting_tickets():
        with outbox.transaction():
            fresh = locked(ticket.pk)
            verdict = judge_ticket(fresh)
            if fresh.is_open and fresh.assignee_id is None and verdict.chosen_id is not None:
                _apply_verdict(actor, fresh, verdict, f"{event_id}:{fresh.pk}")
                given += 1
    return given


def release_tickets_of(*, actor: Actor, person_id: int, event_id: str) -> int:
    """Somebody is gone: choose anew for each of their open tickets; returns how many they had."""
    held = list(Ticket.objects.filter(assignee_id=person_id, is_open=True).values_list("pk", flat=True))
    for ticket_id in held:
        with outbox.transaction():
            ticket = locked(ticket_id)
            if ticket.assignee_id == person_id:
                apply_assignment(actor, ticket, Assignment(None))
                _apply_verdict(actor, ticket, judge_ticket(ticket), f"{event_id}:{ticket_id}")
    return len(held)


def forget_person(traces: Traces) -> None:
    """An erased person has no limit of their own, and no rule or reason names them."""
    with outbox.transaction():
        TechnicianCap.objects.filter(person_id=traces.person_id).delete()
    rows.rewrite(RoutingRule.objects.all(), traces.wide, ["name", "name_zh", "words"])
    rows.rewrite(Decision.objects.all(), traces.wide, ["params", "reasons", "candidates"])


def record_priority(*, ticket_id: int, event_id: str) -> Decision | None:
    """Keep the arithmetic of the newest priority of a ticket as a decision; once per event."""
    line = _priority_lines.first(ticket_id)
    if line is None:
        return None
    reasons = line.data.get("reasons") or []
    chosen: dict[str, Any] = reasons[-1] if reasons else {"code": "priority_default", "params": {}}
    with outbox.transaction():
        known = _made.first(DecisionKind.PRIORITY.value, event_id)
        if known is not None:
            return known
        decision = Decision(
            kind=DecisionKind.PRIORITY,
            event_id=event_id,
            ticket_id=ticket_id,
            at=line.at,
            chosen_id=line.data["new"],
            sentence=chosen["code"],
            params=chosen["params"],
            reasons=reasons[:-1],
            rule_version=line.data.get("rule_version") or 0,
        )
        rows.insert([decision])
    return decision


_made = Prepared(lambda kind, event_id: Decision.objects.filter(kind=kind, event_id=event_id))
_priority_lines = Prepared(
    lambda ticket_id: TicketEvent.objects.filter(ticket_id=ticket_id, kind=EventKind.PRIORITY).order_by(
        "-id"
    )[:1]
)
_people = Prepared(lambda pk: Person.objects.filter(pk=pk))


def change_matrix(*, actor: Actor, matrix: Sequence[Sequence[int]]) -> None:
    """Replace the table impact × urgency → priority; new and recomputed priorities follow it.

    Raises `matrix_invalid`.
    """
    actor.check(SETTINGS_MANAGE)
    cells = [[int(cell) for cell in row] for row in matrix]
    if len(cells) != 4 or any(len(row) != 4 or not set(row) <= {1, 2, 3, 4} for row in cells):
        raise InvalidInput("matrix_invalid")
    with outbox.transaction():
        old = routing_settings().matrix
        _change_settings(actor, "routing.matrix_changed", {"matrix": cells}, {"matrix": old})


def change_default_cap(*, actor: Actor, tickets_max: int) -> None:
    """Set how many open tickets a technician may hold. Raises `cap_invalid`."""
    actor.check(SETTINGS_MANAGE)
    _check_cap(tickets_max, least=1)
    with outbox.transaction():
        old = routing_settings().cap_default
        _change_settings(actor, "routing.cap_changed", {"cap_default": tickets_max}, {"cap_default": old})


def change_cap(*, actor: Actor, person: Person, tickets_max: int | None) -> None:
    """Set one technician's own cap, 0 for "gets none"; None returns to the default. Raises `cap_invalid`."""
    actor.check(SETTINGS_MANAGE)
    if tickets_max is not None:
        _check_cap(tickets_max, least=0)
    with outbox.transaction():
        if tickets_max is None:
            TechnicianCap.objects.filter(person=person).delete()
        else:
            TechnicianCap.objects.update_or_create(person=person, defaults={"tickets_max": tickets_max})
        audit.record(
            actor=actor,
            verb="routing.person_cap_changed",
            ref=Ref("person", person.pk, person.name),
            organization_id=person.organization_id,
            new={"tickets_max": tickets_max},
        )


@dataclass(frozen=True, slots=True)
class RuleDetails:
    """A rule as a form gives it."""

    name: str
    name_zh: str = ""
    category: str = ""
    words: Sequence[str] = ()
    service: Service | None = None
    team: Team | None = None
    skill: Skill | None = None
    skill_level: int = 1
    expected_minutes: int = 30
    position: int = 100
    is_active: bool = True


def save_rule(*, actor: Actor, details: RuleDetails, rule_id: int | None = None) -> RoutingRule:
    """Add a rule, or change the one with this id.

    Raises `rule_name_missing`, `rule_words_missing`, `rule_minutes_invalid`, `rule_unknown`.
    """
    actor.check(SETTINGS_MANAGE)
    name, words = clean_line(details.name, 100), _clean_words(details.words)
    if not name:
        raise InvalidInput("rule_name_missing", field="name")
    if not words and details.service is None:
        raise InvalidInput("rule_words_missing", field="words")
    if not 1 <= details.expected_minutes <= 10_000:
        raise InvalidInput("rule_minutes_invalid", field="expected_minutes")
    with outbox.transaction():
        rule = RoutingRule() if rule_id is None else _rule(rule_id)
        rule.name, rule.name_zh = name, clean_line(details.name_zh, 100)
        rule.category, rule.words = details.category, words
        rule.service, rule.team, rule.skill = details.service, details.team, details.skill
        rule.skill_level = max(1, min(5, details.skill_level))
        rule.expected_minutes, rule.position = details.expected_minutes, details.position
        rule.is_active = details.is_active
        rule.save()
        _record_rule(actor, "routing.rule_saved", rule)
    return rule


def delete_rule(*, actor: Actor, rule_id: int) -> None:
    """Remove a rule. Raises `rule_unknown`."""
    actor.check(SETTINGS_MANAGE)
    with outbox.transaction():
        rule = _rule(rule_id)
        _record_rule(actor, "routing.rule_deleted", rule)
        rule.delete()


def ensure_default_rules() -> None:
    """Give a new installation its settings and first rules; runs after every migrate."""
    if RoutingSettings.objects.exists():
        return
    RoutingSettings.objects.create(pk=1)
    RoutingRule.objects.bulk_create(RoutingRule(**fields) for fields in DEFAULT_RULES)


def _apply_verdict(actor: Actor, ticket: Ticket, verdict: Verdict, event_id: str) -> Decision:
    assert connection.in_atomic_block
    decision = Decision(
        ticket=ticket,
        kind=DecisionKind.ASSIGNMENT,
        at=clock.now(),
        chosen_id=verdict.chosen_id,
        candidates=[each.as_json() for each in verdict.weighed],
        sentence=verdict.reason.code,
        params=verdict.reason.params,
        rule_version=RULE_VERSION,
        event_id=event_id,
    )
    rows.insert([decision])
    if verdict.chosen_id is None:
        outbox.push(f"ticket:{ticket.pk}")
        return decision
    chosen = _people.get(verdict.chosen_id)
    apply_assignment(
        actor,
        ticket,
        Assignment(chosen, decision_id=decision.pk, sentence=verdict.reason.as_json()),
    )
    return decision


def _waiting_tickets() -> list[Ticket]:
    """Open tickets without an assignee that no person took from somebody, the most urgent first."""
    lines = TicketEvent.objects.filter(ticket_id=OuterRef("pk"))
    returned = lines.filter(kind=EventKind.ASSIGNED, actor_kind="person", data__new=None)
    handed_on = TicketEvent.objects.filter(
        ticket_id=OuterRef("ticket_id"), kind=EventKind.TEAM, at__gte=OuterRef("at")
    )
    kept = returned.filter(~Exists(handed_on))
    waiting = Ticket.objects.filter(Q(is_open=True, assignee__isnull=True), ~Exists(kept))
    return list(waiting.order_by("next_due_at", "pk")[:WAITING_MAX])


def _change_settings(actor: Actor, verb: str, fields: dict[str, object], old: dict[str, object]) -> None:
    RoutingSettings.objects.get_or_create(pk=1)
    RoutingSettings.objects.filter(pk=1).update(**fields, version=F("version") + 1)
    audit.record(actor=actor, verb=verb, ref=Ref("routing_settings", 1), old=old, new=fields)


def _check_cap(value: int, *, least: int) -> None:
    if not least <= value <= 500:
        raise InvalidInput("cap_invalid", field="tickets_max")


def _clean_words(words: Sequence[str]) -> list[str]:
    kept = dict.fromkeys(clean_line(word, 60).lower() for word in words)
    return [word for word in kept if word][:200]


def _rule(rule_id: int) -> RoutingRule:
    rule = RoutingRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise NotFound("rule_unknown")
    return rule


def _record_rule(actor: Actor, verb: str, rule: RoutingRule) -> None:
    new = {"category": rule.category, "team_id": rule.team_id, "skill_id": rule.skill_id, "words": rule.words}
    audit.record(actor=actor, verb=verb, ref=Ref("routing_rule", rule.pk, rule.name), new=new)
