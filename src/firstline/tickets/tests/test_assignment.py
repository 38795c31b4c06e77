"""Who works on a ticket, and details and priority that change."""

import pytest

from firstline.kit.actor import SYSTEM
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed, NotFound
from firstline.organizations.models import Service
from firstline.outbox.models import Event
from firstline.tickets import actions
from firstline.tickets.actions import Facts, PriorityProposal
from firstline.tickets.models import Ticket, Watcher
from firstline.tickets.testing import Cast, make_ticket


def names() -> list[str]:
    """What was announced after the ticket was made."""
    return sorted(Event.objects.exclude(name="tickets.ticket_created").values_list("name", flat=True))


def test_assigning_to_a_person_and_a_team(cast: Cast) -> None:
    ticket = make_ticket(cast)

    ticket = actions.assign_ticket(
        actor=cast.actor("technician"), ticket=ticket, assignee=cast.outsider, team=cast.network, reason="DNS"
    )

    assert (ticket.assignee, ticket.team, ticket.status) == (cast.outsider, cast.network, "new")
    assert names() == ["tickets.team_changed", "tickets.ticket_assigned"]
    assert [event.kind for event in ticket.events.order_by("id")][-2:] == ["team", "assigned"]


def test_assigning_the_same_changes_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actor = cast.actor("technician")
    first = actions.assign_ticket(actor=actor, ticket=ticket, assignee=cast.teammate)

    second = actions.assign_ticket(actor=actor, ticket=ticket, assignee=cast.teammate)

    assert second.version == first.version
    assert names() == ["tickets.ticket_assigned"]


def test_escalation_starts_anew_in_the_other_team(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.take_ticket(actor=cast.actor("technician"), ticket=ticket)

    moved = actions.escalate_ticket(actor=cast.actor("technician"), ticket=ticket, team=cast.network)

    assert (moved.team, moved.assignee) == (cast.network, None)
    assert moved.resolution_due_at is not None


def test_taking_opens_and_is_exclusive(cast: Cast) -> None:
    ticket = make_ticket(cast)

    mine = actions.take_ticket(actor=cast.actor("technician"), ticket=ticket)

    assert (mine.assignee, mine.status) == (cast.technician, "open")
    assert actions.take_ticket(actor=cast.actor("technician"), ticket=ticket).version == mine.version
    with pytest.raises(Conflict) as caught:
        actions.take_ticket(actor=cast.actor("teammate"), ticket=ticket)
    assert caught.value.code == "ticket_already_assigned"
    with pytest.raises(NotAllowed):
        actions.take_ticket(actor=SYSTEM, ticket=ticket)


def test_only_technicians_who_can_take_it_are_assigned(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actor = cast.actor("technician")
    cast.teammate.is_active = False

    for assignee, code in ((cast.requester, "assignee_not_technician"), (cast.teammate, "assignee_inactive")):
        with pytest.raises(InvalidInput) as caught:
            actions.assign_ticket(actor=actor, ticket=ticket, assignee=assignee)
        assert caught.value.code == code
    cast.network.is_active = False
    with pytest.raises(InvalidInput):
        actions.assign_ticket(actor=actor, ticket=ticket, assignee=None, team=cast.network)


def test_closed_tickets_are_not_assigned(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="Done.")
    actions.confirm_ticket(actor=cast.actor("requester"), ticket=ticket)

    with pytest.raises(Conflict):
        actions.assign_ticket(actor=cast.actor("technician"), ticket=ticket, assignee=cast.teammate)


@pytest.mark.parametrize(
    ("who", "error"),
    [("requester", NotAllowed), ("colleague", NotFound), ("stranger", NotFound), ("outsider", NotFound)],
)
def test_who_may_not_assign_take_or_edit(cast: Cast, who: str, error: type[Exception]) -> None:
    ticket = make_ticket(cast)
    actor = cast.actor(who)

    with pytest.raises(error):
        actions.assign_ticket(actor=actor, ticket=ticket, assignee=None)
    with pytest.raises(error):
        actions.take_ticket(actor=actor, ticket=ticket)
    with pytest.raises(error):
        actions.change_details(actor=actor, ticket=ticket, subject="Mine")
    with pytest.raises(error):
        actions.change_priority(actor=actor, ticket=ticket, priority=1)
    with pytest.raises(error):
        actions.resolve_ticket(actor=actor, ticket=ticket, solution="Mine")
    with pytest.raises(error):
        actions.add_watcher(actor=actor, ticket=ticket, person=cast.colleague)


def test_watchers_stay_within_the_organisation(cast: Cast) -> None:
    ticket = make_ticket(cast)
    technician = cast.actor("technician")
    actions.add_watcher(actor=technician, ticket=ticket, person=cast.colleague)
    actions.add_watcher(actor=technician, ticket=ticket, person=cast.colleague)
    actions.add_watcher(actor=technician, ticket=ticket, person=cast.outsider)

    with pytest.raises(InvalidInput):
        actions.add_watcher(actor=technician, ticket=ticket, person=cast.stranger)
    actions.remove_watcher(actor=cast.actor("colleague"), ticket=ticket, person=cast.colleague)
    actions.remove_watcher(actor=technician, ticket=ticket, person=cast.outsider)

    assert not Watcher.objects.exists()
    assert ticket.events.filter(kind="watchers").count() == 4


def test_details_change_and_priority_follows(cast: Cast) -> None:
    def policy(facts: Facts) -> PriorityProposal:
        level = facts.service_criticality or 3
        return PriorityProposal(facts.impact or level, facts.urgency or 3, level)

    service = Service.objects.create(name="ERP", criticality=1)
    old = actions.register_priority_policy(policy)
    try:
        ticket = make_ticket(cast)
        technician = cast.actor("technician")
        changed = actions.change_details(
            actor=technician, ticket=ticket, service=service, subject=" ERP  down ", tags=["erp", "erp", ""],
            category="apps", kind="service_request", can_work="no", expected_minutes=0, device=None,
        )  # fmt: skip
        assert (changed.priority, changed.subject, changed.tags, changed.expected_minutes) == (
            1, "ERP down", ["erp"], 1,
        )  # fmt: skip
        assert changed.display_id == "REQ-1"
        by_hand = actions.change_priority(actor=technician, ticket=ticket, priority=4, reason="One person")
        assert (by_hand.priority, by_hand.priority_source) == (4, "person")
        still = actions.change_details(actor=technician, ticket=ticket, service=None)
        assert still.priority == 4
        lifted = actions.change_priority(actor=technician, ticket=ticket)
        assert (lifted.priority, lifted.priority_source) == (3, "policy")
        fixed = actions.change_priority(actor=technician, ticket=ticket, impact=2)
        assert (fixed.impact, fixed.priority_source) == (2, "person")
    finally:
        actions.register_priority_policy(old)
    assert names().count("tickets.priority_changed") == 3
    with pytest.raises(InvalidInput):
        actions.change_priority(actor=technician, ticket=ticket, urgency=7)


def test_higher_priority_is_due_earlier(cast: Cast) -> None:
    ticket = make_ticket(cast)

    urgent = actions.change_priority(actor=cast.actor("technician"), ticket=ticket, priority=1)

    assert urgent.resolution_due_at is not None
    assert ticket.resolution_due_at is not None
    assert urgent.resolution_due_at < ticket.resolution_due_at
    assert Ticket.objects.get().next_due_at == urgent.next_due_at
