"""One change to many tickets: previewed, whole or not at all, and back again."""

from typing import Any

import pytest

from firstline.audit.queries import records_for
from firstline.kit import clock
from firstline.kit.errors import Conflict, DomainError, InvalidInput
from firstline.organizations.models import Service
from firstline.outbox.models import Event
from firstline.outbox.testing import drain
from firstline.servicelevels.queries import clocks_for
from firstline.tickets import actions
from firstline.tickets.actions import BulkChanges
from firstline.tickets.models import Message, Operation, Step, Ticket, TicketEvent
from firstline.tickets.testing import Cast, make_ticket
from firstline.ui import messages

VOLATILE = {"version", "updated_at"}


@pytest.fixture(autouse=True)
def undelivered(no_delivery: None) -> None:
    """Mail stays in its queue."""


@pytest.fixture
def tickets(cast: Cast) -> list[Ticket]:
    return [make_ticket(cast, f"Printer {number}", tags=["floor-2"]) for number in range(3)]


def ids(tickets: list[Ticket]) -> list[int]:
    return [ticket.pk for ticket in tickets]


def state(tickets: list[Ticket]) -> list[dict[str, Any]]:
    rows = Ticket.objects.filter(pk__in=ids(tickets)).order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in VOLATILE} for row in rows]


def everything(cast: Cast) -> BulkChanges:
    service = Service.objects.create(name="Printing", name_zh="打印", criticality=2)
    return BulkChanges(
        status="waiting_supplier",
        team=cast.network,
        priority=1,
        service=service,
        category="hardware",
        add_tags=["toner"],
        remove_tags=["floor-2"],
        reason="All of them wait for toner",
    )


def test_all_of_it_on_all_of_them_as_one_operation(cast: Cast, tickets: list[Ticket]) -> None:
    done = actions.bulk_edit(actor=cast.actor("manager"), ticket_ids=ids(tickets), changes=everything(cast))

    assert (done.kind, done.count) == ("bulk", 3)
    for ticket in Ticket.objects.filter(pk__in=ids(tickets)):
        assert (ticket.status, ticket.team_id, ticket.priority) == ("waiting_supplier", cast.network.pk, 1)
        assert (ticket.category, ticket.tags, ticket.version) == ("hardware", ["toner"], 2)
        assert ticket.resolution_due_at is None
        assert [each.state for each in clocks_for(ticket.ref)] == ["running", "paused"]
        assert [each.verb for each in records_for(ticket.ref)][-1] == "tickets.bulk_changed"
        kinds = TicketEvent.objects.filter(ticket=ticket).order_by("id").values_list("kind", flat=True)
        assert list(kinds)[-4:] == ["team", "details", "priority", "status"]
    assert Event.objects.filter(name="tickets.status_changed").count() == 3
    assert Event.objects.filter(name="tickets.team_changed").count() == 3


def test_it_goes_back_in_one_piece_and_forth_again(cast: Cast, tickets: list[Ticket]) -> None:
    actor, before = cast.actor("manager"), state(tickets)
    done = actions.bulk_edit(actor=actor, ticket_ids=ids(tickets), changes=everything(cast))
    after = state(tickets)

    clock_before = clock.now()
    undone = actions.undo_operation(actor=actor, operation_id=done.pk)
    assert state(tickets) == before
    assert Operation.objects.get(pk=done.pk).undone_by == undone

    actions.undo_operation(actor=actor, operation_id=undone.pk)
    assert state(tickets) == after
    assert Operation.objects.get(pk=done.pk).undone_at is None
    assert clock.now() >= clock_before


def test_one_that_cannot_keeps_all_as_they_are(cast: Cast, tickets: list[Ticket]) -> None:
    actor, closed = cast.actor("manager"), tickets[1]
    actions.resolve_ticket(actor=actor, ticket=closed, solution="New toner")
    before, events = state(tickets), Event.objects.count()

    with pytest.raises(Conflict, match="bulk_refused") as caught:
        actions.bulk_edit(actor=actor, ticket_ids=ids(tickets), changes=BulkChanges(status="scheduled"))

    assert closed.display_id in messages.describe(caught.value)
    assert "1 of 3" in messages.describe(caught.value)
    assert state(tickets) == before
    assert (Event.objects.count(), Operation.objects.filter(kind="bulk").count()) == (events, 0)


