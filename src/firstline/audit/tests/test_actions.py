from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from firstline.audit.actions import Entry, erase_labels, record, record_many, seal
from firstline.audit.models import AuditLabel, AuditRecord, AuditSeal
from firstline.audit.queries import filtered, records_for, rows, trigger_faults, verbs, verify
from firstline.kit import clock
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.refs import Ref

MEI = Actor(kind="person", id=7, label="Mei Lin", request_id="r-1")
INC = Ref("ticket", 42, "INC-42")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_record_keeps_who_did_what_to_which_record() -> None:
    with clock.frozen(NOON), transaction.atomic():
        record(
            actor=MEI,
            verb="tickets.ticket_assigned",
            ref=INC,
            organization_id=3,
            old={"assignee": None},
            new={"assignee": 9},
            reason="skill",
            labels={"person:9": "Omar"},
        )

    (row,) = rows(records_for(INC))
    assert (row.actor_label, row.ref_label, row.labels) == ("Mei Lin", "INC-42", {"person:9": "Omar"})
    assert (row.record.at, row.record.verb, row.record.reason) == (NOON, "tickets.ticket_assigned", "skill")
    assert (row.record.old, row.record.new) == ({"assignee": None}, {"assignee": 9})
    assert (row.record.request_id, row.record.causal_id) == ("r-1", "r-1")


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        record(actor=MEI, verb="x.done", ref=INC)


@pytest.mark.django_db(transaction=True)
def test_record_rolls_back_with_the_change() -> None:
    with transaction.atomic():
        record(actor=MEI, verb="x.done", ref=INC)
        transaction.set_rollback(True)
    with transaction.atomic():
        record(actor=MEI, verb="x.done", ref=INC)
    seal()

    assert verify().is_sound
    assert AuditRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_record_by_a_known_person_costs_one_insert(django_assert_num_queries: object) -> None:
    with transaction.atomic():
        record(actor=MEI, verb="x.done", ref=INC)

    with transaction.atomic(), django_assert_num_queries(1):  # type: ignore[operator]
        record(actor=MEI, verb="x.done", ref=INC)
    assert AuditLabel.objects.count() == 1


@pytest.mark.django_db
def test_record_many_writes_a_batch(django_assert_max_num_queries: object) -> None:
    entries = [Entry("tickets.ticket_imported", Ref("ticket", n, f"INC-{n}")) for n in range(1, 101)]

    with transaction.atomic(), django_assert_max_num_queries(4):  # type: ignore[operator]
        record_many(actor=MEI, entries=entries)

    assert AuditRecord.objects.count() == 100


@pytest.mark.parametrize("table", ["audit_auditrecord", "audit_auditseal"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET {} = {}", "DELETE FROM {0}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"]
)
@pytest.mark.django_db(transaction=True)
def test_trail_cannot_be_changed(table: str, statement: str) -> None:
    if "REPLACE" in statement and connection.vendor != "sqlite":
        pytest.skip("a statement of SQLite only")
    with transaction.atomic():
        record(actor=MEI, verb="x.done", ref=INC)
    seal()
    column = {"audit_auditrecord": "verb", "audit_auditseal": "hash"}[table]

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, "'forged'"))

    assert verify().is_sound


@pytest.mark.django_db(transaction=True)
def test_label_can_be_erased_but_not_rewritten() -> None:
    with transaction.atomic():
        record(actor=MEI, verb="x.done", ref=INC)

    with pytest.raises(DatabaseError), transaction.atomic():
        AuditLabel.objects.update(text="Somebody else")
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditLabel.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_erased_person_is_nameless_everywhere_and_the_chain_still_proves() -> None:
    with transaction.atomic():
        record(actor=MEI, verb="x.done", ref=INC)
    with transaction.atomic():
        record(actor=SYSTEM, verb="accounts.person_changed", ref=Ref("person", 7, "Mei Lin"))
        record(actor=SYSTEM, verb="x.told", ref=INC, labels={"person:7": "mei@example.com"})
    seal()

    with transaction.atomic():
        erased = erase_labels(actor=SYSTEM, person_id=7, reason="asked for it")
    seal()

    first, second, third, fourth = rows(AuditRecord.objects.order_by("id"))
    assert erased == 2  # her name once, however many records mention it, and her address
    assert (first.actor_label, second.ref_label, third.labels) == (None, None, {"person:7": None})
    assert (fourth.record.verb, fourth.record.new) == ("audit.labels_erased", {"labels": 2})
    assert verify().is_sound
    assert not AuditLabel.objects.filter(text__icontains="mei").exists()


@pytest.mark.django_db(transaction=True)
def test_seal_chains_everything_once() -> None:
    for number in range(5):
        with transaction.atomic():
            record(actor=MEI, verb="x.done", ref=Ref("ticket", number))

    counts = [seal(limit=3), seal(limit=3), seal(limit=3)]

    assert counts == [3, 2, 0]
    assert list(AuditSeal.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]


@pytest.mark.django_db
def test_filters_find_by_who_what_and_when() -> None:
    with clock.frozen(NOON), transaction.atomic():
        record(actor=MEI, verb="tickets.ticket_created", ref=INC)
        record(actor=SYSTEM, verb="accounts.person_changed", ref=Ref("person", 7, "Mei Lin"))

    def found(**by: object) -> list[str]:
        return [row.verb for row in filtered(**by)]  # type: ignore[arg-type]

    assert found(who="mei") == ["tickets.ticket_created"]
    assert found(who="system") == ["accounts.person_changed"]
    assert found(verb="tickets.") == ["tickets.ticket_created"]
    assert found(ref="INC-42") == ["tickets.ticket_created"]
    assert found(ref="person:7") == ["accounts.person_changed"]
    assert found(since=NOON, until=NOON) == []
    assert verbs() == ["accounts.person_changed", "tickets.ticket_created"]


@pytest.mark.django_db
def test_declared_triggers_are_there() -> None:
    assert trigger_faults() == []
