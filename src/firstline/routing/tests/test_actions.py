"""Decisions: made after the commit, stored with their reasons, never over a person's choice."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from firstline.accounts.models import Person, Skill
from firstline.accounts.testing import make_actor, make_person
from firstline.audit.models import AuditRecord
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed, NotFound
from firstline.organizations.models import Service
from firstline.outbox import events
from firstline.outbox.testing import drain, run_periodic
from firstline.routing import actions, queries
from firstline.routing.actions import RuleDetails
from firstline.routing.models import Decision, RoutingRule
from firstline.servicelevels.actions import assign_team_calendar
from firstline.servicelevels.models import Calendar
from firstline.tickets import actions as tickets
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_cast, make_ticket

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def no_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail stays in its queue: delivery is tested in the mail slice."""
    task = events.Task("mail.deliver", lambda args, context: None)
    monkeypatch.setitem(events.TASKS, "mail.deliver", task)


@pytest.fixture
def administrator(db: None):
    return make_actor("Ada Administrator", "administrator")


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_new_ticket_finds_somebody_with_a_reason(cast: Cast) -> None:
    ticket = make_ticket(cast, can_work="no")
    drain()

    assert fresh(ticket).assignee == cast.technician
    assignment, priority = (queries.decisions_for(ticket)[index] for index in (0, 1))
    if assignment.kind == "priority":
        assignment, priority = priority, assignment
    assert assignment.sentence.startswith("Tina Technician has the least open work (0 minutes) of 2 people")
    assert [(each.name, each.is_chosen) for each in assignment.candidates] == [
        ("Tina Technician", True), ("Tom Teammate", False),
    ]  # fmt: skip
    assert priority.sentence == "The table makes P2 of impact Medium and urgency Critical."
    assert priority.reasons[1] == "Urgency Critical: the requester cannot work."
    with translation.override("zh-hans"):
        assert "查表得 P2" in next(d.sentence for d in queries.decisions_for(ticket) if d.kind == "priority")
    event = fresh(ticket).events.get(kind="assigned")
    assert event.data["decision_id"] == assignment.id


def test_work_is_spread_by_minutes(cast: Cast) -> None:
    for _ in range(4):
        make_ticket(cast)
        drain()

    assert Ticket.objects.filter(assignee=cast.technician).count() == 2
    assert Ticket.objects.filter(assignee=cast.teammate).count() == 2


def test_repeated_event_decides_once(cast: Cast) -> None:
    ticket = make_ticket(cast)

    first = actions.decide_assignment(actor=SYSTEM, ticket_id=ticket.pk, event_id="e")
    second = actions.decide_assignment(actor=SYSTEM, ticket_id=ticket.pk, event_id="e")

    assert first == second
    assert Decision.objects.filter(kind="assignment").count() == 1


def test_choice_by_hand_wins(cast: Cast) -> None:
    ticket = make_ticket(cast)
    tickets.assign_ticket(actor=cast.actor("technician"), ticket=ticket, assignee=cast.teammate)
    drain()

    assert fresh(ticket).assignee == cast.teammate
    assert not Decision.objects.filter(kind="assignment").exists()


def test_team_off_shift_waits_and_is_served_when_it_works(cast: Cast, administrator) -> None:
    office = Calendar.objects.get(name="Office hours")
    assign_team_calendar(actor=administrator, team_id=cast.desk.pk, calendar_id=office.pk)
    with clock.frozen(SUNDAY):
        ticket = make_ticket(cast)
        drain()
        assert fresh(ticket).assignee is None
        assert Decision.objects.get(kind="assignment").sentence == "nobody_on_shift"
        assert actions.decide_waiting(actor=SYSTEM, event_id="x") == 0
    with clock.frozen(MONDAY):
        assert actions.decide_waiting(actor=SYSTEM, event_id="y") == 1

    assert fresh(ticket).assignee is not None


