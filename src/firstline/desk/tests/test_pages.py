"""The page of a ticket and the steps on it."""

from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts.models import Person
from firstline.desk.tests.conftest import Enter
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.knowledge.models import Article
from firstline.remote.models import Command, CommandOutput
from firstline.tickets import actions
from firstline.tickets.models import Message, Ticket
from firstline.tickets.testing import Cast, make_ticket

HTMX = {"HX-Request": "true"}
QUERIES_MAX = 20


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast, "VPN drops")


def path(ticket: Ticket, part: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{part}"


def make_device(cast: Cast, **fields: object) -> Device:
    given = {
        "organization": cast.contoso,
        "owner": cast.requester,
        "hostname": "LT-1",
        "state": "active",
        "identity": b"i" * 32,
        "public_point": b"p" * 65,
        "enrolled_at": clock.now(),
    }
    return Device.objects.create(**{**given, **fields})


def test_the_page_shows_conversation_facts_and_queue(cast: Cast, tina: Client, ticket: Ticket) -> None:
    actions.take_ticket(actor=cast.actor("technician"), ticket=ticket)

    html = tina.get(path(ticket)).content.decode()

    for words in ("It stops every ten minutes.", "Rita Requester", "Contoso", 'id="queue"', 'id="composer"'):
        assert words in html
    assert html.index('id="queue"') < html.index('id="timeline"') < html.index('id="facts"')


def test_the_page_costs_a_bounded_number_of_queries(cast: Cast, tina: Client, ticket: Ticket) -> None:
    for number in range(6):
        actions.add_note(actor=cast.actor("teammate"), ticket=ticket, body=f"Note {number}")
    tina.get(path(ticket))

    with CaptureQueriesContext(connection) as queries:
        tina.get(path(ticket))

    assert len(queries) <= QUERIES_MAX


def test_others_see_nothing_of_it(cast: Cast, enter: Enter, ticket: Ticket) -> None:
    outsider = enter(cast.outsider)
    parts = ["", "head/", "timeline/", "facts/", "help/", "queue/", "clocks/", "assignment/", "priority/"]
    reading = [outsider.get(path(ticket, part)).status_code for part in parts if part != "queue/"]
    writing = [
        outsider.post(path(ticket, part), {"body": "Hello"}).status_code
        for part in ["answers/", "taking/", "assignment/", "status/", "priority/", "reopening/", "check/"]
    ]

    assert set(reading) == {404}
    assert set(writing) == {404}


def test_a_reply_goes_out_with_copy_files_and_status(tina: Client, ticket: Ticket) -> None:
    file = BytesIO(b"hello")
    file.name = "log.txt"
    sent = {"body": "Please try again", "mode": "reply", "cc": "a@x.example; b@x.example", "files": file}

    answer = tina.post(path(ticket, "answers/"), {**sent, "after": "waiting_requester"})

    ticket.refresh_from_db()
    message = Message.objects.get(ticket=ticket, kind="reply")
    assert (answer.status_code, answer["Location"]) == (303, path(ticket))
    assert (message.body_text, message.cc) == ("Please try again", ["a@x.example", "b@x.example"])
    assert message.attachments.get().file.name == "log.txt"
    assert ticket.status == "waiting_requester"


def test_htmx_gets_the_ticket_again_in_place(tina: Client, ticket: Ticket) -> None:
    answer = tina.post(path(ticket, "answers/"), {"body": "Looking", "mode": "note"}, headers=HTMX)

    html = answer.content.decode()
    assert html.lstrip().startswith('<main id="main"')
    assert "Looking" in html
    assert "Note added" in html


def test_what_was_typed_is_kept_when_it_cannot_be_sent(tina: Client, ticket: Ticket) -> None:
    sent = {"body": "A long answer", "mode": "reply", "cc": "not an address", "after": "resolved"}

    answer = tina.post(path(ticket, "answers/"), sent)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "A long answer</textarea>" in html
    assert 'value="not an address"' in html
    assert "is not an e-mail address" in html
    assert not Message.objects.filter(ticket=ticket, kind="reply").exists()


def test_resolving_needs_words_and_reopening_takes_it_back(cast: Cast, tina: Client, ticket: Ticket) -> None:
    assert tina.post(path(ticket, "answers/"), {"body": " ", "after": "resolved"}).status_code == 422

    tina.post(path(ticket, "answers/"), {"body": "Restarted the client", "after": "resolved"})
    ticket.refresh_from_db()
    assert (ticket.status, Message.objects.get(ticket=ticket, is_solution=True).body_text) == (
        "resolved",
        "Restarted the client",
    )

    tina.post(path(ticket, "reopening/"), {"reason": "It is back"})
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_taking_and_giving_on(cast: Cast, tina: Client, ticket: Ticket) -> None:
    tina.post(path(ticket, "taking/"))
    ticket.refresh_from_db()
    assert ticket.assignee_id == cast.technician.pk

    choices = tina.get(path(ticket, "assignment/"), headers=HTMX).content.decode()
    assert "Tom Teammate" in choices
    assert "Network" in choices

    tina.post(path(ticket, "assignment/"), {"person": cast.teammate.pk})
    ticket.refresh_from_db()
    assert ticket.assignee_id == cast.teammate.pk

    away = tina.post(path(ticket, "assignment/"), {"team": cast.network.pk})
    ticket.refresh_from_db()
    assert (ticket.team_id, ticket.assignee_id) == (cast.network.pk, None)
    assert away["Location"] == "/desk/"


def test_a_priority_by_hand_wants_a_reason_and_can_be_lifted(tina: Client, ticket: Ticket) -> None:
    computed = ticket.priority
    assert tina.post(path(ticket, "priority/"), {"priority": "1", "reason": ""}).status_code == 422

    tina.post(path(ticket, "priority/"), {"priority": "1", "reason": "The whole floor"})
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_source) == (1, "person")
    assert "The whole floor" in tina.get(path(ticket, "facts/")).content.decode()

    tina.post(path(ticket, "priority/"), {"priority": ""})
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_source != "person") == (computed, True)


