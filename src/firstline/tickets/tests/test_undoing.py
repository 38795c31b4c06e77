"""Walking back one's own steps."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from firstline.audit.queries import records_for
from firstline.kit import clock
from firstline.kit.actor import SYSTEM, automation
from firstline.kit.errors import Conflict, DomainError, NotAllowed, NotFound
from firstline.mail.models import OutboundMessage
from firstline.notifications.models import Notification
from firstline.outbox.models import Event
from firstline.outbox.testing import drain
from firstline.servicelevels.models import Clock, ClockSegment
from firstline.tickets import actions
from firstline.tickets.models import Message, Step, Ticket, TicketEvent, Watcher
from firstline.tickets.permissions import TICKET_VIEW
from firstline.tickets.queries import conversation, event_sentence, people_in, step_behind
from firstline.tickets.testing import Cast, make_ticket

FIELDS = (
    "status", "is_open", "team_id", "assignee_id", "impact", "urgency", "priority", "priority_source",
    "resolved_at", "closed_at", "first_replied_at", "response_due_at", "resolution_due_at", "next_due_at",
    "last_message_at", "last_message_by_requester", "next_risk_at",
)  # fmt: skip


@pytest.fixture(autouse=True)
def undelivered(no_delivery: None) -> None:
    """Mail stays in its queue."""


@pytest.fixture(autouse=True)
def tuesday() -> Iterator[None]:
    """Time moves only where a test says so; at ten on a working day."""
    with clock.frozen(datetime(2026, 11, 10, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    made = make_ticket(cast)
    drain()
    return made


def state(ticket: Ticket) -> dict[str, Any]:
    fresh = Ticket.objects.get(pk=ticket.pk)
    return {name: getattr(fresh, name) for name in FIELDS}


def behind(cast: Cast, ticket: Ticket, name: str = "technician") -> Step:
    step = step_behind(cast.actor(name), Ticket.objects.get(pk=ticket.pk))
    assert step is not None
    return step


def do(name: str, cast: Cast, ticket: Ticket) -> None:
    """One of the steps that can be walked back, by the technician."""
    me: dict[str, Any] = {"actor": cast.actor("technician"), "ticket": ticket}
    if name == "take":
        actions.take_ticket(**me)
    elif name == "assign":
        actions.assign_ticket(**me, assignee=cast.teammate)
    elif name == "team":
        actions.assign_ticket(**me, assignee=None, team=cast.network)
    elif name == "priority":
        actions.change_priority(**me, priority=1, reason="The boss")
    elif name == "reply":
        actions.reply(**me, body="Try the cable.", hold_seconds=10)
    elif name == "resolve":
        actions.reply(**me, body="New cable.", status="resolved", hold_seconds=10)
    else:
        actions.change_status(**me, status=name)


STEPS = ["take", "assign", "team", "priority", "reply", "resolve", "waiting_requester", "scheduled", "open"]


@pytest.mark.parametrize("name", STEPS)
def test_a_step_walked_back_leaves_the_ticket_as_it_was(cast: Cast, ticket: Ticket, name: str) -> None:
    before = state(ticket)
    do(name, cast, ticket)
    assert state(ticket) != before

    clock.advance(timedelta(seconds=5))
    step = actions.undo_step(actor=cast.actor("technician"), step_id=behind(cast, ticket).pk)

    assert state(ticket) == before
    assert step.undone_at is not None
    assert Event.objects.filter(name="tickets.step_undone", payload__step_id=step.pk).count() == 1
    record = list(records_for(ticket.ref))[-1]
    assert (record.verb, record.actor_id) == ("tickets.step_undone", cast.technician.pk)
    drain()
    assert state(ticket) == before


@pytest.mark.parametrize("name", STEPS)
def test_clocks_run_as_though_the_step_had_not_been(cast: Cast, ticket: Ticket, name: str) -> None:
    clock.advance(timedelta(seconds=60))
    do(name, cast, ticket)
    clock.advance(timedelta(seconds=65))
    actions.undo_step(actor=cast.actor("technician"), step_id=behind(cast, ticket).pk)

    clocks = Clock.objects.filter(subject_id=ticket.pk)
    assert {each.state for each in clocks} == {"running"}
    assert not ClockSegment.objects.filter(clock__in=clocks, state="paused").exists()


def test_reopening_and_what_waited_can_be_walked_back(cast: Cast, ticket: Ticket) -> None:
    me = cast.actor("technician")
    actions.change_status(actor=me, ticket=ticket, status="waiting_requester")
    actions.change_status(actor=me, ticket=ticket, status="open")
    actions.undo_step(actor=me, step_id=behind(cast, ticket).pk)
    assert state(ticket)["status"] == "waiting_requester"
    assert state(ticket)["resolution_due_at"] is None

    actions.resolve_ticket(actor=me, ticket=ticket, solution="A new cable.")
    resolved = state(ticket)
    actions.reopen_ticket(actor=me, ticket=ticket)
    actions.undo_step(actor=me, step_id=behind(cast, ticket).pk)
    assert state(ticket) == resolved


def test_a_reply_taken_back_was_never_there(cast: Cast, ticket: Ticket) -> None:
    me = cast.actor("technician")
    told = Notification.objects.count()
    message = actions.reply(
        actor=me, ticket=ticket, body="Zirkonium", cc=["carl.colleague@example.com"], hold_seconds=10
    )
    drain()
    assert message not in conversation(ticket, cast.actor("requester"))
    assert message in conversation(ticket, me)

    step = actions.undo_step(actor=me, step_id=behind(cast, ticket).pk)

    assert step.draft == {"body": "Zirkonium", "cc": ["carl.colleague@example.com"], "after": "", "files": []}
    clock.advance(timedelta(seconds=20))
    drain()
    assert not Message.objects.filter(body_text="Zirkonium").exists()
    assert not OutboundMessage.objects.filter(text__contains="Zirkonium").exists()
    assert not Watcher.objects.filter(ticket=ticket).exists()
    assert Notification.objects.count() == told


def test_a_reply_leaves_after_its_delay_and_then_stays(cast: Cast, ticket: Ticket) -> None:
    me = cast.actor("technician")
    message = actions.reply(actor=me, ticket=ticket, body="New cable.", status="resolved", hold_seconds=10)
    step = behind(cast, ticket)
    drain()
    assert not OutboundMessage.objects.filter(message_id=message.message_id).exists()

    clock.advance(timedelta(seconds=11))
    drain()
    assert OutboundMessage.objects.filter(message_id=message.message_id).count() == 1
    assert message in conversation(ticket, cast.actor("requester"))
    assert Event.objects.filter(name="tickets.ticket_resolved").count() == 1
    with pytest.raises(Conflict, match="step_reply_left"):
        actions.undo_step(actor=me, step_id=step.pk)
    assert state(ticket)["status"] == "resolved"
    assert actions.release_message(actor=SYSTEM, message_id=message.pk) is False
    assert actions.release_message(actor=SYSTEM, message_id=0) is False


def test_a_requesters_own_answer_is_not_held(cast: Cast, ticket: Ticket) -> None:
    message = actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Still dead.", hold_seconds=10)

    assert message.held_until is None
    assert not Step.objects.exists()


def test_twice_is_once(cast: Cast, ticket: Ticket) -> None:
    me = cast.actor("technician")
    do("take", cast, ticket)
    step = behind(cast, ticket)

    actions.undo_step(actor=me, step_id=step.pk)
    version = Ticket.objects.get(pk=ticket.pk).version
    actions.undo_step(actor=me, step_id=step.pk)

    assert Ticket.objects.get(pk=ticket.pk).version == version


@pytest.mark.parametrize(
    ("name", "other", "code"),
    [
        ("scheduled", "waiting_supplier", "step_status_moved_on"),
        ("assign", "take_over", "step_assignment_moved_on"),
        ("team", "team_back", "step_assignment_moved_on"),
        ("priority", "priority", "step_priority_moved_on"),
        ("resolve", "confirm", "step_status_moved_on"),
    ],
)
def test_what_moved_on_is_left_alone(cast: Cast, ticket: Ticket, name: str, other: str, code: str) -> None:
    do(name, cast, ticket)
    step = behind(cast, ticket)
    mate = cast.actor("outsider" if name == "team" else "teammate")
    if other == "take_over":
        actions.assign_ticket(actor=mate, ticket=ticket, assignee=cast.technician)
    elif other == "team_back":
        actions.assign_ticket(actor=mate, ticket=ticket, assignee=None, team=cast.desk)
        actions.assign_ticket(actor=cast.actor("teammate"), ticket=ticket, assignee=cast.teammate)
        step = Step.objects.get(pk=step.pk)
    elif other == "priority":
        actions.change_priority(actor=mate, ticket=ticket, priority=4, reason="No")
    elif other == "confirm":
        actions.confirm_ticket(actor=cast.actor("requester"), ticket=ticket)
    else:
        actions.change_status(actor=mate, ticket=ticket, status=other)
    as_it_is = state(ticket)

    with pytest.raises(Conflict, match=code) as refused:
        actions.undo_step(actor=cast.actor("technician"), step_id=step.pk)

    assert refused.value.params["who"]
    assert state(ticket) == as_it_is
    assert Step.objects.get(pk=step.pk).undone_at is None


def test_what_a_rule_made_of_the_step_does_not_keep_it(cast: Cast, ticket: Ticket) -> None:
    actions.take_ticket(actor=cast.actor("technician"), ticket=ticket)
    actions.assign_ticket(actor=cast.actor("technician"), ticket=ticket, assignee=None, team=cast.network)
    step = behind(cast, ticket)
    actions.assign_ticket(actor=automation("routing"), ticket=ticket, assignee=cast.outsider)

    actions.undo_step(actor=cast.actor("technician"), step_id=step.pk)

    assert (state(ticket)["team_id"], state(ticket)["assignee_id"]) == (cast.desk.pk, cast.technician.pk)
    drain()
    assert not Notification.objects.filter(person=cast.technician).exists()


def test_what_came_after_the_step_stays(cast: Cast, ticket: Ticket) -> None:
    do("scheduled", cast, ticket)
    step = behind(cast, ticket)
    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="One more thing.")

    actions.undo_step(actor=cast.actor("technician"), step_id=step.pk)

    assert (state(ticket)["status"], state(ticket)["last_message_by_requester"]) == ("new", True)


@pytest.mark.parametrize("name", ["teammate", "requester", "outsider"])
def test_only_who_did_it_walks_it_back(cast: Cast, ticket: Ticket, name: str) -> None:
    do("take", cast, ticket)

    with pytest.raises(NotFound):
        actions.undo_step(actor=cast.actor(name), step_id=behind(cast, ticket).pk)
    with pytest.raises(NotFound):
        actions.undo_step(actor=SYSTEM, step_id=behind(cast, ticket).pk)


@pytest.mark.parametrize("name", ["take", "resolve"])
def test_it_takes_the_permission_of_the_step(cast: Cast, ticket: Ticket, name: str) -> None:
    do(name, cast, ticket)
    step = behind(cast, ticket)
    me = cast.actor("technician")

    with pytest.raises(NotFound):
        actions.undo_step(actor=replace(me, permissions=frozenset()), step_id=step.pk)
    with pytest.raises(NotAllowed):
        actions.undo_step(actor=replace(me, permissions=frozenset({TICKET_VIEW})), step_id=step.pk)


def test_not_for_ever(cast: Cast, ticket: Ticket) -> None:
    do("take", cast, ticket)
    step = behind(cast, ticket)

    clock.advance(timedelta(hours=1))
    with pytest.raises(Conflict, match="step_too_old"):
        actions.undo_step(actor=cast.actor("technician"), step_id=step.pk)
    clock.advance(timedelta(days=2))
    assert actions.forget_steps() == 0
    clock.advance(timedelta(days=30))
    assert actions.forget_steps() == 1
    assert not Step.objects.exists()


def test_words_of_a_draft_are_kept_for_a_day(cast: Cast, ticket: Ticket) -> None:
    do("reply", cast, ticket)

    clock.advance(timedelta(hours=25))
    actions.forget_steps()

    assert [step.draft for step in Step.objects.all()] == [{}]


@pytest.mark.parametrize("name", STEPS)
def test_the_timeline_says_what_was_taken_back(cast: Cast, ticket: Ticket, name: str) -> None:
    do(name, cast, ticket)
    actions.undo_step(actor=cast.actor("technician"), step_id=behind(cast, ticket).pk)

    events = list(TicketEvent.objects.filter(ticket=ticket).order_by("id"))
    said = event_sentence(events[-1], people_in(events))
    assert said.startswith("Tina Technician took ")
    assert " back" in said


def test_automations_leave_no_step(cast: Cast, ticket: Ticket) -> None:
    actions.change_status(actor=automation("rule"), ticket=ticket, status="scheduled")

    assert not Step.objects.exists()
    with pytest.raises(DomainError):
        actions.undo_step(actor=cast.actor("technician"), step_id=1)