def test_skill_and_cap_are_gates(cast: Cast, administrator) -> None:
    rule = RoutingRule.objects.get(category="network")
    rule.skill, rule.skill_level = Skill.objects.create(name="VPN"), 3
    rule.save()
    ticket = make_ticket(cast)
    drain()
    assert fresh(ticket).assignee is None
    assert "Nobody in Service desk knows VPN at level 3" in queries.decisions_for(ticket)[0].sentence + str(
        [decision.sentence for decision in queries.decisions_for(ticket)]
    )

    cast.teammate.skills.create(skill=rule.skill, level=4)
    actions.change_cap(actor=administrator, person=cast.teammate, tickets_max=0)
    assert queries.judge_ticket(ticket).reason.code == "nobody_free"
    actions.change_cap(actor=administrator, person=cast.teammate, tickets_max=None)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        run_periodic("routing.assign_waiting")

    assert fresh(ticket).assignee == cast.teammate


def test_what_a_person_gave_back_waits_until_it_is_handed_on(cast: Cast) -> None:
    ticket = make_ticket(cast)
    drain()
    tickets.assign_ticket(actor=cast.actor("technician"), ticket=ticket, assignee=None)
    assert actions.decide_waiting(actor=SYSTEM, event_id="x") == 0

    tickets.escalate_ticket(actor=cast.actor("technician"), ticket=ticket, team=cast.network)
    drain()

    assert fresh(ticket).assignee == cast.outsider


def test_tickets_of_somebody_gone_find_others(cast: Cast, administrator) -> None:
    from firstline.accounts.actions import deactivate_person

    ticket = make_ticket(cast)
    drain()
    deactivate_person(actor=administrator, person=Person.objects.get(pk=cast.technician.pk))
    drain()

    assert fresh(ticket).assignee == cast.teammate


def test_rules_and_services_choose_team_and_category(cast: Cast, administrator) -> None:
    rule = actions.save_rule(
        actor=administrator,
        details=RuleDetails("Line", words=["leased line", "专线"], category="line", team=cast.network),
    )
    service = Service.objects.create(name="ERP", owner_team=cast.desk)

    by_word = make_ticket(cast, "Our leased line is slow")
    by_service = make_ticket(cast, "专线 for the ERP", service=service)
    default = make_ticket(cast, "Odd thing", body="No idea")

    assert (by_word.team, by_word.category) == (cast.network, "line")
    assert (by_service.team, by_service.category) == (cast.desk, "line")
    assert (default.team, default.category) == (cast.desk, "")
    reasons = [by_word.events.get(kind="team").data["reasons"][0]["code"]]
    assert reasons == ["team_rule"]
    actions.delete_rule(actor=administrator, rule_id=rule.pk)
    assert make_ticket(cast, "leased line").team == cast.desk


