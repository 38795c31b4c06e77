"""Many tickets at once: what is shown before, what is done, what comes back."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from firstline.accounts.models import Person
from firstline.tickets import actions
from firstline.tickets.models import Operation, Ticket
from firstline.tickets.testing import Cast, make_ticket

Enter = Callable[[Person], Client]
BULK = "/desk/tickets/bulk/"


@pytest.fixture
def three(cast: Cast) -> list[Ticket]:
    return [make_ticket(cast, f"Ticket {each}") for each in range(3)]


def fields_of(page: str) -> dict[str, list[str]]:
    """What the form of a page would send besides what one changes."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return {name: found[name] for name in ("id", "seen", "view") if name in found}


def test_from_boxes_to_a_change_and_back_without_scripts(
    tina: Client, cast: Cast, three: list[Ticket]
) -> None:
    listed = tina.get("/desk/tickets/?view=open").content.decode()
    chosen = {"view": "open", "ticket": [three[0].number, three[2].number]}
    first = tina.post(BULK, chosen).content.decode()
    asked = {**fields_of(first), "priority": "1", "add_tags": "急，vpn", "reason": "Outage"}
    preview = tina.post(BULK, {**asked, "do": "preview"}).content.decode()
    untouched = [Ticket.objects.get(pk=each.pk).version for each in three]
    applied = tina.post(BULK, {**asked, **fields_of(preview), "do": "apply"})
    changed = list(Ticket.objects.order_by("pk").values_list("priority", "tags"))
    operation = Operation.objects.get(kind="bulk")
    page = tina.get(applied["Location"]).content.decode()
    tina.post(f"/desk/operations/{operation.pk}/")

    assert listed.count('name="ticket"') == 3
    assert "Change 2 tickets" in first
    assert "Ticket 0" in preview
    assert "Ticket 1" not in preview
    assert "P1" in preview
    assert untouched == [each.version for each in three]
    assert applied["Location"] == "/desk/tickets/?view=open"
    assert changed == [(1, ["急", "vpn"]), (3, []), (1, ["急", "vpn"])]
    assert "2 tickets changed" in page
    assert f'action="/desk/operations/{operation.pk}/"' in page
    assert set(Ticket.objects.values_list("priority", flat=True)) == {3}


def test_the_whole_view_up_to_a_limit(
    tina: Client, cast: Cast, three: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = fields_of(tina.post(BULK, {"view": "open", "all": "1"}).content.decode())
    monkeypatch.setattr("firstline.desk.views.bulk.BULK_TICKETS_MAX", 2)
    page = tina.post(BULK, {"view": "open", "all": "1"}).content.decode()

    assert sorted(everything["id"]) == sorted(str(each.pk) for each in three)
    assert len(fields_of(page)["id"]) == 2
    assert "The view holds more" in page


def test_what_cannot_take_it_is_told_and_left(tina: Client, cast: Cast, three: list[Ticket]) -> None:
    technician = cast.actor("technician")
    solved = actions.resolve_ticket(actor=technician, ticket=three[0], solution="Done.")
    actions.change_status(actor=technician, ticket=solved, status="closed")
    asked = {"id": [each.pk for each in three], "view": "open", "status": "scheduled"}

    preview = tina.post(BULK, asked).content.decode()
    refused = tina.post(BULK, {**asked, "do": "apply"})
    before = set(Ticket.objects.values_list("status", flat=True))
    applied = tina.post(BULK, {**asked, **fields_of(preview), "do": "apply", "leave": "1"})

    assert "1 cannot take this" in preview
    assert 'name="leave"' in preview
    assert refused.status_code == 409
    assert "scheduled" not in before
    assert applied.status_code == 303
    assert sorted(Ticket.objects.values_list("status", flat=True)) == ["closed", "scheduled", "scheduled"]


def test_a_ticket_that_changed_since_the_preview_stops_it(
    tina: Client, cast: Cast, three: list[Ticket]
) -> None:
    asked = {"id": [each.pk for each in three], "view": "open", "category": "VPN"}
    preview = tina.post(BULK, asked).content.decode()
    actions.change_priority(actor=cast.actor("teammate"), ticket=three[1], priority=1, reason="Hot")

    answer = tina.post(BULK, {**asked, **fields_of(preview), "do": "apply"})

    assert answer.status_code == 409
    assert set(Ticket.objects.values_list("category", flat=True)) == {""}


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "gone"}, {"priority": "9"}, {"assignee": "999999"}, {"team": "x"}, {"service": "-1"},
        {"status": "resolved"}, {"priority": "1", "id": ["999999"], "do": "apply"},
    ],
)  # fmt: skip
def test_bad_changes_are_said_and_nothing_happens(
    tina: Client, cast: Cast, three: list[Ticket], wrong: dict[str, object]
) -> None:
    answer = tina.post(BULK, {"id": [each.pk for each in three], "view": "nonsense", **wrong})

    assert answer.status_code in {200, 404, 409, 422}
    assert "banner-red" in answer.content.decode()
    assert not Operation.objects.filter(kind="bulk").exists()


def test_nothing_chosen_leads_back_to_the_list(tina: Client, cast: Cast) -> None:
    theirs = make_ticket(cast, "Theirs", team=cast.network)

    for sent in ({}, {"ticket": [theirs.number, "x"]}, {"id": ["x"]}):
        answer = tina.post(BULK, {"view": "mine", **sent})
        assert answer["Location"] == "/desk/tickets/?view=mine"


def test_tickets_of_others_are_neither_shown_nor_changed(cast: Cast, enter: Enter) -> None:
    theirs = make_ticket(cast, "Theirs", team=cast.network)
    ours = make_ticket(cast, "Ours")
    browser = enter(cast.technician)
    asked = {"id": [theirs.pk, ours.pk], "view": "open", "priority": "1"}

    page = browser.post(BULK, asked).content.decode()

    assert "Theirs" not in page
    assert "1 is no longer yours to see" in page
    assert enter(cast.requester).post(BULK, asked).status_code == 403
    assert Client().post(BULK, asked).status_code in {302, 303}
