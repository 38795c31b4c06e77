"""Telling people: as they chose, once per event, and only what is theirs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.kit import clock
from firstline.kit.errors import InvalidInput, NotFound
from firstline.kit.refs import Ref
from firstline.notifications import actions, enums, queries
from firstline.notifications.models import Notification
from firstline.outbox.models import Event

pytestmark = pytest.mark.django_db
REF = Ref("ticket", 42, "INC-42")


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two kinds of our own, one quiet by mail."""
    loud = enums.Kind("test_loud", "Loud things", "%(subject)s is loud")
    quiet = enums.Kind("test_quiet", "Quiet things", "Hush: %(subject)s", mail=False)
    monkeypatch.setattr(enums, "KINDS", enums.KINDS | {kind.code: kind for kind in (loud, quiet)})
    monkeypatch.setattr(enums, "CAUSES", enums.CAUSES | {"test_cause": "because of %(subject)s"})
    for module in (actions, queries):
        monkeypatch.setattr(module, "KINDS", enums.KINDS)
        monkeypatch.setattr(module, "CAUSES", enums.CAUSES)


def tell(
    person: Person, kind: str = "test_loud", event_id: str = "e1", **more: object
) -> Notification | None:
    return actions.notify(
        person=person, kind=kind, params={"subject": "VPN"}, ref=REF, cause="test_cause",
        event_id=event_id, **{"url": "/desk/tickets/42/", **more},
    )  # fmt: skip


def mails_wanted() -> int:
    return Event.objects.filter(name="notifications.mail_wanted").count()


def test_notify_lists_the_notice_with_its_reason() -> None:
    person = make_person("Alice Adams", "technician")

    tell(person)

    [notice] = queries.notices(actor_for(person))
    assert (notice.sentence, notice.why, notice.is_read) == ("VPN is loud", "because of VPN", False)
    assert queries.unread_count(actor_for(person)) == 1
    assert mails_wanted() == 1


def test_notify_repeated_for_one_event_tells_once() -> None:
    person = make_person()

    first, second = tell(person), tell(person)

    assert first == second
    assert (Notification.objects.count(), mails_wanted()) == (1, 1)


def test_notify_follows_defaults_and_choices() -> None:
    person = make_person()
    tell(person, "test_quiet", "e1")
    actions.choose(actor=actor_for(person), chosen={"test_loud": (False, True), "test_quiet": (False, False)})

    by_mail_only, nothing = tell(person, "test_loud", "e2"), tell(person, "test_quiet", "e3")

    assert nothing is None
    assert by_mail_only is not None
    assert not by_mail_only.in_bell
    assert mails_wanted() == 1
    assert [notice.kind for notice in queries.notices(actor_for(person))] == ["test_quiet"]


@pytest.mark.parametrize("fields", [{"is_active": False}])
def test_notify_of_inactive_people_does_nothing(fields: dict[str, object]) -> None:
    assert tell(make_person(**fields)) is None


def test_notify_without_address_stays_in_the_bell() -> None:
    assert tell(make_person(email=None)) is not None
    assert mails_wanted() == 0


def test_notify_with_unknown_kind_or_cause_is_a_fault() -> None:
    with pytest.raises(ValueError, match="kind"):
        tell(make_person("A B"), "no_such")
    with pytest.raises(ValueError, match="cause"):
        actions.notify(
            person=make_person("C D"), kind="test_loud", params={}, ref=REF, cause="x", event_id="e"
        )


def test_mark_read_is_for_the_person_alone() -> None:
    mine, other = make_person("Alice Adams"), make_person("Bob Brown")
    row = tell(mine)
    assert row is not None

    with pytest.raises(NotFound):
        actions.mark_read(actor=actor_for(other), notification_id=row.pk)
    actions.mark_read(actor=actor_for(mine), notification_id=row.pk)

    assert queries.unread_count(actor_for(mine)) == 0


def test_mark_ref_read_and_all_read() -> None:
    person = make_person()
    actor = actor_for(person)
    tell(person, event_id="e1")
    tell(person, event_id="e2")

    assert actions.mark_ref_read(actor=actor, ref=REF) == 2
    assert actions.mark_ref_read(actor=actor, ref=REF) == 0
    tell(person, event_id="e3")
    assert actions.mark_all_read(actor=actor) == 1
    assert actions.mark_all_read(actor=replace(actor, kind="device")) == 0


def test_choose_refuses_unknown_kinds() -> None:
    with pytest.raises(InvalidInput):
        actions.choose(actor=actor_for(make_person()), chosen={"nonsense": (True, True)})


def test_mail_content_speaks_the_recipients_language() -> None:
    row = tell(make_person(language="zh-hans"))
    assert row is not None

    content = queries.mail_content(row.pk)

    assert content is not None
    assert content.subject == "[INC-42] VPN is loud"
    assert "您收到此邮件的原因" in content.text
    assert "/desk/tickets/42/" in content.html
    with translation.override("en"):
        assert queries.choices(row.person_id)[-1].label == "Quiet things"


def test_mail_content_is_none_once_mailed() -> None:
    row = tell(make_person())
    assert row is not None
    actions.apply_mailed(row.pk)

    assert queries.mail_content(row.pk) is None
    assert queries.mail_content(0) is None


def test_prune_and_forget() -> None:
    person = make_person()
    with clock.frozen(clock.now() - timedelta(days=100)):
        tell(person, event_id="old")
    tell(person, event_id="new")

    assert actions.prune() == 1
    assert actions.forget_person(person.pk) == 1


@pytest.mark.parametrize("role", ["technician", "requester"])
def test_pages(client: Client, role: str) -> None:
    person = make_person("Alice Adams", role)
    client.force_login(person)
    row = tell(person)
    assert row is not None

    page = client.get("/desk/notifications/")
    assert page.status_code == 200
    assert "because of VPN" in page.content.decode()

    assert client.post(f"/desk/notifications/{row.pk}/read/").headers["Location"] == "/desk/tickets/42/"
    assert client.post("/desk/notifications/read/").status_code == 303
    assert "test_loud" in client.get("/accounts/notifications/").content.decode()
    assert client.post("/accounts/notifications/", {"bell-test_loud": "on"}).status_code == 303
    assert queries.wanted(person, "test_loud") == (True, False)


def test_list_costs_the_same_for_one_and_three(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    person = make_person()
    actor = actor_for(person)
    tell(person, event_id="e1")
    with django_assert_num_queries(1):
        queries.notices(actor)
    tell(person, event_id="e2")
    tell(person, event_id="e3")
    with django_assert_num_queries(1):
        queries.notices(actor)