def test_a_forbidden_move_is_said_and_changes_nothing(tina: Client, ticket: Ticket) -> None:
    answer = tina.post(path(ticket, "status/"), {"status": "closed"})

    ticket.refresh_from_db()
    assert (answer.status_code, ticket.status) == (409, "new")


def test_hostile_text_stays_text(cast: Cast, tina: Client) -> None:
    ticket = make_ticket(cast, "<script>alert(1)</script>", body="<img src=x onerror=alert(2)>")

    html = tina.get(path(ticket)).content.decode()

    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_details_take_only_devices_of_the_organisation(cast: Cast, tina: Client, ticket: Ticket) -> None:
    own = make_device(cast)
    foreign = make_device(
        cast, organization=cast.stranger.organization, owner=cast.stranger, hostname="X", identity=b"x" * 32
    )

    tina.post(path(ticket, "details/"), {"subject": "VPN drops daily", "device": own.pk})
    refused = tina.post(path(ticket, "details/"), {"subject": "VPN drops daily", "device": foreign.pk})

    ticket.refresh_from_db()
    assert (ticket.subject, ticket.device_id, refused.status_code) == ("VPN drops daily", own.pk, 422)


def test_a_command_shows_its_output_and_its_end(cast: Cast, tina: Client) -> None:
    device = make_device(cast)
    ticket = make_ticket(cast, device=device)
    tina.post(path(ticket, "command/"), {"text": "echo hi", "reason": "To see"})
    command = Command.objects.get()
    CommandOutput.objects.create(command=command, seq=1, stream="stdout", data=b"hi <b>", at=clock.now())

    running = tina.get(path(ticket, "timeline/")).content.decode()
    assert f"command:{command.pk}" in running
    assert "hi &lt;b&gt;" in running

    Command.objects.filter(pk=command.pk).update(state="done", exit_code=3, finished_at=clock.now())
    done = tina.get(path(ticket, "timeline/")).content.decode()
    assert "exit code 3" in done
    assert f"command:{command.pk}" not in done


def test_a_check_is_one_click_and_can_be_cancelled(cast: Cast, tina: Client) -> None:
    ticket = make_ticket(cast, device=make_device(cast))

    tina.post(path(ticket, "check/"))
    command = Command.objects.get()
    tina.post(f"/desk/commands/{command.pk}/cancel/")

    command.refresh_from_db()
    assert (command.kind, command.ticket_label, command.state) == (
        "diagnostics",
        ticket.display_id,
        "cancelled",
    )


def test_a_solved_ticket_becomes_a_draft_without_names(cast: Cast, tina: Client, ticket: Ticket) -> None:
    tina.post(path(ticket, "answers/"), {"body": "Rita Requester restarted it", "after": "resolved"})

    answer = tina.post(path(ticket, "article/"))

    article = Article.objects.get()
    assert answer["Location"] == f"/desk/articles/{article.pk}/edit/"
    assert "restarted it" in article.body_markdown
    assert "Rita" not in article.body_markdown


def test_a_ticket_for_somebody_on_the_telephone(cast: Cast, tina: Client) -> None:
    found = tina.get("/desk/people/?q=rita", headers=HTMX).content.decode()
    assert f"?requester={cast.requester.pk}" in found

    address = f"/desk/tickets/new/?requester={cast.requester.pk}"
    missing = tina.post(address, {"subject": "", "body": "It beeps"})
    assert (missing.status_code, "It beeps" in missing.content.decode()) == (422, True)

    data = {"subject": "Beeping", "body": "It beeps", "channel": "phone", "kind": "incident"}
    made = tina.post(address, data)
    ticket = Ticket.objects.get(subject="Beeping")
    assert (ticket.channel, ticket.requester_id) == ("phone", cast.requester.pk)
    assert made["Location"] == path(ticket)


def test_the_page_is_chinese_for_a_chinese_reader(cast: Cast, enter: Enter, ticket: Ticket) -> None:
    Person.objects.filter(pk=cast.technician.pk).update(language="zh-hans")

    html = enter(Person.objects.get(pk=cast.technician.pk)).get(path(ticket)).content.decode()

    assert "接手" in html
    assert "转派" in html
    assert "Take it" not in html
