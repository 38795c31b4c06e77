"""Every route of the desk: it renders in both languages, and opens to nobody who has no business there."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.desk.actions import save_search
from firstline.desk.models import SavedSearch, SavedView
from firstline.desk.specs import Spec
from firstline.desk.urls import pages as urlpatterns
from firstline.desk.view_actions import save_view
from firstline.devices import actions as devices
from firstline.devices.models import Device, EnrolmentToken
from firstline.kit.actor import SYSTEM
from firstline.organizations.testing import make_organization
from firstline.remote import actions as remote
from firstline.remote.models import Command
from firstline.routing import actions as routing
from firstline.routing.models import Decision
from firstline.tickets.actions import change_priority, link_tickets, save_draft
from firstline.tickets.models import Step, Ticket, TicketLink
from firstline.tickets.testing import Cast, make_ticket

Enter = Callable[[Person], Client]

NAMES = {str(pattern.name) for pattern in urlpatterns}
POSTED = {
    "ticket_answer", "ticket_take", "ticket_status", "ticket_reopen", "ticket_article", "ticket_check",
    "ticket_command", "command_cancel", "revoke_token", "device_revoke", "device_check", "device_command",
    "undo", "saved_search", "saved_search_removal", "ticket_draft", "ticket_draft_taking", "ticket_preview",
    "ticket_upload", "ticket_unlink", "ticket_parts", "ticket_delete",
    "bulk", "view_copy", "view_place", "view_removal", "view_restoration",
}  # fmt: skip
OF_TICKETS = {name for name in NAMES if name.startswith("ticket_") or name == "ticket"}
SPECIALISTS = {"enrol", "revoke_token", "device_edit", "device_revoke", "agent_download", "tickets_export"}


@pytest.fixture
def token(cast: Cast) -> EnrolmentToken:
    actor = actor_for(make_person("Ned Networker", "network_administrator"))
    return devices.create_token(actor=actor, organization=cast.contoso)


@pytest.fixture
def command(cast: Cast, device: Device) -> Command:
    return remote.request_diagnostics(actor=cast.actor("technician"), device=device)


@pytest.fixture
def decision(ticket: Ticket) -> Decision:
    ticket_id, event_id = ticket.pk, "a-test-decides"
    made = routing.decide_assignment(actor=SYSTEM, ticket_id=ticket_id, event_id=event_id)
    assert made is not None
    return made


@pytest.fixture
def saved(cast: Cast) -> SavedSearch:
    """Somebody's own, shared with nobody."""
    return save_search(actor=cast.actor("teammate"), name="VPN drops", text="vpn drops")


@pytest.fixture
def view(cast: Cast) -> SavedView:
    """A team's view, which everyone in the team may change."""
    actor = cast.actor("teammate")
    return save_view(actor=actor, name="VPN drops", spec=Spec(), team_id=cast.desk.pk, editors="team")


@pytest.fixture
def address(
    cast: Cast,
    ticket: Ticket,
    device: Device,
    command: Command,
    token: EnrolmentToken,
    decision: Decision,
    saved: SavedSearch,
    view: SavedView,
) -> Callable[[str], str]:
    """The address of a route by its name."""
    change_priority(actor=cast.actor("technician"), ticket=ticket, priority=2, reason="VIP")
    step = Step.objects.get(ticket=ticket)
    me, other = cast.actor("technician"), make_ticket(cast, "A second one")
    link_tickets(actor=me, source=ticket, target=other, kind="child")
    begun = save_draft(actor=cast.actor("teammate"), ticket=ticket, body="Half a thought")
    values = {
        "number": ticket.number, "device_id": device.pk, "command_id": command.pk,
        "token_id": token.pk, "form": "csv", "decision_id": decision.pk, "step_id": step.pk,
        "saved_id": saved.pk, "draft_id": begun.pk,
        "operation_id": step.operation_id, "message_id": ticket.messages.get().pk,
        "link_id": TicketLink.objects.get().pk,
        "view_id": view.pk,
    }  # fmt: skip

    def of(name: str) -> str:
        pattern = next(each for each in urlpatterns if each.name == name)
        assert isinstance(pattern, URLPattern)
        wanted = pattern.pattern.converters
        return reverse(f"desk:{name}", kwargs={key: values[key] for key in wanted})

    return of


