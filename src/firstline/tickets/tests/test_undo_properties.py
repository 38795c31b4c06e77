"""Random work on a few tickets, any of it undone: the earlier state, or exactly the listed difference."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from firstline.kit import clock
from firstline.kit.errors import DomainError
from firstline.tickets import actions
from firstline.tickets.actions import BulkChanges
from firstline.tickets.models import Message, Operation, Ticket, TicketLink, Watcher
from firstline.tickets.queries.fields import FIRM
from firstline.tickets.testing import Cast, make_cast, make_ticket

ACTS = (
    "take", "assign", "team", "priority", "status", "tags", "subject", "bulk", "bulk_team", "merge", "split",
    "link", "delete", "reply", "undo",
)  # fmt: skip
START = datetime(2026, 11, 10, 8, tzinfo=UTC)
Deed = tuple[str, int, int, int]
deeds = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 2), st.integers(0, 2), st.integers(0, 3)),
    min_size=1,
    max_size=7,
)


class World:
    """Three tickets of one customer, and two technicians who do as they are told."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        self.tickets = [make_ticket(self.cast, f"Fault {number}") for number in range(3)]
        for ticket in self.tickets:
            message = actions.reply(
                actor=self.cast.actor("requester"), ticket=ticket, body=f"More of {ticket.pk}"
            )
            assert message.pk

    def do(self, deed: Deed) -> None:
        """One act; what the rules refuse does not happen."""
        name, first, second, choice = deed
        clock.advance(timedelta(minutes=7))
        actor = self.cast.actor("manager" if choice % 2 else "technician")
        ticket, other = (Ticket.objects.get(pk=self.tickets[place].pk) for place in (first, second))
        act: dict[str, Callable[[], Any]] = {
            "take": lambda: actions.take_ticket(actor=actor, ticket=ticket),
            "assign": lambda: actions.assign_ticket(
                actor=actor, ticket=ticket, assignee=[None, self.cast.teammate][choice % 2]
            ),
            "team": lambda: actions.assign_ticket(
                actor=actor,
                ticket=ticket,
                assignee=None,
                team=[self.cast.desk, self.cast.network][choice % 2],
            ),
            "priority": lambda: actions.change_priority(actor=actor, ticket=ticket, priority=choice + 1),
            "status": lambda: actions.change_status(
                actor=actor,
                ticket=ticket,
                status=["open", "waiting_requester", "scheduled", "waiting_supplier"][choice],
            ),
            "tags": lambda: actions.change_details(actor=actor, ticket=ticket, tags=["a", "b", "c"][choice:]),
            "subject": lambda: actions.change_details(actor=actor, ticket=ticket, subject=f"Is {choice}"),
            "bulk": lambda: actions.bulk_edit(
                actor=actor,
                ticket_ids=[ticket.pk, other.pk],
                changes=BulkChanges(priority=choice + 1, add_tags=["x"], remove_tags=["a"]),
            ),
            "bulk_team": lambda: actions.bulk_edit(
                actor=actor,
                ticket_ids=[each.pk for each in self.tickets],
                changes=BulkChanges(team=self.cast.network, status="scheduled"),
            ),
            "merge": lambda: actions.merge_tickets(actor=actor, source=ticket, target=other),
            "split": lambda: actions.split_message(
                actor=actor, ticket=ticket, message_id=ticket.messages.order_by("pk")[1].pk
            ),
            "link": lambda: actions.link_tickets(
                actor=actor, source=ticket, target=other, kind=["related", "child", "duplicate"][choice % 3]
            ),
            "delete": lambda: actions.delete_ticket(actor=actor, ticket=ticket),
            "reply": lambda: actions.reply(
                actor=actor, ticket=ticket, body="Try this.", status=["resolved", None][choice % 2],
                hold_seconds=10,
            ),
            "undo": lambda: self.undo(Operation.objects.filter(undone_at=None).order_by("-pk")[choice]),
        }  # fmt: skip
        try:
            act[name]()
        except (DomainError, IndexError):
            return

    def undo(self, operation: Operation) -> Operation:
        return actions.undo_operation(actor=self.cast.actor("manager"), operation_id=operation.pk)

    def state(self) -> dict[str, Any]:
        """What undoing answers for: fields, messages, followers, links."""
        found: dict[str, Any] = {}
        for row in Ticket.objects.filter(pk__in=[each.pk for each in self.tickets]).values():
            found |= {f"{row['id']}.{name}": row[name] for name in (*FIRM, "is_open")}
        found["messages"] = sorted(Message.objects.values_list("pk", "ticket_id", "came_from_id"))
        found["watchers"] = sorted(Watcher.objects.values_list("ticket_id", "person_id"))
        found["links"] = sorted(TicketLink.objects.values_list("source_id", "target_id", "kind"))
        return found


class RandomWork(TestCase):
    """Each example in a transaction of its own."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(
        before=deeds, last=st.tuples(st.sampled_from(ACTS[:-1]), *(st.integers(0, 2),) * 2, st.integers(0, 3))
    )
    def test_the_last_thing_done_goes_back_whole_and_forth_whole(
        self, before: list[Deed], last: Deed
    ) -> None:
        with clock.frozen(START):
            world = World()
            for deed in before:
                world.do(deed)
            known = set(Operation.objects.values_list("pk", flat=True))
            earlier = world.state()
            world.do(last)
            done = Operation.objects.exclude(pk__in=known).first()
            if done is None:
                return
            later = world.state()

            undone = world.undo(done)

            assert world.state() == earlier
            if "withdrawn" not in undone.data:
                world.undo(undone)
                assert world.state() == later

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(
        first=st.tuples(st.sampled_from(ACTS[:-1]), *(st.integers(0, 2),) * 2, st.integers(0, 3)), after=deeds
    )
    def test_whatever_came_after_the_undo_keeps_to_its_preview(self, first: Deed, after: list[Deed]) -> None:
        with clock.frozen(START):
            world = World()
            world.do(first)
            done = Operation.objects.first()
            for deed in after:
                world.do(deed)
            if done is None or Operation.objects.get(pk=done.pk).undone_at is not None:
                return
            now = world.state()
            manager = world.cast.actor("manager")
            seen = actions.undo_preview(actor=manager, operation_id=done.pk)
            try:
                world.undo(done)
            except DomainError as error:
                refusal = error.code
            else:
                refusal = ""
            if refusal:
                assert refusal == "operation_nothing_left"
                assert not seen.restored
                assert world.state() == now
                return

            then = world.state()
            changed = {name for name in now if now[name] != then[name] and "." in name}
            promised = {f"{each.ticket_id}.{each.name}" for each in seen.restored}
            assert {name for name in changed if not name.endswith(".is_open")} <= promised
            kept = {each.what for each in seen.left if each.code == "moved_on"}
            assert (
                all(each.what not in kept or each.what in {"message", "tags"} for each in seen.restored)
                or len({each.ticket_id for each in (*seen.left, *seen.restored)}) > 1
            )
