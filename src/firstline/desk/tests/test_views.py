"""Saved views: every condition, every order, who sees and changes them, counts, the form without scripts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts.models import Person, TeamMembership
from firstline.accounts.queries import actor_for
from firstline.desk import view_actions as actions
from firstline.desk.models import Editors, SavedView
from firstline.desk.queries import listing, saved_views
from firstline.desk.queries.paging import count_of, listed, listed_ids, place_of
from firstline.desk.specs import (
    BUILT_IN,
    COLUMNS,
    FIELDS,
    SORTS,
    Condition,
    Spec,
    code_of,
    condition,
    from_json,
    spec_of,
    to_json,
)
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.kit.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from firstline.organizations.models import Service
from firstline.tickets import actions as tickets
from firstline.tickets.models import Ticket
from firstline.tickets.queries import open_list
from firstline.tickets.testing import Cast, make_ticket

Enter = Callable[[Person], Client]
NOON = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)
QUERIES_MAX = 20


def said(field: str, *values: str, operator: str = "") -> Condition:
    return condition(field, operator or FIELDS[field].operators[0], values)


def subjects(cast: Cast, spec: Spec, name: str = "technician") -> list[str]:
    return [row.subject for row in listed(cast.actor(name), spec).rows]


@pytest.fixture
def stock(cast: Cast, device: Device) -> dict[str, Ticket]:
    """Two tickets that differ in everything that a condition can ask."""
    technician = cast.actor("technician")
    service = Service.objects.create(name="Payroll", criticality=1)
    with clock.frozen(NOON):
        one = make_ticket(cast, "Printer 卡纸 again", device=device, service=service, language="zh-hans")
    with clock.frozen(NOON + timedelta(days=10)):
        other = make_ticket(cast, "VPN drops", requester=cast.colleague)
    Ticket.objects.filter(pk=one.pk).update(
        kind="service_request", priority=1, impact=1, urgency=1, category="Hardware", tags=["急", "print-er"],
        channel="phone", status="waiting_supplier", last_message_by_requester=False, assignee=cast.technician,
        next_due_at=NOON - timedelta(hours=1), next_risk_at=NOON - timedelta(hours=2), team=cast.desk,
        requester=cast.requester,
    )  # fmt: skip
    Ticket.objects.filter(pk=other.pk).update(
        kind="incident", priority=3, impact=3, urgency=3, category="Network", tags=["vpn"], channel="mail",
        status="open", last_message_by_requester=True, assignee=None, team=None, language="en",
        next_due_at=NOON + timedelta(days=20), next_risk_at=NOON + timedelta(days=19),
    )  # fmt: skip
    Person.objects.filter(pk=cast.requester.pk).update(is_vip=True)
    assert technician.id == cast.technician.pk
    return {"one": Ticket.objects.get(pk=one.pk), "other": Ticket.objects.get(pk=other.pk)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "waiting_supplier"), ("kind", "service_request"), ("priority", "1"), ("impact", "1"),
        ("urgency", "1"), ("team", "mine"), ("team", "{desk}"), ("assignee", "me"), ("assignee", "anyone"),
        ("assignee", "{technician}"), ("waiting", "supplier"), ("sla", "at_risk"), ("sla", "late"),
        ("requester", "{requester}"), ("vip", "yes"), ("service", "{service}"), ("device", "any"),
        ("device", "{device}"), ("category", "Hardware"), ("tags", "急"), ("tags", "print-er"),
        ("channel", "phone"), ("language", "zh-hans"), ("words", "卡纸 printer"),
    ],
)  # fmt: skip
def test_a_condition_holds_what_it_says_and_its_opposite_the_rest(
    cast: Cast, stock: dict[str, Ticket], field: str, value: str
) -> None:
    ids = {
        "desk": cast.desk.pk,
        "technician": cast.technician.pk,
        "requester": cast.requester.pk,
        "service": stock["one"].service_id,
        "device": stock["one"].device_id,
    }
    filled = value.format(**ids)
    with clock.frozen(NOON + timedelta(days=11)):
        held = subjects(cast, Spec((said(field, filled),)))
        rest = subjects(cast, Spec((said(field, filled, operator="not"),)))

    assert held == ["Printer 卡纸 again"]
    assert rest == ["VPN drops"]


@pytest.mark.parametrize(
    ("made", "held"),
    [
        (said("created", "5d"), ["VPN drops"]),
        (said("created", "120h", operator="before"), ["Printer 卡纸 again"]),
        (said("due", "1d"), ["Printer 卡纸 again"]),
        (said("due", "2w"), ["Printer 卡纸 again", "VPN drops"]),
        (said("resolved", "5d"), []),
        (said("assignee", "none"), ["VPN drops"]),
        (said("team", "none"), ["VPN drops"]),
        (said("device", "none"), ["VPN drops"]),
        (said("service", "none"), ["VPN drops"]),
        (said("waiting", "us"), ["VPN drops"]),
        (said("waiting", "us", "supplier"), ["Printer 卡纸 again", "VPN drops"]),
        (said("requester", "me"), []),
        (said("sla", "none"), []),
        (said("priority", "1", "3"), ["Printer 卡纸 again", "VPN drops"]),
    ],
)
def test_times_and_absences(cast: Cast, stock: dict[str, Ticket], made: Condition, held: list[str]) -> None:
    with clock.frozen(NOON + timedelta(days=11)):
        assert subjects(cast, Spec((made,))) == held


def test_conditions_join_by_all_or_by_any(cast: Cast, stock: dict[str, Ticket]) -> None:
    both = (said("priority", "1"), said("category", "Network"))

    assert subjects(cast, Spec(both)) == []
    assert len(subjects(cast, Spec(both, match="any"))) == 2


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{field}" for field in SORTS)])
def test_every_order_goes_on_where_the_page_before_ended(cast: Cast, sort: str) -> None:
    technician = cast.actor("technician")
    for each in range(5):
        made = make_ticket(cast, f"Subject {each % 3}", team=cast.desk if each % 2 else None)
        if each == 1:
            tickets.take_ticket(actor=technician, ticket=made)
        if each == 4:
            tickets.resolve_ticket(actor=technician, ticket=made, solution="Done.")
    spec = Spec(scope="any", sort=sort)

    whole = [row.id for row in listed(technician, spec).rows]
    paged, cursor = [], ""
    while True:
        page = listed(technician, spec, 2, cursor)
        paged += [row.id for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break

    back = [
        row.id
        for row in listed(technician, replace(spec, sort=sort[1:] if sort[0] == "-" else f"-{sort}")).rows
    ]
    assert len(whole) == 5
    assert paged == whole
    assert back == whole[::-1]
    assert listed_ids(technician, spec, 3) == (whole[:3], True)


@pytest.mark.parametrize("view", sorted(BUILT_IN))
def test_built_in_views_are_the_lists_they_are_called(cast: Cast, view: str) -> None:
    technician = cast.actor("technician")
    for each in range(6):
        made = make_ticket(cast, f"Ticket {each}", team=[cast.desk, None, cast.network][each % 3])
        if each == 0:
            tickets.take_ticket(actor=technician, ticket=made)
        if each == 3:
            tickets.resolve_ticket(actor=technician, ticket=made, solution="Done.")
    Ticket.objects.filter(subject="Ticket 1").update(next_risk_at=clock.now())
    for name in ("technician", "manager"):
        actor = cast.actor(name)

        ours = [row.id for row in listed(actor, BUILT_IN[view]).rows]
        known = [row.id for row in open_list(actor, view).rows]

        if view != "all" or name == "manager":
            assert ours == known


def test_a_view_never_shows_what_its_reader_may_not_see(cast: Cast) -> None:
    make_ticket(cast, "Ours", team=cast.desk)
    make_ticket(cast, "Theirs", team=cast.network)
    everything = Spec((said("kind", "incident", "service_request"),), match="any", scope="any", reach="all")

    assert subjects(cast, everything) == ["Ours"]
    assert subjects(cast, everything, "outsider") == ["Theirs"]
    assert subjects(cast, everything, "manager") == ["Ours", "Theirs"]
    assert subjects(cast, everything, "requester") == []
    assert count_of(cast.actor("technician"), everything) == 1
    assert count_of(cast.actor("requester"), everything) == 0


def test_what_lies_in_the_bin_is_in_no_view(cast: Cast) -> None:
    technician = cast.actor("technician")
    gone = make_ticket(cast, "Gone")
    tickets.delete_ticket(actor=cast.actor("technician"), ticket=gone)

    for scope in ("open", "done", "any"):
        assert listed(technician, Spec(scope=scope)).rows == []


def test_the_place_of_a_ticket_also_after_it_left_the_list(cast: Cast) -> None:
    technician = cast.actor("technician")
    made = [make_ticket(cast, f"Ticket {each}") for each in range(5)]
    for hours, each in enumerate(made):
        Ticket.objects.filter(pk=each.pk).update(next_due_at=NOON + timedelta(hours=hours))
    spec = Spec()

    place = place_of(technician, spec, made[2].pk, 10)
    Ticket.objects.filter(pk=made[2].pk).update(team=cast.network)
    after = place_of(technician, spec, made[2].pk, 10)

    assert place is not None
    assert (place.before, place.after, place.number) == (
        [made[1].pk, made[0].pk],
        [made[3].pk, made[4].pk],
        3,
    )
    assert after == place


def test_counts_stop_at_their_limit(cast: Cast) -> None:
    for each in range(4):
        make_ticket(cast, f"Ticket {each}")

    assert count_of(cast.actor("technician"), Spec(), 9) == 4
    assert count_of(cast.actor("technician"), Spec(), 2) == 3


def test_codes_and_stored_lists_come_back_as_they_were() -> None:
    spec = Spec(
        (said("tags", "急", "a,b"), said("created", "7d"), said("assignee", "none", "12")),
        match="any", scope="any", reach="all", columns=COLUMNS, sort="-created",
    )  # fmt: skip

    assert spec_of(code_of(spec)) == spec
    assert from_json(to_json(spec)) == spec
    assert [code_of(BUILT_IN[view]) for view in BUILT_IN] == list(BUILT_IN)


@pytest.mark.parametrize(
    "data",
    [
        None, [], {"w": 3}, {"w": [["nonsense", "is", ["x"]]]}, {"w": [["status", "like", ["new"]]]},
        {"w": [["status", "is", []]]}, {"w": [["status", "is", ["gone"]]]},
        {"w": [["created", "within", ["7y"]]]},
        {"w": [["created", "within", ["99999d"]]]}, {"w": [["team", "is", ["9" * 30]]]}, {"s": "password"},
        {"c": ["secret"]}, {"m": "none"}, {"o": [1]}, {"r": {}}, {"w": [["tags", "is", [" "]]]},
        {"w": [["status", "is", ["new"]]] * 13}, {"w": [[["status"], "is", ["new"]]]}, {"c": 7},
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused(data: object) -> None:
    with pytest.raises(DomainError):
        from_json(data)


@pytest.mark.parametrize(
    "code", ["v999", "f-", "f-W10", "f-é", "f-bm90IGpzb24", "x", "v" + "9" * 40, "f-" + "A" * 9000]
)
def test_addresses_of_no_list_are_refused(tina: Client, code: str) -> None:
    assert tina.get("/desk/tickets/", {"view": code}).status_code in {404, 422}


def test_cursors_of_another_list_are_refused(cast: Cast) -> None:
    technician = cast.actor("technician")
    for each in range(3):
        make_ticket(cast, f"Ticket {each}")
    by_subject = listed(technician, Spec(sort="subject"), 1).next_cursor

    for sort in ("due", "priority", "resolved", "status"):
        with pytest.raises(InvalidInput):
            listed(technician, Spec(sort=sort), 1, by_subject)


# Whose views


def test_a_view_is_its_owners_or_a_teams(cast: Cast) -> None:
    technician, teammate = cast.actor("technician"), cast.actor("teammate")
    own = actions.save_view(actor=technician, name="Own", spec=Spec())
    shared = actions.save_view(actor=technician, name="Shared", spec=Spec(), team_id=cast.desk.pk)

    assert [view.name for view in saved_views(technician)] == ["Own", "Shared"]
    assert [view.name for view in saved_views(teammate)] == ["Shared"]
    assert saved_views(cast.actor("outsider")) == []
    assert listing(teammate, shared.code).view == shared
    for name, code in (("teammate", own.code), ("outsider", shared.code)):
        with pytest.raises(NotFound):
            listing(cast.actor(name), code)


@pytest.mark.parametrize(
    ("editors", "is_lead", "may"),
    [
        (Editors.OWNER, True, False), (Editors.LEADS, False, False), (Editors.LEADS, True, True),
        (Editors.TEAM, False, True),
    ],
)  # fmt: skip
def test_who_may_change_a_teams_view(cast: Cast, editors: str, is_lead: bool, may: bool) -> None:
    TeamMembership.objects.filter(person=cast.teammate, team=cast.desk).update(is_lead=is_lead)
    view = actions.save_view(
        actor=cast.actor("technician"), name="Shared", spec=Spec(), team_id=cast.desk.pk, editors=editors
    )
    teammate = cast.actor("teammate")

    assert actions.may_edit(teammate, view) is may
    assert actions.editable_ids(teammate, [view.pk]) == ({view.pk} if may else set())
    if not may:
        with pytest.raises(NotAllowed):
            actions.remove_view(actor=teammate, view=view)
        return
    changed = actions.change_view(
        actor=teammate, view=view, name="Ours", spec=Spec(sort="-created"), team_id=None,
        editors=Editors.OWNER, icon="star", colour="red",
    )  # fmt: skip
    assert (changed.name, changed.team_id, changed.editors) == ("Ours", cast.desk.pk, editors)


def test_a_view_that_was_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    technician = cast.actor("technician")
    view = actions.save_view(actor=technician, name="Mine", spec=Spec())
    looks = {"team_id": None, "editors": "owner", "icon": "star", "colour": ""}
    actions.change_view(actor=technician, view=view, name="First", spec=Spec(), version=1, **looks)

    with pytest.raises(Conflict, match="view_changed_meanwhile"):
        actions.change_view(
            actor=technician, view=SavedView.objects.get(), name="Second", spec=Spec(), version=1, **looks
        )
    assert SavedView.objects.get().name == "First"


def test_names_teams_and_looks_are_checked(cast: Cast) -> None:
    technician = cast.actor("technician")
    actions.save_view(actor=technician, name="Mine", spec=Spec())

    for wrong in (
        {"name": " "}, {"name": "Mine"}, {"name": "X", "team_id": cast.network.pk},
        {"name": "X", "icon": "no"}, {"name": "X", "colour": "#fff"}, {"name": "X", "editors": "all"},
    ):  # fmt: skip
        with pytest.raises((InvalidInput, Conflict)):
            actions.save_view(actor=technician, spec=Spec(), **wrong)
    with pytest.raises(NotAllowed):
        actions.save_view(actor=cast.actor("requester"), name="X", spec=Spec())
    assert SavedView.objects.count() == 1


def test_views_stand_in_the_order_they_are_put(cast: Cast) -> None:
    technician = cast.actor("technician")
    first, second, third = (
        actions.save_view(actor=technician, name=name, spec=Spec()) for name in ("a", "b", "c")
    )
    actions.move_view(actor=technician, view=third, up=True)
    actions.move_view(actor=technician, view=first, up=True)
    actions.move_view(actor=technician, view=second, up=False)

    assert [view.name for view in saved_views(technician)] == ["a", "c", "b"]


def test_removing_a_view_can_be_taken_back(tina: Client, cast: Cast) -> None:
    view = actions.save_view(actor=cast.actor("technician"), name="Mine", spec=Spec())

    tina.post(f"/desk/views/{view.pk}/removal/")
    page = tina.get("/desk/views/").content.decode()
    gone = tina.get(f"/desk/tickets/?view=v{view.pk}").status_code
    tina.post(f"/desk/views/{view.pk}/restoration/")

    assert gone == 404
    assert f'action="/desk/views/{view.pk}/restoration/"' in page
    assert tina.get(f"/desk/tickets/?view=v{view.pk}").status_code == 200


def test_an_erased_persons_views_go_and_shared_ones_stay(cast: Cast) -> None:
    technician = cast.actor("technician")
    actions.save_view(actor=technician, name="Own", spec=Spec())
    shared = actions.save_view(actor=technician, name="Shared", spec=Spec(), team_id=cast.desk.pk)

    actions.forget_views_of(cast.technician.pk)
    actions.forget_views_of(cast.technician.pk)

    left = SavedView.objects.get()
    assert (left.pk, left.owner_id) == (shared.pk, None)
    TeamMembership.objects.filter(person=cast.teammate).update(is_lead=True)
    assert actions.may_edit(actor_for(cast.teammate), left)


# Pages


def test_from_a_filter_to_a_view_without_scripts(tina: Client, cast: Cast) -> None:
    make_ticket(cast, "Not this one")
    wanted = make_ticket(cast, "Urgent one")
    Ticket.objects.filter(pk=wanted.pk).update(priority=1)
    menu = tina.get("/desk/views/choices/?from=open").content.decode()
    editor = tina.get("/desk/views/new/?from=open").content.decode()
    sent = {"row": [], "scope": "open", "reach": "teams", "match": "all", "order": list(COLUMNS)}
    sent |= {"column": ["number", "subject", "created"], "sort": "created", "direction": "falling"}

    added = tina.post("/desk/views/new/", {**sent, "add": "priority", "do": "add"}).content.decode()
    sent |= {"row": ["0"], "field-0": "priority", "op-0": "is", "values-0": ["1", "2"]}
    shown = tina.post("/desk/views/new/", {**sent, "do": "show"})
    listed_page = tina.get(shown["Location"]).content.decode()
    saved = tina.post("/desk/views/new/", {**sent, "do": "save", "name": "Hot ones", "icon": "bolt"})
    page = tina.get(saved["Location"]).content.decode()

    assert "Priority" in menu
    assert 'name="add"' in editor
    assert 'name="field-0" value="priority"' in added
    assert shown["Location"].startswith("/desk/tickets/?view=f-")
    assert "Urgent one" in listed_page
    assert "Not this one" not in listed_page
    assert "Save as a view" in listed_page
    assert saved["Location"] == f"/desk/tickets/?view=v{SavedView.objects.get().pk}"
    assert "Hot ones" in page
    assert "c-created" in page
    assert "c-requester" not in page


def test_a_form_that_fails_keeps_every_word(tina: Client, cast: Cast) -> None:
    sent = {
        "row": ["0", "1"], "field-0": "requester", "text-0": "nobody@nowhere.example", "field-1": "words",
        "text-1": "kept words", "do": "save", "name": "My name", "match": "any",
    }  # fmt: skip

    refused = tina.post("/desk/views/new/", sent)
    nameless = tina.post("/desk/views/new/", {"do": "save", "name": " "})

    page = refused.content.decode()
    assert (refused.status_code, nameless.status_code) == (422, 422)
    for words in ("nobody@nowhere.example", "kept words", "My name", "There is nobody with"):
        assert words in page
    assert "Give the view a name." in nameless.content.decode()
    assert not SavedView.objects.exists()


def test_people_and_devices_are_typed_and_come_back_as_names(
    tina: Client, cast: Cast, device: Device
) -> None:
    sent = {
        "row": ["0", "1", "2"], "field-0": "requester", "text-0": cast.requester.email, "field-1": "device",
        "text-1": device.hostname, "field-2": "tags", "text-2": "急，vpn", "do": "save", "name": "Named",
    }  # fmt: skip

    tina.post("/desk/views/new/", sent)
    view = SavedView.objects.get()
    page = tina.get(f"/desk/views/{view.pk}/").content.decode()
    listed_page = tina.get(f"/desk/tickets/?view={view.code}").content.decode()

    assert [c.values for c in from_json(view.spec).conditions] == [
        (str(cast.requester.pk),), (str(device.pk),), ("急", "vpn"),
    ]  # fmt: skip
    assert cast.requester.email in page
    assert device.hostname in page
    assert "Rita Requester" in listed_page


def test_rows_and_columns_change_one_by_one(tina: Client, cast: Cast) -> None:
    sent = {"row": ["0", "1"], "field-0": "vip", "values-0": "yes", "field-1": "created", "count-1": "3"}
    sent |= {"order": ["number", "subject", "team"], "column": ["team"]}

    dropped = tina.post("/desk/views/new/", {**sent, "do": "drop:0"}).content.decode()
    moved = tina.post("/desk/views/new/", {**sent, "do": "up:team"}).content.decode()
    left_alone = tina.post("/desk/views/new/", {**sent, "do": "up:nonsense"})

    assert 'value="vip"><' not in dropped
    assert 'name="field-0" value="created"' in dropped
    assert moved.index('name="order" value="team"') < moved.index('name="order" value="subject"')
    assert left_alone.status_code == 200


def test_the_same_page_for_others_views_is_not_there(cast: Cast, enter: Enter) -> None:
    own = actions.save_view(actor=cast.actor("technician"), name="Own", spec=Spec())
    shared = actions.save_view(
        actor=cast.actor("technician"), name="Shared", spec=Spec(), team_id=cast.desk.pk
    )
    teammate, requester = enter(cast.teammate), enter(cast.requester)

    assert teammate.get(f"/desk/views/{own.pk}/").status_code == 404
    assert teammate.get(f"/desk/views/{shared.pk}/").status_code == 403
    assert teammate.post(f"/desk/views/{shared.pk}/removal/").status_code == 403
    assert teammate.post(f"/desk/views/{shared.pk}/place/", {"to": "up"}).status_code == 403
    copied = teammate.post(f"/desk/views/{shared.pk}/copy/")
    assert SavedView.objects.get(owner=cast.teammate).team_id is None
    assert copied.status_code == 303
    for path in ("", "new/", "choices/", f"{shared.pk}/"):
        assert requester.get(f"/desk/views/{path}").status_code == 403


def test_a_saved_view_stands_in_the_column_with_its_count(tina: Client, cast: Cast) -> None:
    make_ticket(cast, "One")
    view = actions.save_view(actor=cast.actor("technician"), name="Everything here", spec=Spec())
    broken = actions.save_view(actor=cast.actor("technician"), name="From elsewhere", spec=Spec())
    SavedView.objects.filter(pk=broken.pk).update(spec={"w": [["unknown", "is", ["x"]]]})

    at_once = tina.get("/desk/tickets/?view=open").content.decode()
    later = tina.get(f"/desk/counts/?on={view.code}").content.decode()

    assert "Everything here" in at_once
    row = later.partition("Everything here</span>")[2]
    assert row.startswith('<span class="count">1</span>')
    assert "From elsewhere" in later


def test_the_list_of_a_view_costs_the_same_for_one_and_three(tina: Client, cast: Cast) -> None:
    spec = Spec(
        (
            said("priority", "1", "2", "3", "4"), said("team", str(cast.desk.pk), "none"),
            said("created", "30d"), said("vip", "yes", operator="not"), said("channel", "portal"),
        ),
        columns=COLUMNS,
    )  # fmt: skip
    view = actions.save_view(actor=cast.actor("technician"), name="Five", spec=spec)
    make_ticket(cast)
    tina.get(f"/desk/tickets/?view={view.code}")
    with CaptureQueriesContext(connection) as one:
        tina.get(f"/desk/tickets/?view={view.code}")
    make_ticket(cast)
    make_ticket(cast)
    with CaptureQueriesContext(connection) as three:
        page = tina.get(f"/desk/tickets/?view={view.code}").content.decode()

    assert page.count("VPN drops") == 3
    assert len(three) == len(one)
    assert len(one) <= QUERIES_MAX


def test_density_is_remembered(tina: Client, cast: Cast) -> None:
    make_ticket(cast)
    tina.get("/desk/tickets/?view=open&density=dense")

    assert "is-dense" in tina.get("/desk/tickets/?view=open").content.decode()
    tina.get("/desk/tickets/?view=open&density=calm")
    assert "is-calm" in tina.get("/desk/tickets/?view=open").content.decode()


def test_a_view_as_a_file_has_its_own_columns(cast: Cast, enter: Enter) -> None:
    make_ticket(cast, "Tagged", tags=["vpn", "急"])
    spec = Spec(columns=("number", "subject", "tags", "impact", "kind"), reach="all")
    view = actions.save_view(actor=cast.actor("manager"), name="Mine", spec=spec)

    content = (
        enter(cast.manager).get(f"/desk/tickets/export/csv/?view={view.code}").content.decode("utf-8-sig")
    )

    lines = content.splitlines()
    assert lines[0] == "Number,Subject,Priority,Tags,Impact,Kind"
    assert '"vpn, 急",Medium,Incident' in lines[1]


# From the ticket


def test_next_leads_on_after_an_answer(tina: Client, cast: Cast) -> None:
    made = [make_ticket(cast, f"Ticket {each}") for each in range(3)]
    for hours, each in enumerate(made):
        Ticket.objects.filter(pk=each.pk).update(next_due_at=NOON + timedelta(hours=hours))
    view = actions.save_view(actor=cast.actor("technician"), name="All", spec=Spec())
    here = f"http://testserver/desk/tickets/{made[1].number}/?in={view.code}"

    page = tina.get(here).content.decode()
    sent = tina.post(
        f"/desk/tickets/{made[1].number}/answers/",
        {"body": "Fixed.", "mode": "reply", "after": "resolved", "then": "next"},
        headers={"HX-Request": "true", "HX-Current-URL": here},
    )
    plain = tina.post(
        f"/desk/tickets/{made[2].number}/answers/",
        {"body": "Note.", "mode": "note", "then": "next"},
        headers={"Referer": f"http://testserver/desk/tickets/{made[2].number}/?in={view.code}"},
    )
    left = tina.get(here).content.decode()

    assert "2 of 3" in page
    assert sent["HX-Redirect"] == f"/desk/tickets/{made[2].number}/?in={view.code}"
    assert sent.cookies["desk_then"].value == "next"
    assert plain["Location"] == f"/desk/tickets/?view={view.code}"
    assert f'id="next" class="btn btn-quiet btn-icon btn-s" href="/desk/tickets/{made[0].number}/' in left


def test_the_column_goes_on_beyond_its_first_rows(
    tina: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firstline.desk.queries.work.QUEUE_MAX", 2)
    made = [make_ticket(cast, f"Ticket {each}") for each in range(5)]
    for hours, each in enumerate(made):
        Ticket.objects.filter(pk=each.pk).update(next_due_at=NOON + timedelta(hours=hours))

    page = tina.get(f"/desk/tickets/{made[3].number}/?in=open").content.decode()

    assert "4 of 5+" in page
    assert (
        f'id="next" class="btn btn-quiet btn-icon btn-s" href="/desk/tickets/{made[4].number}/?in=open"'
        in page
    )
    assert f'href="/desk/tickets/{made[2].number}/?in=open"' in page