@pytest.mark.parametrize("name", sorted(NAMES - POSTED))
def test_every_page_renders_in_both_languages(
    cast: Cast, enter: Enter, address: Callable[[str], str], name: str
) -> None:
    person = make_person("Sue Specialist", "network_administrator", teams=[cast.desk])
    browser = enter(person)

    english = browser.get(address(name))
    Person.objects.filter(pk=person.pk).update(language="zh-hans")
    chinese = browser.get(address(name))

    assert (english.status_code, chinese.status_code) == (200, 200)
    if b"<html" in english.content:
        assert b'<html lang="en"' in english.content
        assert b'<html lang="zh-CN"' in chinese.content


@pytest.mark.parametrize("name", sorted(NAMES - POSTED - SPECIALISTS))
def test_a_technician_sees_the_pages_of_their_work(
    tina: Client, address: Callable[[str], str], name: str
) -> None:
    assert tina.get(address(name)).status_code == 200


@pytest.mark.parametrize("name", sorted(SPECIALISTS - POSTED))
def test_a_technician_does_not_see_the_pages_of_specialists(
    tina: Client, address: Callable[[str], str], name: str
) -> None:
    assert tina.get(address(name)).status_code == (404 if name == "agent_download" else 403)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_requester_is_turned_away_everywhere(
    cast: Cast, enter: Enter, address: Callable[[str], str], name: str
) -> None:
    browser = enter(cast.requester)
    ask = browser.post if name in POSTED else browser.get

    answer = ask(address(name))

    assert answer.status_code == (404 if name == "agent_download" else 403)
    assert b"VPN drops" not in answer.content


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_stranger_signs_in_first(client: Client, address: Callable[[str], str], name: str) -> None:
    ask = client.post if name in POSTED else client.get

    answer = ask(address(name))

    if name == "agent_download":
        assert answer.status_code == 404
    else:
        assert answer.status_code in {302, 303}
        assert answer["Location"].startswith("/accounts/")


@pytest.mark.parametrize("name", sorted(POSTED))
def test_what_changes_something_is_never_fetched(
    tina: Client, address: Callable[[str], str], name: str
) -> None:
    assert tina.get(address(name)).status_code == 405


@pytest.mark.parametrize("name", sorted(OF_TICKETS - {"ticket_queue"}))
def test_a_ticket_of_another_team_does_not_exist(
    cast: Cast, enter: Enter, address: Callable[[str], str], name: str
) -> None:
    browser = enter(cast.outsider)
    ask = browser.post if name in POSTED else browser.get

    answer = ask(address(name), {"body": "x", "text": "id", "status": "open"} if name in POSTED else {})

    assert answer.status_code == 404
    assert b"VPN drops" not in answer.content


@pytest.mark.parametrize("name", sorted(NAMES - {"bulk", "enrol", "agent_download", "revoke_token"}))
def test_nothing_of_another_organisation_is_shown(
    cast: Cast, enter: Enter, address: Callable[[str], str], name: str
) -> None:
    fabrikam = make_organization("Fabrikam")
    make_ticket(cast, "Ours", requester=cast.stranger)
    browser = enter(make_person("Fay Fabrikam", "network_administrator", organization=fabrikam))
    ask = browser.post if name in POSTED else browser.get

    answer = ask(address(name), {"q": "Rita"} if name not in POSTED else {"text": "id", "body": "x"})

    is_single = (
        name in OF_TICKETS - {"ticket_queue"}
        or "device_" in name
        or name.startswith("command")
        or name in {"saved_search", "saved_search_removal", "view"}
        or (name.startswith("view_") and name in POSTED)
    )
    assert answer.status_code == (404 if is_single or name in {"device", "undo", "operation"} else 200)
    for secret in (b"VPN drops", b"Rita Requester", b"lt-042", b"PF-2SK7Q"):
        assert secret not in answer.content
