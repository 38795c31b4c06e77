"""Asking a device for a check or a command, from a ticket and from its own page."""

import pytest
from django.test import Client

from firstline.desk.tests.conftest import Enter
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.organizations.testing import make_organization
from firstline.remote.models import Command, CommandOutput
from firstline.tickets.models import Ticket, TicketCommand
from firstline.tickets.testing import Cast, make_ticket

HTMX = {"HX-Request": "true"}


def test_a_check_from_the_ticket(tina: Client, ticket: Ticket, device: Device) -> None:
    answer = tina.post(f"/desk/tickets/{ticket.number}/check/")

    command = Command.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/desk/tickets/{ticket.number}/")
    assert (command.device_id, command.kind, command.state) == (device.pk, "diagnostics", "queued")
    assert TicketCommand.objects.get(ticket=ticket).command_id == command.pk
    page = tina.get(answer["Location"]).content.decode()
    assert f'id="command-{command.pk}"' in page
    assert "The person at the device is asked" in page


def test_a_command_from_the_ticket_comes_back_within_the_page(
    tina: Client, ticket: Ticket, device: Device
) -> None:
    sent = {"text": "ip route | head -3\n", "reason": "Which\nroute?"}

    answer = tina.post(f"/desk/tickets/{ticket.number}/command/", sent, headers=HTMX)

    command = Command.objects.get()
    assert (command.text, command.reason, command.ticket_label) == (
        "ip route | head -3", "Which route?", ticket.display_id,
    )  # fmt: skip
    assert "ip route | head -3" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_check_and_a_command_from_the_device(tina: Client, device: Device) -> None:
    answers = [
        tina.post(f"/desk/devices/{device.pk}/check/"),
        tina.post(f"/desk/devices/{device.pk}/command/", {"text": "uptime"}),
    ]

    assert [answer["Location"] for answer in answers] == [f"/desk/devices/{device.pk}/"] * 2
    kinds = Command.objects.order_by("id").values_list("kind", "text", "ticket_label")
    assert list(kinds) == [("diagnostics", "", ""), ("command", "uptime", "")]
    page = tina.get(f"/desk/devices/{device.pk}/").content.decode()
    assert "uptime" in page
    assert "The person at the device is being asked" not in page


@pytest.mark.parametrize("text", ["", " \n ", "\x00", "x" * 9000])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_command_that_cannot_be_sent(
    tina: Client, ticket: Ticket, device: Device, text: str, headers: dict[str, str]
) -> None:
    answers = [
        tina.post(f"/desk/{place}/command/", {"text": text}, headers=headers)
        for place in (f"tickets/{ticket.number}", f"devices/{device.pk}")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("X-Error-Text" in answer for answer in answers)
    assert not Command.objects.exists()


def test_a_device_without_agent_is_not_asked(tina: Client, cast: Cast, device: Device) -> None:
    listed = {"state": "listed", "identity": None, "is_online": False, "last_seen_at": None}
    Device.objects.filter(pk=device.pk).update(**listed)
    ticket = make_ticket(cast, device=Device.objects.get(pk=device.pk))

    page = tina.get(f"/desk/tickets/{ticket.number}/").content.decode()
    answer = tina.post(f"/desk/tickets/{ticket.number}/check/")

    assert "Without agent" in page
    assert "Run a command" not in page
    assert answer.status_code == 422


def test_a_ticket_without_device_says_so(tina: Client, cast: Cast) -> None:
    ticket = make_ticket(cast)

    answer = tina.post(f"/desk/tickets/{ticket.number}/check/")

    assert answer.status_code == 422
    assert "This ticket has no device." in answer.content.decode()


def test_the_card_of_a_request_shows_its_output_as_text(tina: Client, cast: Cast, device: Device) -> None:
    tina.post(f"/desk/devices/{device.pk}/command/", {"text": "cat <notes>"})
    command = Command.objects.get()
    for seq, data in enumerate([b"one\n<script>", b"\xff\xfe bad bytes"], start=1):
        CommandOutput.objects.create(command=command, seq=seq, stream="stdout", data=data, at=clock.now())

    whole = tina.get(f"/desk/commands/{command.pk}/").content.decode()
    part = tina.get(f"/desk/commands/{command.pk}/", headers=HTMX).content.decode()

    assert "<html" in whole
    assert "<html" not in part
    for page in (whole, part):
        assert "cat &lt;notes&gt;" in page
        assert "one\n&lt;script&gt;" in page


def test_cancelling_once(tina: Client, device: Device) -> None:
    Device.objects.filter(pk=device.pk).update(is_online=False)
    tina.post(f"/desk/devices/{device.pk}/check/")
    command = Command.objects.get()
    url = f"/desk/commands/{command.pk}/cancel/"

    answer = tina.post(url, headers=HTMX)

    command.refresh_from_db()
    assert (answer.status_code, command.state) == (200, "cancelled")
    assert f'id="command-{command.pk}"' in answer.content.decode()
    assert tina.post(url).status_code == 409


def test_cancelling_at_the_device_takes_a_moment(tina: Client, device: Device) -> None:
    tina.post(f"/desk/devices/{device.pk}/check/")
    command = Command.objects.get()

    answer = tina.post(f"/desk/commands/{command.pk}/cancel/")

    command.refresh_from_db()
    assert (answer.status_code, command.cancel_wanted, command.state) == (303, True, "queued")
    page = tina.get(answer["Location"]).content.decode()
    assert "Being cancelled" in page
    assert "/cancel/" not in page


def test_too_many_requests_wait_already(tina: Client, device: Device) -> None:
    answers = [tina.post(f"/desk/devices/{device.pk}/check/").status_code for _each in range(21)]

    assert answers == [303] * 20 + [409]


def test_who_may_only_look_runs_nothing(cast: Cast, enter: Enter, tina: Client, device: Device) -> None:
    tina.post(f"/desk/devices/{device.pk}/check/")
    command = Command.objects.get()
    browser = enter(cast.requester)

    answers = [
        browser.post(f"/desk/devices/{device.pk}/check/"),
        browser.post(f"/desk/devices/{device.pk}/command/", {"text": "id"}),
        browser.post(f"/desk/commands/{command.pk}/cancel/"),
    ]

    command.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403] * 3
    assert (Command.objects.count(), command.cancel_wanted) == (1, False)


def test_a_device_of_another_organisation_is_not_asked_for_a_ticket(
    tina: Client, cast: Cast, device: Device, ticket: Ticket
) -> None:
    Device.objects.filter(pk=device.pk).update(organization=make_organization("Fabrikam"))

    assert tina.post(f"/desk/tickets/{ticket.number}/check/").status_code == 422
    assert not Command.objects.exists()