def test_the_preview_tells_each_ticket_and_changes_none(cast: Cast, tickets: list[Ticket]) -> None:
    actor = cast.actor("manager")
    actions.change_status(actor=actor, ticket=tickets[0], status="scheduled")
    actions.resolve_ticket(actor=actor, ticket=tickets[1], solution="New toner")
    before = state(tickets)

    seen = actions.bulk_preview(actor, [*ids(tickets), 999_999], BulkChanges(status="scheduled"))

    assert [row.changes for row in seen.rows] == [{}, {}, {"status": ("new", "scheduled")}]
    assert [row.ticket.pk for row in seen.refused] == [tickets[1].pk]
    assert [row.refused.code for row in seen.refused if row.refused] == ["ticket_move_forbidden"]
    assert [row.ticket.pk for row in seen.changed] == [tickets[2].pk]
    assert seen.missing == [999_999]
    assert state(tickets) == before


def test_what_does_not_differ_is_left_in_peace(cast: Cast, tickets: list[Ticket]) -> None:
    actor = cast.actor("manager")
    actions.change_status(actor=actor, ticket=tickets[0], status="scheduled")

    done = actions.bulk_edit(actor=actor, ticket_ids=ids(tickets), changes=BulkChanges(status="scheduled"))

    assert done.count == 2
    assert set(Step.objects.filter(operation=done).values_list("ticket_id", flat=True)) == set(
        ids(tickets[1:])
    )


def test_resolving_many_writes_to_each_requester(cast: Cast, tickets: list[Ticket]) -> None:
    changes = BulkChanges(status="resolved", solution="The printer has new toner.", note="Toner was late")
    done = actions.bulk_edit(actor=cast.actor("technician"), ticket_ids=ids(tickets), changes=changes)
    drain()

    solved = Message.objects.filter(ticket__in=ids(tickets), is_solution=True)
    assert solved.count() == 3
    assert Message.objects.filter(ticket__in=ids(tickets), kind="note").count() == 3
    clock.now()
    back = actions.undo_operation(actor=cast.actor("technician"), operation_id=done.pk)
    assert solved.count() == 3
    assert back.count == 3
    assert {row["status"] for row in state(tickets)} == {"new"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (BulkChanges(), "bulk_empty"),
        (BulkChanges(reason="why"), "bulk_empty"),
        (BulkChanges(status="lost"), "choice_unknown"),
        (BulkChanges(status="resolved"), "solution_missing"),
        (BulkChanges(priority=9), "choice_unknown"),
    ],
)
def test_changes_that_suit_no_ticket(
    cast: Cast, tickets: list[Ticket], changes: BulkChanges, code: str
) -> None:
    with pytest.raises(InvalidInput, match=code):
        actions.bulk_edit(actor=cast.actor("manager"), ticket_ids=ids(tickets), changes=changes)
    with pytest.raises(InvalidInput, match=code):
        actions.bulk_preview(cast.actor("manager"), ids(tickets), changes)


def test_at_most_five_hundred(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="bulk_too_many"):
        actions.bulk_edit(
            actor=cast.actor("manager"), ticket_ids=range(1, 502), changes=BulkChanges(status="open")
        )


def test_others_tickets_are_as_if_they_were_not(cast: Cast, tickets: list[Ticket]) -> None:
    with pytest.raises(Conflict, match="bulk_refused") as caught:
        actions.bulk_edit(
            actor=cast.actor("requester"), ticket_ids=ids(tickets), changes=BulkChanges(status="open")
        )
    assert isinstance(caught.value.params["why"], DomainError)
    seen = actions.bulk_preview(cast.actor("outsider"), ids(tickets), BulkChanges(status="open"))
    assert (seen.rows, seen.missing) == ([], ids(tickets))


def test_a_stale_version_is_refused(cast: Cast, tickets: list[Ticket]) -> None:
    actor = cast.actor("manager")
    actions.change_status(actor=actor, ticket=tickets[0], status="open")

    with pytest.raises(Conflict, match="ticket_changed_meanwhile"):
        actions.bulk_edit(
            actor=actor,
            ticket_ids=ids(tickets),
            changes=BulkChanges(priority=1),
            expected_versions={ticket.pk: 1 for ticket in tickets},
        )


def test_a_kill_in_the_middle_leaves_nothing(
    cast: Cast, tickets: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(tickets)

    class Killed(BaseException):
        pass

    def killed(name: str) -> None:
        if name == "bulk_half":
            raise Killed

    monkeypatch.setattr(actions.bulk.outbox, "failpoint", killed)
    with pytest.raises(Killed):
        actions.bulk_edit(
            actor=cast.actor("manager"), ticket_ids=ids(tickets), changes=BulkChanges(priority=1)
        )

    assert state(tickets) == before
    assert not Operation.objects.exists()
