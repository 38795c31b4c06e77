"""Saved searches: kept, shared with a team, shown to nobody else."""

import pytest
from django.test import Client

from firstline.accounts.actions import anonymise_person
from firstline.accounts.models import Person
from firstline.accounts.testing import make_actor
from firstline.audit.models import AuditRecord
from firstline.desk.actions import change_saved_search, remove_saved_search, save_search
from firstline.desk.models import SavedSearch
from firstline.desk.queries import get_saved_search_for, saved_searches
from firstline.desk.tests.conftest import Enter
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed, NotFound
from firstline.outbox.testing import drain
from firstline.tickets.testing import Cast

LIST = "/desk/searches/"


def names(cast: Cast, who: str) -> list[str]:
    return [row.name for row in saved_searches(cast.actor(who))]


def test_a_search_is_its_owners_until_it_is_shared_with_a_team(cast: Cast) -> None:
    tina = cast.actor("technician")
    own = save_search(actor=tina, name="  VPN,  open ", text="vpn status:open", kind="ticket")
    save_search(actor=cast.actor("teammate"), name="Printers", text="打印机", team_id=cast.desk.pk)

    assert names(cast, "technician") == ["VPN, open", "Printers"]
    assert names(cast, "teammate") == ["Printers"]
    assert names(cast, "outsider") == names(cast, "requester") == []

    change_saved_search(actor=tina, saved=own, name="VPN", team_id=cast.desk.pk)
    assert names(cast, "teammate") == ["Printers", "VPN"]
    assert names(cast, "outsider") == []
    with pytest.raises(NotFound):
        get_saved_search_for(cast.actor("outsider"), own.pk)


def test_every_change_is_in_the_audit_trail(cast: Cast) -> None:
    tina = cast.actor("technician")
    saved = save_search(actor=tina, name="VPN", text="vpn")
    change_saved_search(actor=tina, saved=saved, name="VPN", team_id=cast.desk.pk)
    remove_saved_search(actor=tina, saved=saved)

    records = AuditRecord.objects.filter(verb__startswith="desk.search_").order_by("id")
    assert [record.verb for record in records] == [
        "desk.search_saved",
        "desk.search_changed",
        "desk.search_removed",
    ]
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize(
    ("name", "text", "team", "code"),
    [
        (" ", "vpn", None, "saved_search_name_missing"),
        ("VPN", " \n", None, "saved_search_empty"),
        ("VPN", "vpn", "network", "saved_search_team_strange"),
    ],
)
def test_what_cannot_be_saved(cast: Cast, name: str, text: str, team: str | None, code: str) -> None:
    team_id = getattr(cast, team).pk if team else None
    with pytest.raises(InvalidInput) as raised:
        save_search(actor=cast.actor("technician"), name=name, text=text, team_id=team_id)
    assert raised.value.code == code


@pytest.mark.django_db(transaction=True)
def test_a_name_is_taken_once_a_person(cast: Cast) -> None:
    save_search(actor=cast.actor("technician"), name="VPN", text="vpn")
    save_search(actor=cast.actor("teammate"), name="VPN", text="vpn")
    other = save_search(actor=cast.actor("technician"), name="Dock", text="dock")

    with pytest.raises(Conflict):
        save_search(actor=cast.actor("technician"), name="VPN", text="vpn 809")
    with pytest.raises(Conflict):
        change_saved_search(actor=cast.actor("technician"), saved=other, name="VPN", team_id=None)
    assert names(cast, "technician") == ["Dock", "VPN"]


def test_only_the_owner_changes_it_and_only_technicians_save(cast: Cast) -> None:
    shared = save_search(actor=cast.actor("technician"), name="VPN", text="vpn", team_id=cast.desk.pk)
    mate = cast.actor("teammate")

    for attempt in (
        lambda: change_saved_search(actor=mate, saved=shared, name="Mine", team_id=None),
        lambda: remove_saved_search(actor=mate, saved=shared),
        lambda: save_search(actor=cast.actor("requester"), name="VPN", text="vpn"),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert names(cast, "technician") == ["VPN"]


def test_saving_sharing_and_removing_in_the_browser(tina: Client, cast: Cast, enter: Enter) -> None:
    answer = tina.post(LIST, {"name": "VPN <b>", "q": "vpn -dock", "kind": "ticket", "team": ""})
    assert answer.status_code == 303
    assert answer["Location"] == "/desk/search/?q=vpn+-dock&kind=ticket"
    saved = SavedSearch.objects.get()
    assert "VPN &lt;b&gt;" in tina.get("/desk/search/").content.decode()
    assert "VPN &lt;b&gt;" in tina.get("/desk/search/palette/?q=vpn").content.decode()

    mate = enter(cast.teammate)
    assert mate.post(f"{LIST}{saved.pk}/", {"name": "x"}).status_code == 404
    tina.post(f"{LIST}{saved.pk}/", {"name": "VPN all", "team": str(cast.desk.pk)})
    assert "VPN all" in mate.get(LIST).content.decode()
    assert mate.post(f"{LIST}{saved.pk}/removal/").status_code == 403
    assert "VPN all" not in enter(cast.outsider).get("/desk/search/palette/").content.decode()

    assert tina.post(f"{LIST}{saved.pk}/removal/").status_code == 303
    assert not SavedSearch.objects.exists()


def test_a_refused_name_comes_back_with_the_words(tina: Client) -> None:
    answer = tina.post(LIST, {"name": " ", "q": "vpn 809"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Give the search a name." in page
    assert 'value="vpn 809"' in page


def test_an_erased_person_leaves_no_searches(cast: Cast) -> None:
    save_search(actor=cast.actor("technician"), name="Mrs Brook's laptop", text="brook", team_id=cast.desk.pk)

    person = Person.objects.get(pk=cast.technician.pk)
    anonymise_person(actor=make_actor("Ada", "administrator"), person=person, confirmation=person.name)
    drain()

    assert not SavedSearch.objects.exists()
