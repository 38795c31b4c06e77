"""Merging, splitting, linking, deleting, and all of it back again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from firstline.accounts.testing import make_person
from firstline.audit.queries import records_for
from firstline.files import actions as files
from firstline.files.models import StoredFile
from firstline.kit import clock
from firstline.kit.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from firstline.mail.models import OutboundMessage
from firstline.outbox.testing import drain, run_periodic
from firstline.search.queries import find
from firstline.servicelevels.queries import clocks_for
from firstline.tickets import actions, queries
from firstline.tickets.models import Message, Operation, StructureRules, Ticket, TicketLink, Watcher
from firstline.tickets.testing import Cast, make_ticket

VOLATILE = {"version", "updated_at"}


@pytest.fixture(autouse=True)
def undelivered(no_delivery: None) -> None:
    """Mail stays in its queue."""


@pytest.fixture(autouse=True)
def tuesday() -> Iterator[None]:
    """Time moves only where a test says so; at ten on a working day."""
    with clock.frozen(datetime(2026, 11, 10, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def pair(cast: Cast) -> tuple[Ticket, Ticket]:
    """One fault told twice by one person."""
    first = make_ticket(cast, "VPN drops")
    clock.advance(timedelta(minutes=5))
    second = make_ticket(cast, "The tunnel is gone again", body="As I said an hour ago.")
    drain()
    return second, first


def state(*tickets: Ticket) -> dict[str, Any]:
    """Everything that undoing has to bring back."""
    pks = [ticket.pk for ticket in tickets]
    rows = Ticket.objects.filter(pk__in=pks).order_by("pk").values()
    return {
        "tickets": [{name: value for name, value in row.items() if name not in VOLATILE} for row in rows],
        "messages": list(
            Message.objects.order_by("pk").values_list("pk", "ticket_id", "came_from_id", "kind")
        ),
        "watchers": sorted(Watcher.objects.values_list("ticket_id", "person_id")),
        "links": sorted(TicketLink.objects.values_list("source_id", "target_id", "kind")),
        "clocks": [(each.state, each.due_at) for ticket in tickets for each in clocks_for(ticket.ref)],
    }


def undo(cast: Cast, operation: Operation, name: str = "technician") -> Operation:
    return actions.undo_operation(actor=cast.actor(name), operation_id=operation.pk)


def merge(cast: Cast, source: Ticket, target: Ticket) -> Operation:
    return actions.merge_tickets(actor=cast.actor("technician"), source=source, target=target)


def test_merged_conversation_stands_in_the_target(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    source, target = pair
    Watcher.objects.create(ticket=source, person=cast.colleague)

    merge(cast, source, target)

    source.refresh_from_db(), target.refresh_from_db()
    assert (source.merged_into, source.status, source.is_open) == (target, "closed", False)
    assert [each.body_text for each in target.messages.order_by("pk")] == [
        "It stops every ten minutes.", "As I said an hour ago.",
    ]  # fmt: skip
    assert not source.messages.exists()
    assert target.last_message_at == source.created_at
    assert list(target.watchers.values_list("person_id", flat=True)) == [cast.colleague.pk]
    assert [each.state for each in clocks_for(source.ref)] == ["stopped", "stopped"]
    assert [each.state for each in clocks_for(target.ref)] == ["running", "running"]
    assert "tickets.ticket_merged" in [each.verb for each in records_for(source.ref)]
    assert queries.heir_of(source) == target


def test_a_merge_and_back_and_forth(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    before = state(*pair)
    clock.advance(timedelta(hours=1))
    done = merge(cast, *pair)
    merged = state(*pair)
    clock.advance(timedelta(hours=1))

    undone = undo(cast, done)
    assert state(*pair) == before

    undo(cast, undone)
    assert state(*pair) == merged


def test_the_requester_is_told_once_and_only_of_what_stays(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    OutboundMessage.objects.all().delete()
    first = merge(cast, *pair)
    undo(cast, first)
    clock.advance(timedelta(seconds=20))
    drain()
    assert not OutboundMessage.objects.exists()

    second = merge(cast, *pair)
    clock.advance(timedelta(seconds=20))
    drain()
    sent = OutboundMessage.objects.get()
    assert sent.to == [cast.requester.email]
    assert pair[0].display_id in sent.text
    seen = actions.undo_preview(actor=cast.actor("technician"), operation_id=second.pk)
    assert [(each.what, each.code) for each in seen.left] == [("mail", "sent")]


def test_what_somebody_did_meanwhile_stays_and_is_listed(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    source, target = pair
    done = merge(cast, source, target)
    clock.advance(timedelta(minutes=1))
    moved = Message.objects.get(body_text="As I said an hour ago.")
    actions.split_message(actor=cast.actor("teammate"), ticket=target, message_id=moved.pk)

    seen = actions.undo_preview(actor=cast.actor("technician"), operation_id=done.pk)
    assert [(each.what, each.code, each.who) for each in seen.left] == [
        ("message", "moved_on", cast.requester.name)
    ]
    undo(cast, done)
    source.refresh_from_db()
    assert (source.merged_into, source.is_open) == (None, True)
    assert not source.messages.exists()


@pytest.mark.parametrize("name", ["same", "closed", "elsewhere", "merged"])
def test_what_cannot_be_merged(cast: Cast, pair: tuple[Ticket, Ticket], name: str) -> None:
    source, target = pair
    actor = cast.actor("technician")
    if name == "same":
        target = source
    elif name == "closed":
        actions.resolve_ticket(actor=actor, ticket=target, solution="Done")
        actions.change_status(actor=actor, ticket=target, status="closed")
    elif name == "elsewhere":
        target = make_ticket(cast, requester=cast.stranger)
    else:
        merge(cast, target, make_ticket(cast))
    before = state(source, target)

    with pytest.raises(DomainError):
        merge(cast, source, target)
    assert state(source, target) == before


def test_strangers_cannot_merge(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    for name in ("outsider", "requester"):
        with pytest.raises((NotFound, NotAllowed)):
            actions.merge_tickets(actor=cast.actor(name), source=pair[0], target=pair[1])


def test_the_preview_of_a_merge_says_who_will_read_along(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    other = make_ticket(cast, "Same here", requester=cast.colleague)

    seen = actions.merge_preview(actor=cast.actor("technician"), source=other, target=pair[1])

    assert [person.pk for person in seen.followers] == [cast.colleague.pk]
    assert "other_requester" in seen.warnings
    assert len(seen.messages) == 1


def test_answers_to_a_merged_ticket_are_refused_with_its_heir(
    cast: Cast, pair: tuple[Ticket, Ticket]
) -> None:
    merge(cast, *pair)
    for actor, act in [("requester", actions.reply), ("technician", actions.add_note)]:
        with pytest.raises(Conflict, match="ticket_is_merged") as caught:
            act(actor=cast.actor(actor), ticket=pair[0], body="Hello?")
        assert caught.value.params["into"] == pair[1].display_id


def test_split_takes_message_and_files_along(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    ticket = pair[1]
    me = cast.actor("requester")
    file = files.store(actor=me, stream=BytesIO(b"log"), name="log.txt")
    message = actions.reply(actor=me, ticket=ticket, body="And the printer jams.\nBadly.", files=[file])
    ticket.refresh_from_db()
    before = state(ticket)

    clock.advance(timedelta(minutes=3))
    done, made = actions.split_message(actor=cast.actor("technician"), ticket=ticket, message_id=message.pk)

    made.refresh_from_db(), ticket.refresh_from_db()
    assert (made.subject, made.requester, made.is_open) == ("And the printer jams.", cast.requester, True)
    assert [each.came_from_id for each in made.messages.all()] == [ticket.pk]
    assert Message.objects.get(pk=message.pk).attachments.get().file_id == file.pk
    assert StoredFile.objects.get(pk=file.pk).ref_id == message.pk
    assert [each.state for each in clocks_for(made.ref)] == ["running", "running"]
    assert ticket.last_message_at == ticket.created_at

    undo(cast, done)
    made.refresh_from_db()
    assert made.deleted_at is not None
    assert state(ticket) == before
    with pytest.raises(NotFound):
        queries.get_ticket_for(cast.actor("technician"), made.number)


def test_a_split_ticket_that_is_worked_on_stays(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    message = actions.reply(actor=cast.actor("requester"), ticket=pair[1], body="And the printer jams.")
    done, made = actions.split_message(actor=cast.actor("technician"), ticket=pair[1], message_id=message.pk)
    actions.reply(actor=cast.actor("teammate"), ticket=made, body="Which one?")

    seen = actions.undo_preview(actor=cast.actor("technician"), operation_id=done.pk)
    assert ("deleted_at", "in_use") in [(each.what, each.code) for each in seen.left]
    undo(cast, done)
    made.refresh_from_db()
    assert made.deleted_at is None
    assert made.messages.count() == 2


def test_the_only_message_is_not_split_out(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    only = pair[0].messages.get()
    with pytest.raises(Conflict, match="split_only_message"):
        actions.split_message(actor=cast.actor("technician"), ticket=pair[0], message_id=only.pk)


def test_links_and_their_circles(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    part, whole = pair
    actor = cast.actor("technician")
    done = actions.link_tickets(actor=actor, source=part, target=whole, kind="child")
    third = make_ticket(cast)
    actions.link_tickets(actor=actor, source=third, target=part, kind="child")

    assert [(each.side, each.ticket) for each in queries.links_of(actor, whole)] == [("child", part)]
    assert [each.side for each in queries.links_of(actor, part)] == ["parent", "child"]
    for source, target, code in [
        (whole, third, "link_circle"), (part, third, "link_exists"), (part, part, "link_same"),
        (third, whole, "link_has_parent"),
    ]:  # fmt: skip
        with pytest.raises(DomainError, match=code):
            actions.link_tickets(actor=actor, source=source, target=target, kind="child")

    undo(cast, done)
    assert queries.links_of(actor, whole) == []


def test_open_parts_hold_the_whole_where_that_is_the_rule(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    part, whole = pair
    actor = cast.actor("technician")
    actions.link_tickets(actor=actor, source=part, target=whole, kind="child")
    StructureRules.objects.create(children_hold_parent=True)

    with pytest.raises(Conflict, match="ticket_has_open_parts"):
        actions.resolve_ticket(actor=actor, ticket=whole, solution="Done")
    actions.update_parts(actor=actor, ticket=whole, body="The tunnel stands again.", solve=True)
    actions.resolve_ticket(actor=actor, ticket=whole, solution="Done")

    part.refresh_from_db(), whole.refresh_from_db()
    assert (part.status, whole.status) == ("resolved", "resolved")
    assert part.messages.filter(is_solution=True).get().body_text == "The tunnel stands again."


def test_duplicates_are_solved_with_theirs(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    actor = cast.actor("technician")
    actions.link_tickets(actor=actor, source=pair[0], target=pair[1], kind="duplicate")

    actions.resolve_ticket(actor=actor, ticket=pair[1], solution="The router was full.")
    drain()

    pair[0].refresh_from_db()
    assert pair[0].status == "resolved"
    assert pair[0].messages.get(is_solution=True).body_text == "The router was full."


def test_the_bin_hides_and_gives_back(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    ticket, actor = pair[0], cast.actor("technician")
    before = state(ticket)

    done = actions.delete_ticket(actor=actor, ticket=ticket, is_spam=True)
    drain()
    for name in ("technician", "requester", "manager"):
        assert not queries.visible_to(cast.actor(name)).filter(pk=ticket.pk).exists()
    assert not queries.requested_by(cast.actor("requester")).filter(pk=ticket.pk).exists()
    assert ticket.pk not in [hit.object_id for hit in find(actor, "tunnel").hits]
    assert ticket.pk not in [row.id for row in queries.open_list(actor, "closed").rows]
    assert list(queries.bin_of(actor)) == [ticket]

    undo(cast, done)
    drain()
    assert state(ticket) == before
    assert ticket.pk in [hit.object_id for hit in find(actor, "tunnel").hits]


def test_after_thirty_days_it_is_gone_and_its_number_with_it(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    ticket = pair[0]
    actions.delete_ticket(actor=cast.actor("technician"), ticket=ticket)
    clock.advance(timedelta(days=29))
    run_periodic("tickets.empty_bin")
    assert Ticket.objects.filter(pk=ticket.pk).exists()

    clock.advance(timedelta(days=2))
    run_periodic("tickets.empty_bin")
    assert not Ticket.objects.filter(pk=ticket.pk).exists()
    assert make_ticket(cast).number > ticket.number
    assert "tickets.ticket_removed" in [each.verb for each in records_for(ticket.ref)]


def test_another_technician_undoes_a_slip_but_a_stranger_cannot(
    cast: Cast, pair: tuple[Ticket, Ticket]
) -> None:
    done = merge(cast, *pair)
    boss = make_person("Lea Lead", "technician", teams=[cast.desk])
    for name in ("outsider", "requester"):
        with pytest.raises((NotFound, NotAllowed)):
            undo(cast, done, name)
    with pytest.raises((NotFound, NotAllowed)):
        actions.undo_preview(actor=cast.actor("requester"), operation_id=done.pk)

    undo(cast, done, "teammate")
    assert Operation.objects.get(pk=done.pk).undone_at is not None
    assert boss.pk


def test_not_after_thirty_days(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    done = merge(cast, *pair)
    clock.advance(timedelta(days=31))
    with pytest.raises(Conflict, match="operation_too_old"):
        undo(cast, done)
    with pytest.raises(InvalidInput, match="choice_unknown"):
        actions.link_tickets(actor=cast.actor("technician"), source=pair[0], target=pair[1], kind="cousin")
