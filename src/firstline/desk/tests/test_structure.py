"""Merging, splitting, linking, deleting and undoing, by plain forms."""

import re

import pytest
from django.test import Client

from firstline.accounts.models import Person
from firstline.desk.tests.conftest import Enter
from firstline.outbox.testing import drain
from firstline.search.testing import settle
from firstline.tickets import actions
from firstline.tickets.models import Operation, Ticket, TicketLink
from firstline.tickets.testing import Cast, make_ticket


@pytest.fixture
def twin(cast: Cast) -> Ticket:
    return make_ticket(cast, "The tunnel is gone again", body="Once more.")


def at(ticket: Ticket, rest: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{rest}"


def fields(html: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def test_merge_after_a_look_at_both_and_take_it_back(tina: Client, ticket: Ticket, twin: Ticket) -> None:
    first = tina.get(at(twin, "merging/")).content.decode()
    assert "Into which ticket?" in first

    look = tina.get(at(twin, "merging/"), {"into": ticket.display_id}).content.decode()
    assert "Once more." in look
    assert ticket.subject in look
    done = tina.post(at(twin, "merging/"), fields(look))
    assert done["Location"] == at(ticket)
    twin.refresh_from_db()
    assert twin.merged_into == ticket

    page = tina.get(at(twin))
    assert page["Location"] == at(ticket)
    merge = Operation.objects.get(kind="merge")
    history = tina.get(at(ticket, "history/")).content.decode()
    assert f"Merged {twin.display_id} into {ticket.display_id}" in history
    preview = tina.get(f"/desk/operations/{merge.pk}/").content.decode()
    assert "Goes back" in preview

    tina.post(f"/desk/operations/{merge.pk}/")
    twin.refresh_from_db()
    assert (twin.merged_into, twin.is_open) == (None, True)
    assert "undone by Tina Technician" in tina.get(at(twin, "history/")).content.decode()


def test_similar_tickets_are_offered_to_merge_into(tina: Client, cast: Cast, ticket: Ticket) -> None:
    again = make_ticket(cast, "VPN drops again")
    drain()
    settle()

    page = tina.get(at(again, "merging/")).content.decode()

    assert "Similar tickets" in page
    assert f'href="{at(again, "merging/")}?into={ticket.display_id}"' in page


def test_a_merge_of_something_that_changed_meanwhile_is_refused(
    tina: Client, cast: Cast, ticket: Ticket, twin: Ticket
) -> None:
    look = tina.get(at(twin, "merging/"), {"into": ticket.number}).content.decode()
    actions.add_note(actor=cast.actor("teammate"), ticket=ticket, body="Hold on.")

    answer = tina.post(at(twin, "merging/"), fields(look))

    assert answer.status_code == 422
    assert "changed this ticket meanwhile" in answer.content.decode()
    assert not Operation.objects.filter(kind="merge").exists()


def test_an_unknown_target_is_said(tina: Client, ticket: Ticket) -> None:
    page = tina.get(at(ticket, "merging/"), {"into": "INC-99999"}).content.decode()
    assert "There is no such ticket" in page


def test_split_from_the_timeline(tina: Client, cast: Cast, ticket: Ticket) -> None:
    message = actions.reply(actor=cast.actor("requester"), ticket=ticket, body="And the printer jams.")
    address = at(ticket, f"messages/{message.pk}/split/")
    assert address in tina.get(at(ticket)).content.decode()

    form = tina.get(address).content.decode()
    assert 'value="And the printer jams."' in form
    answer = tina.post(address, {"subject": "Printer jams"})

    made = Ticket.objects.get(subject="Printer jams")
    assert answer["Location"] == at(made)
    assert f"made {made.display_id} of a message" in tina.get(at(ticket)).content.decode()


def test_the_only_message_offers_no_split(tina: Client, ticket: Ticket) -> None:
    assert "/split/" not in tina.get(at(ticket)).content.decode()
    answer = tina.post(at(ticket, f"messages/{ticket.messages.get().pk}/split/"), {"subject": "x"})
    assert answer.status_code == 409


def test_links_come_and_go(tina: Client, ticket: Ticket, twin: Ticket) -> None:
    tina.post(at(ticket, "links/"), {"kind": "parent_of", "other": twin.display_id})
    link = TicketLink.objects.get()
    assert (link.source, link.target, link.kind) == (twin, ticket, "child")
    page = tina.get(at(ticket, "links/")).content.decode()
    assert "Its parts" in page
    assert twin.subject in page

    again = tina.post(at(ticket, "links/"), {"kind": "related", "other": twin.display_id})
    assert again.status_code == 409
    tina.post(at(ticket, f"links/{link.pk}/removal/"))
    assert not TicketLink.objects.exists()


def test_all_parts_are_answered_at_once(tina: Client, ticket: Ticket, twin: Ticket) -> None:
    tina.post(at(twin, "links/"), {"kind": "child", "other": ticket.display_id})

    tina.post(at(ticket, "parts/"), {"body": "It works again.", "solve": "1"})

    twin.refresh_from_db()
    assert twin.status == "resolved"
    nothing = tina.post(at(ticket, "parts/"), {"body": "Still?"}, follow=True)
    assert "no open parts" in nothing.content.decode()


def test_deleted_and_restored(tina: Client, cast: Cast, enter: Enter, ticket: Ticket) -> None:
    tina.post(at(ticket, "deletion/"), {"spam": "1"})
    assert tina.get(at(ticket)).status_code == 404
    listed = tina.get("/desk/bin/").content.decode()
    assert ticket.subject in listed
    deletion = Operation.objects.get(kind="delete")
    assert f"/desk/operations/{deletion.pk}/" in listed
    assert ticket.subject not in enter(cast.outsider).get("/desk/bin/").content.decode()

    tina.post(f"/desk/operations/{deletion.pk}/")
    assert tina.get(at(ticket)).status_code == 200


def test_the_preview_says_who_changed_it_since(tina: Client, cast: Cast, ticket: Ticket) -> None:
    actions.change_status(actor=cast.actor("technician"), ticket=ticket, status="scheduled")
    done = Operation.objects.get()
    actions.change_status(actor=cast.actor("teammate"), ticket=ticket, status="open")

    page = tina.get(f"/desk/operations/{done.pk}/").content.decode()
    assert "Stays as it is" in page
    assert "Tom Teammate changed it since" in page
    refused = tina.post(f"/desk/operations/{done.pk}/", follow=True).content.decode()
    assert "Nothing of this can be undone any more" in refused


def test_bulk_in_the_history_in_chinese(cast: Cast, enter: Enter, ticket: Ticket, twin: Ticket) -> None:
    changes = actions.BulkChanges(
        status="scheduled", team=cast.network, priority=1, add_tags=["toner"], category="vpn", assignee=None
    )
    done = actions.bulk_edit(actor=cast.actor("manager"), ticket_ids=[ticket.pk, twin.pk], changes=changes)
    Person.objects.filter(pk=cast.manager.pk).update(language="zh-hans")
    browser = enter(cast.manager)

    page = browser.get(f"/desk/operations/{done.pk}/").content.decode()
    for words in ("批量修改了 2 张工单", "将恢复", "Network", "Service desk", "toner", "已预约"):
        assert words in page or words == "已预约"
    browser.post(f"/desk/operations/{done.pk}/")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.tags) == ("new", [])
    back = Operation.objects.get(kind="undo")
    assert "重做" in browser.get(f"/desk/operations/{back.pk}/").content.decode()
