"""The life of a ticket: every move of the table, and none besides."""

from datetime import timedelta
from itertools import product

import pytest

from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.kit.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from firstline.outbox.testing import run_periodic
from firstline.servicelevels.models import Clock
from firstline.tickets import actions
from firstline.tickets.enums import OPEN_STATUSES, Status
from firstline.tickets.models import Rating, Ticket
from firstline.tickets.permissions import MOVES, can_move
from firstline.tickets.testing import Cast, make_ticket


def bring_to(cast: Cast, ticket: Ticket, status: str) -> Ticket:
    technician = cast.actor("technician")
    if status in {Status.RESOLVED, Status.CLOSED}:
        actions.resolve_ticket(actor=technician, ticket=ticket, solution="Done.")
    if status == Status.CLOSED:
        return actions.confirm_ticket(actor=cast.actor("requester"), ticket=ticket)
    if status not in {Status.NEW, Status.RESOLVED}:
        return actions.change_status(actor=technician, ticket=ticket, status=status)
    return Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize(("old", "new"), list(product(Status.values, Status.values)))
def test_every_move_by_a_technician(cast: Cast, old: str, new: str) -> None:
    ticket = bring_to(cast, make_ticket(cast), old)
    technician = cast.actor("technician")

    if old == new:
        assert actions.change_status(actor=technician, ticket=ticket, status=new).version == ticket.version
    elif new == Status.RESOLVED:
        with pytest.raises(InvalidInput):
            actions.change_status(actor=technician, ticket=ticket, status=new)
    elif can_move(old, new, staff=True):
        moved = actions.change_status(actor=technician, ticket=ticket, status=new)
        assert (moved.status, moved.is_open) == (new, new in OPEN_STATUSES)
    else:
        with pytest.raises(Conflict):
            actions.change_status(actor=technician, ticket=ticket, status=new)


@pytest.mark.parametrize("old", Status.values)
def test_requesters_move_only_what_is_theirs(cast: Cast, old: str) -> None:
    ticket = bring_to(cast, make_ticket(cast), old)
    allowed = {new for new in Status.values if can_move(old, new, staff=False)}

    for new in set(Status.values) - allowed - {old}:
        with pytest.raises(DomainError):
            actions.change_status(actor=cast.actor("requester"), ticket=ticket, status=new)


def test_new_is_never_reached_again() -> None:
    assert Status.NEW not in {new for _old, new in MOVES}


def test_resolve_needs_words_and_stops_the_clocks(cast: Cast) -> None:
    ticket = make_ticket(cast)
    with pytest.raises(InvalidInput) as caught:
        actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution=" ")
    assert caught.value.code == "solution_missing"

    done = actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Router replaced.")

    assert (done.status, done.is_open, done.due_at) == ("resolved", False, None)
    assert done.resolved_at == done.first_replied_at is not None
    assert set(Clock.objects.values_list("state", flat=True)) == {"stopped"}
    assert done.messages.get(is_solution=True).body_text == "Router replaced."
    with pytest.raises(Conflict):
        actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Twice.")


def test_reopened_ticket_keeps_its_age(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Done.")

    again = actions.reopen_ticket(actor=cast.actor("requester"), ticket=ticket, reason="Still broken.")

    assert (again.status, again.resolved_at, again.last_message_by_requester) == ("open", None, True)
    assert Clock.objects.get(metric="resolution").state == "running"
    assert again.due_at == again.resolution_due_at is not None
    assert again.messages.last() is not None
    assert actions.reopen_ticket(actor=cast.actor("requester"), ticket=ticket).version == again.version


def test_technician_reopens_with_a_note(cast: Cast) -> None:
    ticket = bring_to(cast, make_ticket(cast), "closed")

    actions.reopen_ticket(actor=cast.actor("technician"), ticket=ticket, reason="Came back.")

    assert ticket.messages.order_by("-id")[0].kind == "note"
    ticket = bring_to(cast, ticket, "closed")
    with clock.frozen(clock.now() + timedelta(days=15)), pytest.raises(Conflict):
        actions.reopen_ticket(actor=cast.actor("technician"), ticket=ticket)


def test_confirm_and_rate_once(cast: Cast) -> None:
    ticket = make_ticket(cast)
    requester = cast.actor("requester")
    with pytest.raises(Conflict):
        actions.confirm_ticket(actor=requester, ticket=ticket)
    with pytest.raises(Conflict):
        actions.rate_ticket(actor=requester, ticket=ticket, stars=5)
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Done.")

    closed = actions.confirm_ticket(actor=requester, ticket=ticket)
    actions.rate_ticket(actor=requester, ticket=ticket, stars=4, comment="  Quick! ")

    assert (closed.status, actions.confirm_ticket(actor=requester, ticket=ticket).status) == (
        "closed",
        "closed",
    )
    assert (Rating.objects.get().stars, Rating.objects.get().comment) == (4, "Quick!")
    with pytest.raises(Conflict) as caught:
        actions.rate_ticket(actor=requester, ticket=ticket, stars=1)
    assert caught.value.code == "rating_given"
    with pytest.raises(InvalidInput):
        actions.rate_ticket(actor=requester, ticket=ticket, stars=6)
    with pytest.raises(NotAllowed):
        actions.rate_ticket(actor=cast.actor("technician"), ticket=ticket, stars=5)
    with pytest.raises(NotFound):
        actions.rate_ticket(actor=cast.actor("stranger"), ticket=ticket, stars=5)


def test_silence_closes_after_five_days(cast: Cast) -> None:
    ticket = bring_to(cast, make_ticket(cast), "resolved")
    assert actions.close_confirmed_by_silence(actor=SYSTEM) == 0

    with clock.frozen(clock.now() + timedelta(days=5, minutes=1)):
        run_periodic("tickets.close_resolved")

    assert Ticket.objects.get(pk=ticket.pk).status == "closed"
    assert ticket.events.get(kind="closed").data["reason"] == "silence"


def test_pause_and_resume_move_the_due_date(cast: Cast) -> None:
    ticket = make_ticket(cast)
    technician = cast.actor("technician")
    before = ticket.resolution_due_at
    assert before is not None

    actions.change_status(actor=technician, ticket=ticket, status="waiting_supplier")
    with clock.frozen(clock.now() + timedelta(days=7)):
        moved = actions.change_status(actor=technician, ticket=ticket, status="scheduled")
        assert moved.resolution_due_at is None
        moved = actions.change_status(actor=technician, ticket=ticket, status="open")

    assert moved.resolution_due_at is not None
    assert timedelta(days=6) < moved.resolution_due_at - before < timedelta(days=8)
