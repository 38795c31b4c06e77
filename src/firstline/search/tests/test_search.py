"""The index on whichever database the tests run on."""

import pytest
from django.db import connection, transaction

from firstline.accounts.testing import make_actor
from firstline.audit.queries import trigger_faults
from firstline.organizations.testing import make_team
from firstline.search import actions, queries
from firstline.search.actions import Document

pytestmark = pytest.mark.django_db


def add(object_id: int, title: str, text: str = "", visibility=("org:1",), kind: str = "ticket") -> None:
    with transaction.atomic():
        actions.index(
            kind=kind, object_id=object_id, organization_id=1, title=title, text=text, visibility=visibility
        )


def found(text: str, tokens=("org:1",), **options) -> list[int]:
    return [hit.object_id for hit in queries.search(tokens, text, **options)]


def test_every_word_newest_first_and_the_last_as_a_beginning():
    add(1, "VPN does not connect", "error 0x8007-05, user's laptop")
    add(2, "VPN slow", "connection drops")
    add(3, "打印机没有硒鼓了", "型号 HP-400")

    assert found("vpn conn") == [2, 1]
    assert found("vpn connect ") == [1]
    assert found("VPN 0x8007-05") == [1]
    assert found("user's laptop") == [1]
    assert found("硒鼓") == [3]
    assert found("鼓硒") == []
    assert found("hp-4") == [3]
    assert found("vpn", limit=1) == [2]
    assert found("\" OR vpn* & | ! :( \\ ' )") == []
    assert found("") == []


def test_nobody_finds_what_they_may_not_see():
    add(1, "Payroll", visibility=("org:1", "team:5"))
    add(2, "Payroll", visibility=("person:9",))
    add(3, "Payroll", visibility=(), kind="article")

    assert found("payroll", ["org:2", "team:6"]) == []
    assert found("payroll", ["org:1"]) == [1]
    assert found("payroll", ["team:5", "person:9"]) == [2, 1]
    assert found("payroll", []) == []
    assert found("=org:1", ["person:9"]) == []
    assert found("payroll", ["person:9"], kinds=["article"]) == []
    assert found("payroll", ["person:9"], kinds=["article", "ticket"]) == [2]


def test_a_change_is_found_as_it_is_now_and_keeps_its_age():
    add(1, "Scanner")
    add(2, "Scanner")
    add(1, "Scanner broken", visibility=("org:2",))

    assert found("scanner") == [2]
    assert found("broken", ["org:2"]) == [1]
    assert found("scanner", ["org:1", "org:2"]) == [2, 1]
    with transaction.atomic():
        actions.remove(kind="ticket", object_ids=[2])
    assert found("scanner", ["org:1", "org:2"]) == [1]


def test_many_at_once_in_few_statements(django_assert_max_num_queries):
    documents = [Document("ticket", n, 1, f"Ticket {n}", "body", ("org:1",)) for n in range(150)]

    with transaction.atomic(), django_assert_max_num_queries(3):
        actions.index_many(documents)

    assert found("ticket body", limit=2) == [149, 148]


@pytest.mark.django_db(transaction=True)
def test_writing_needs_the_transaction_of_the_change():
    with pytest.raises(RuntimeError):
        actions.remove(kind="ticket", object_ids=[1])


def test_an_actor_holds_tokens_by_what_they_are():
    actor = make_actor("Tess", "technician", teams=[make_team()])

    assert queries.tokens_of(actor) == [
        f"team:{next(iter(actor.team_ids))}",
        f"person:{actor.id}",
        f"org:{actor.organization_id}",
        "provider",
    ]
    with pytest.raises(ValueError, match="visibility"):
        queries.visibility_term("org: 1")


def test_the_matching_structures_are_declared():
    assert [fault for fault in trigger_faults() if "search" in fault] == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_fts (search_fts) VALUES ('integrity-check')")
