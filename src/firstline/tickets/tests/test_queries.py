"""Who sees what, the desk's lists, and what a page costs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from firstline.kit import clock
from firstline.kit.actor import ANONYMOUS, SYSTEM, Actor
from firstline.kit.errors import InvalidInput, NotFound
from firstline.tickets import actions, queries
from firstline.tickets.enums import EventKind
from firstline.tickets.models import Ticket, TicketEvent
from firstline.tickets.permissions import ORGANIZATION_VIEW, can_view
from firstline.tickets.testing import Cast, make_ticket


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("requester", {"own", "elsewhere"}), ("colleague", {"copied"}), ("stranger", {"foreign"}),
        ("technician", {"own", "copied", "foreign"}), ("outsider", {"elsewhere"}),
        ("manager", {"own", "copied", "foreign", "elsewhere"}),
    ],
)  # fmt: skip
def test_visible_to(cast: Cast, who: str, seen: set[str]) -> None:
    make_ticket(cast, "own")
    make_ticket(cast, "copied", requester=cast.technician, actor=SYSTEM, cc=[])
    Ticket.objects.filter(subject="copied").update(requester=cast.manager, organization=cast.contoso)
    Ticket.objects.get(subject="copied").watchers.create(person=cast.colleague)
    make_ticket(cast, "foreign", requester=cast.stranger)
    make_ticket(cast, "elsewhere", team=cast.network)
    actor = cast.actor(who)

    found = set(queries.visible_to(actor).values_list("subject", flat=True))

    assert found == seen
    for ticket in Ticket.objects.all():
        assert can_view(actor, ticket) == (ticket.subject in seen)
        if ticket.subject in seen:
            assert queries.get_ticket_for(actor, ticket.display_id) == ticket
        else:
            with pytest.raises(NotFound):
                queries.get_ticket_for(actor, ticket.number)


def test_unknown_and_forbidden_look_alike(cast: Cast) -> None:
    ticket = make_ticket(cast)
    messages = []
    for number in (ticket.number, 999, "nonsense"):
        with pytest.raises(NotFound) as caught:
            queries.get_ticket_for(cast.actor("stranger"), number)
        messages.append((caught.value.code, caught.value.params))
    assert len({str(message) for message in messages}) == 1


def test_machines_and_strangers_see_nothing(cast: Cast) -> None:
    make_ticket(cast)
    device = Actor(kind="device", id=1, organization_id=cast.contoso.pk)

    assert not queries.visible_to(ANONYMOUS).exists()
    assert not queries.visible_to(device).exists()
    assert not queries.requested_by(ANONYMOUS).exists()
    assert not queries.visible_as_staff(ANONYMOUS).exists()
    assert queries.visible_to(SYSTEM).count() == queries.visible_as_staff(SYSTEM).count() == 1


def test_colleagues_tickets_need_a_permission(cast: Cast) -> None:
    make_ticket(cast)
    make_ticket(cast, requester=cast.stranger)
    colleague = cast.actor("colleague")

    lead = replace(colleague, permissions=colleague.permissions | {ORGANIZATION_VIEW})

    assert queries.visible_to(colleague).count() == 0
    assert queries.visible_to(lead).count() == 1
    assert can_view(lead, queries.visible_to(lead).get())


def test_technicians_of_a_customer_stay_in_their_organisation(cast: Cast) -> None:
    make_ticket(cast, "ours")
    make_ticket(cast, "theirs", requester=cast.stranger)
    inhouse = replace(cast.actor("manager"), is_provider=False, organization_id=cast.contoso.pk)

    assert [ticket.subject for ticket in queries.visible_to(inhouse)] == ["ours"]
    assert [row.subject for row in queries.open_list(inhouse, "all").rows] == ["ours"]


def test_views_of_the_desk(cast: Cast) -> None:
    me = cast.actor("technician")
    make_ticket(cast, "unassigned")
    mine = make_ticket(cast, "mine")
    actions.take_ticket(actor=me, ticket=mine)
    answered = make_ticket(cast, "answered")
    actions.take_ticket(actor=me, ticket=answered)
    actions.reply(actor=me, ticket=mine, body="On it")
    done = make_ticket(cast, "done")
    actions.resolve_ticket(actor=me, ticket=done, solution="Done")
    elsewhere = make_ticket(cast, "elsewhere", team=cast.network)
    actions.assign_ticket(actor=cast.actor("manager"), ticket=elsewhere, assignee=cast.technician)
    make_ticket(cast, "hidden", team=cast.network)
    lost = make_ticket(cast, "without team")
    Ticket.objects.filter(pk=lost.pk).update(team=None)

    def subjects(view: str) -> set[str]:
        rows = queries.open_list(me, view).rows
        assert len({row.id for row in rows}) == len(rows)
        return {row.subject for row in rows}

    assert subjects("mine") == {"mine", "answered", "elsewhere"}
    assert subjects("answered") == {"answered", "elsewhere"}
    assert subjects("unassigned") == {"unassigned", "without team"}
    assert subjects("open") == {"unassigned", "mine", "answered", "elsewhere", "without team"}
    assert subjects("closed") == {"done"}
    assert subjects("all") == set()
    with clock.frozen(clock.now() + timedelta(days=30)):
        assert subjects("at_risk") == {"unassigned", "mine", "answered", "elsewhere", "without team"}
        assert queries.view_counts(me) == {
            "mine": 3, "unassigned": 2, "at_risk": 5, "answered": 2, "open": 5,
        }  # fmt: skip
    assert queries.view_counts(cast.actor("manager"))["all"] == 6


def test_requesters_have_no_desk(cast: Cast) -> None:
    make_ticket(cast)

    assert queries.open_list(cast.actor("requester"), "open").rows == []
    assert set(queries.view_counts(cast.actor("requester")).values()) == {0}


def test_most_urgent_first_then_pages(cast: Cast) -> None:
    tickets = [make_ticket(cast, f"t{n}") for n in range(7)]
    actions.change_priority(actor=cast.actor("technician"), ticket=tickets[5], priority=1)
    actions.change_status(actor=cast.actor("technician"), ticket=tickets[0], status="scheduled")
    Ticket.objects.filter(pk=tickets[0].pk).update(response_due_at=None)
    me = cast.actor("technician")

    whole = [row.id for row in queries.open_list(me, "open").rows]
    pages, cursor = [], ""
    for _ in range(4):
        page = queries.open_list(me, "open", limit=2, cursor=cursor)
        pages += [row.id for row in page.rows]
        cursor = page.next_cursor

    assert whole[0] == tickets[5].pk
    assert pages == whole
    assert cursor == ""
    closed_first = queries.open_list(me, "closed", limit=1)
    assert closed_first.rows == []


def test_closed_pages_newest_first(cast: Cast) -> None:
    for n in range(5):
        ticket = make_ticket(cast, f"t{n}")
        actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Done")
    me = cast.actor("technician")

    first = queries.open_list(me, "closed", limit=3)
    second = queries.open_list(me, "closed", limit=3, cursor=first.next_cursor)

    assert [row.subject for row in (*first.rows, *second.rows)] == ["t4", "t3", "t2", "t1", "t0"]


@pytest.mark.parametrize(("view", "cursor"), [("nonsense", ""), ("open", "!!"), ("open", "WyJ4IiwgMV0")])
def test_open_list_refuses_nonsense(cast: Cast, view: str, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        queries.open_list(cast.actor("technician"), view, cursor=cursor)


@given(st.text(max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_parse_number_never_fails(text: str) -> None:
    found = queries.parse_number(text)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("INC-42", 42),
        ("req7", 7),
        ("#42", 42),
        (" 42 ", 42),
        (42, 42),
        ("INC--1", None),
        ("4 2", None),
        ("", None),
    ],
)
def test_parse_number(text: str | int, number: int | None) -> None:
    assert queries.parse_number(text) == number


def test_lists_cost_the_same_for_one_and_three(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    me = cast.actor("technician")
    make_ticket(cast)
    for _ in range(2):
        with django_assert_num_queries(4):
            queries.open_list(me, "open")
        with django_assert_num_queries(2):
            queries.open_list(me, "mine")
            queries.view_counts(me)
        make_ticket(cast)
        make_ticket(cast)


def test_page_costs_six_queries_at_most(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    me = cast.actor("technician")
    ticket = make_ticket(cast, cc=[cast.colleague.email])
    for _ in range(2):
        with django_assert_max_num_queries(6):
            page = queries.ticket_page(me, ticket.number)
            for entry in page.entries:
                assert entry.message is None or entry.message.author is None or entry.message.author.name
            assert page.ticket.requester.name
            assert page.ticket.team is not None
            assert [person.name for person in page.watchers] == ["Carl Colleague"]
        for text in ("one", "two"):
            actions.reply(actor=me, ticket=ticket, body=text)
            actions.add_note(actor=me, ticket=ticket, body=text)


def test_timeline_of_the_requester_hides_the_inner_workings(cast: Cast) -> None:
    ticket = make_ticket(cast)
    me = cast.actor("technician")
    actions.take_ticket(actor=me, ticket=ticket)
    actions.add_note(actor=me, ticket=ticket, body="Typical.")
    actions.change_priority(actor=me, ticket=ticket, priority=4)
    actions.resolve_ticket(actor=me, ticket=ticket, solution="Restarted.")

    def shape(who: str) -> list[str]:
        page = queries.ticket_page(cast.actor(who), ticket.number)
        assert page.is_staff == (who == "technician")
        return [
            str(entry.message.kind) if entry.message else str(entry.event.kind) if entry.event else "command"
            for entry in page.entries
        ]

    assert shape("requester") == [
        "request", "created", "assigned", "status", "reply", "resolved",
    ]  # fmt: skip
    assert shape("technician") == [
        "request", "created", "priority", "team", "assigned", "status", "note", "priority", "reply",
        "resolved",
    ]  # fmt: skip
    folds = [entry.folds for entry in queries.ticket_page(me, ticket.number).entries]
    assert folds == [False, False, False, True, False, True, False, False, False, False]


def test_loads_count_what_does_not_wait(cast: Cast) -> None:
    me = cast.actor("technician")
    for status in ("open", "waiting_requester"):
        ticket = make_ticket(cast)
        actions.take_ticket(actor=me, ticket=ticket)
        if status != "open":
            actions.change_status(actor=me, ticket=ticket, status=status)

    loads = queries.open_loads([cast.technician.pk, cast.teammate.pk])

    assert (loads[cast.technician.pk].tickets, loads[cast.technician.pk].minutes) == (2, 30)
    assert loads[cast.teammate.pk].tickets == 0
    assert list(queries.technicians_of(cast.desk.pk)) == [cast.technician, cast.teammate]


def test_every_kind_of_event_has_a_sentence(cast: Cast) -> None:
    data = {"old": "new", "new": "open", "stars": 5, "person_id": cast.technician.pk}
    known = {cast.technician.pk: cast.technician.name}
    for kind in EventKind:
        is_number = kind in {EventKind.ASSIGNED, EventKind.PRIORITY, EventKind.TEAM}
        event = TicketEvent(kind=kind, actor_label="Ana", data={**data, "new": 2} if is_number else data)
        assert queries.event_sentence(event, known)


@pytest.mark.parametrize(
    ("state", "count", "said"),
    [
        ("raised", 1, "zabbix reported this 1 time."), ("raised", 3, "zabbix reported this 3 times."),
        ("resolved", 3, "zabbix reports that this is over."),
    ],
)  # fmt: skip
def test_alert_in_words(state: str, count: int, said: str) -> None:
    data = {"source": "zabbix", "state": state, "count": count}
    assert queries.event_sentence(TicketEvent(kind=EventKind.ALERT, data=data)) == said