def test_matrix_is_edited_and_followed(cast: Cast, administrator) -> None:
    actions.change_matrix(actor=administrator, matrix=[[4] * 4] * 4)

    assert make_ticket(cast, can_work="no").priority == 4
    assert AuditRecord.objects.filter(verb="routing.matrix_changed").count() == 1


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda a: actions.change_matrix(actor=a, matrix=[[1, 2]]), "matrix_invalid"),
        (lambda a: actions.change_matrix(actor=a, matrix=[[5] * 4] * 4), "matrix_invalid"),
        (lambda a: actions.change_default_cap(actor=a, tickets_max=0), "cap_invalid"),
        (lambda a: actions.save_rule(actor=a, details=RuleDetails(" ")), "rule_name_missing"),
        (lambda a: actions.save_rule(actor=a, details=RuleDetails("x")), "rule_words_missing"),
        (
            lambda a: actions.save_rule(actor=a, details=RuleDetails("x", words=["y"], expected_minutes=0)),
            "rule_minutes_invalid",
        ),
    ],
)
def test_bad_settings_are_refused(administrator, call, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        call(administrator)
    assert caught.value.code == code


def test_settings_are_for_administrators(cast: Cast) -> None:
    technician = cast.actor("technician")

    for call in (
        lambda: actions.change_matrix(actor=technician, matrix=[[1] * 4] * 4),
        lambda: actions.change_default_cap(actor=technician, tickets_max=3),
        lambda: actions.change_cap(actor=technician, person=cast.teammate, tickets_max=3),
        lambda: actions.save_rule(actor=technician, details=RuleDetails("x", words=["y"])),
        lambda: actions.delete_rule(actor=technician, rule_id=1),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_unknown_rule(administrator) -> None:
    with pytest.raises(NotFound):
        actions.delete_rule(actor=administrator, rule_id=999)


def test_pages(client: Client, db: None) -> None:
    person = make_person("Ada Administrator", "administrator")
    make_cast()
    client.force_login(person)

    page = client.get("/admin/priority/?text=nobody+can+print&can_work=no").content.decode()
    assert "says that many people are affected" in page
    cells = {f"cell_{impact}_{urgency}": "2" for impact in range(1, 5) for urgency in range(1, 5)}
    assert client.post("/admin/priority/", cells).status_code == 303
    assert client.post("/admin/priority/", cells | {"cell_1_1": "9"}).status_code == 422
    assert queries.routing_settings().matrix == [[2] * 4] * 4

    assert "Tina Technician" in client.get("/admin/routing/").content.decode()
    assert client.post("/admin/routing/cap/", {"tickets_max": "7"}).status_code == 303
    tina = Person.objects.get(name="Tina Technician")
    assert client.post(f"/admin/routing/cap/{tina.pk}/", {"tickets_max": "2"}).status_code == 303
    assert queries.caps_of([tina.pk, person.pk]) == {tina.pk: 2, person.pk: 7}
    assert client.post(f"/admin/routing/cap/{tina.pk}/", {"tickets_max": ""}).status_code == 303

    fields = {
        "name": "SAP",
        "words": "sap\nfiori",
        "skill_level": "2",
        "expected_minutes": "45",
        "position": "5",
    }
    assert client.get("/admin/routing/rules/new/").status_code == 200
    assert client.post("/admin/routing/rules/new/", fields).status_code == 303
    rule = RoutingRule.objects.get(name="SAP")
    assert rule.words == ["sap", "fiori"]
    assert client.post(f"/admin/routing/rules/{rule.pk}/", fields | {"words": ""}).status_code == 422
    assert client.get(f"/admin/routing/rules/{rule.pk}/").status_code == 200
    assert client.post(f"/admin/routing/rules/{rule.pk}/delete/").status_code == 303
    assert client.get(f"/admin/routing/rules/{rule.pk}/").status_code == 404


def test_pages_are_closed_to_technicians(client: Client, cast: Cast) -> None:
    client.force_login(cast.technician)

    assert client.get("/admin/priority/").status_code == 403
    assert client.get("/admin/routing/").status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_claims_and_numbers_are_exclusive_under_concurrency() -> None:
    cast = make_cast()
    ticket = make_ticket(cast)
    technicians = [cast.actor("technician"), cast.actor("teammate")] * 3
    taken: list[str] = []
    numbers: list[int] = []
    start = threading.Barrier(len(technicians))

    def work(index: int) -> None:
        actor = technicians[index]
        try:
            start.wait(timeout=120)
            if index == 5:
                actions.decide_assignment(actor=SYSTEM, ticket_id=ticket.pk, event_id="race")
            else:
                tickets.take_ticket(actor=actor, ticket=ticket)
                taken.append(actor.label)
        except Conflict:
            pass
        finally:
            numbers.extend(make_ticket(cast, f"t{index}", actor=SYSTEM).number for _ in range(5))
            connection.close()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(technicians))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)

    owner = fresh(ticket).assignee
    assert owner is not None
    assert set(taken) <= {owner.name}
    assert sorted(numbers) == list(range(2, 32))
    assert Decision.objects.filter(kind="assignment").count() <= 1
