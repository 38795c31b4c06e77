"""Making tickets: what a new one has, who may make it, and that a repeated call makes one."""

from io import BytesIO

import pytest

from firstline.audit.models import AuditRecord
from firstline.files.actions import store
from firstline.kit.actor import ANONYMOUS, SYSTEM
from firstline.kit.errors import DomainError, InvalidInput, NotAllowed, NotFound
from firstline.organizations.models import Service
from firstline.outbox.models import Event
from firstline.tickets import actions
from firstline.tickets.actions import Facts, PriorityProposal, TeamProposal
from firstline.tickets.models import Message, Ticket, TicketEvent, Watcher
from firstline.tickets.testing import Cast, make_ticket


def test_new_ticket_has_team_clocks_timeline_audit_and_event(cast: Cast) -> None:
    ticket = make_ticket(cast, cc=["Carl.Colleague@example.com", "someone@elsewhere.example"])

    assert ticket.display_id == "INC-1"
    assert (ticket.status, ticket.is_open, ticket.version, ticket.team) == ("new", True, 1, cast.desk)
    assert ticket.organization == cast.contoso
    assert ticket.due_at is not None
    assert ticket.due_at == ticket.response_due_at
    message = Message.objects.get()
    assert (message.kind, message.author, message.by_requester) == ("request", cast.requester, True)
    assert message.cc == ["carl.colleague@example.com", "someone@elsewhere.example"]
    assert [watcher.person for watcher in Watcher.objects.all()] == [cast.colleague]
    assert [event.kind for event in TicketEvent.objects.order_by("id")] == ["created", "priority", "team"]
    assert AuditRecord.objects.filter(verb="tickets.ticket_created").count() == 1
    assert Event.objects.get(name="tickets.ticket_created").payload["ticket_id"] == ticket.pk
    assert Ticket.objects.get(pk=ticket.pk).response_due_at == ticket.response_due_at


def test_service_request_has_its_own_prefix(cast: Cast) -> None:
    assert make_ticket(cast, kind="service_request").display_id == "REQ-1"


def test_repeated_external_key_returns_the_first_ticket(cast: Cast) -> None:
    first = make_ticket(cast, external_key="api:1:x")
    second = make_ticket(cast, "Something else", external_key="api:1:x")

    assert first == second
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)


def test_external_key_of_somebody_else_tells_nothing(cast: Cast) -> None:
    make_ticket(cast, external_key="api:1:x")

    with pytest.raises(NotFound):
        make_ticket(cast, requester=cast.stranger, external_key="api:1:x")


def test_team_of_the_service_is_asked_first(cast: Cast) -> None:
    service = Service.objects.create(name="VPN", owner_team=cast.network, criticality=1)

    assert make_ticket(cast, service=service).team == cast.network


def test_subject_is_taken_from_the_body_and_language_from_the_text(cast: Cast) -> None:
    ticket = make_ticket(cast, "", body="\n  打印机无法打印  \n请帮忙")

    assert (ticket.subject, ticket.language) == ("打印机无法打印", "zh-hans")


def test_files_join_the_message_and_foreign_ones_do_not(cast: Cast) -> None:
    mine = store(actor=cast.actor("requester"), stream=BytesIO(b"hello"), name="a.txt")
    foreign = store(actor=cast.actor("stranger"), stream=BytesIO(b"secret"), name="b.txt")

    with pytest.raises(InvalidInput):
        make_ticket(cast, files=[foreign])
    ticket = make_ticket(cast, files=[mine])

    [attachment] = ticket.messages.get().attachments.all()
    mine.refresh_from_db()
    assert (attachment.file, mine.kind) == (mine, "ticket_message")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"subject": " ", "body": " \x00 "}, "subject_missing"),
        ({"body": "   "}, "message_missing"),
        ({"body": "x" * 200_001}, "message_too_long"),
        ({"kind": "wish"}, "choice_unknown"),
        ({"channel": "fax"}, "choice_unknown"),
        ({"can_work": "maybe"}, "choice_unknown"),
        ({"impact": 9}, "choice_unknown"),
        ({"cc": ["not an address"]}, "address_invalid"),
        ({"cc": [f"p{n}@example.com" for n in range(21)]}, "too_many_addresses"),
    ],
)
def test_bad_input_is_refused_whole(cast: Cast, fields: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_ticket(cast, **fields)

    assert caught.value.code == code
    assert not Ticket.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("requester", None), ("technician", None), ("manager", None), ("outsider", None),
        ("colleague", NotAllowed), ("stranger", NotAllowed),
    ],
)  # fmt: skip
def test_who_may_ask_for_the_requester(cast: Cast, who: str, error: type[DomainError] | None) -> None:
    if error is None:
        assert make_ticket(cast, actor=cast.actor(who)).requester == cast.requester
    else:
        with pytest.raises(error):
            make_ticket(cast, actor=cast.actor(who))


def test_nobody_asks_for_inactive_people_or_anonymously(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        make_ticket(cast, actor=ANONYMOUS)
    cast.requester.is_active = False
    with pytest.raises(InvalidInput):
        make_ticket(cast, actor=SYSTEM)


def test_policies_decide_and_a_faulty_one_costs_only_its_answer(cast: Cast) -> None:
    def priority(facts: Facts) -> PriorityProposal:
        assert facts.can_work == "no"
        return PriorityProposal(1, 1, 1, reasons=(actions.Reason("because"),), rule_version=3)

    def broken(facts: Facts) -> TeamProposal:
        Ticket.objects.raw("SELECT nonsense FROM nowhere")[0]
        raise AssertionError

    old_priority = actions.register_priority_policy(priority)
    old_team = actions.register_team_policy(broken)
    try:
        ticket = make_ticket(cast, can_work="no")
    finally:
        actions.register_priority_policy(old_priority)
        actions.register_team_policy(old_team)

    assert (ticket.priority, ticket.priority_source, ticket.team) == (1, "policy", cast.desk)
    data = ticket.events.get(kind="priority").data
    assert (data["reasons"], data["rule_version"]) == ([{"code": "because", "params": {}}], 3)
