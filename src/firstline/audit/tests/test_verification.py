import json
from io import StringIO
from threading import Event, Thread

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstline.audit.actions import record, seal
from firstline.audit.chain import label_digest, label_hash
from firstline.audit.models import AuditPending, AuditSeal, canonical
from firstline.audit.queries import export, head, trigger_faults, verify
from firstline.audit.testing import without_triggers
from firstline.kit.actor import Actor
from firstline.kit.refs import Ref

MEI = Actor(kind="person", id=7, label="Mei Lin")
ROWS = 12


def act(number: int = 1, **more: object) -> None:
    with transaction.atomic():
        record(actor=MEI, verb="x.done", ref=Ref("ticket", number), **more)  # type: ignore[arg-type]


def sealed(count: int) -> None:
    for number in range(1, count + 1):
        act(number, new={"n": number})
    seal()


RECORD = "UPDATE audit_auditrecord SET {} WHERE id = (SELECT record_id FROM audit_auditseal WHERE seq = %s)"
TAMPERINGS = {
    "verb": RECORD.format("verb = 'x.denied'"),
    "new": RECORD.format("new = '{}'"),
    "actor": RECORD.format("actor_id = 8"),
    "labels": RECORD.format("labels = '{}'"),
    "hash": "UPDATE audit_auditseal SET hash = previous WHERE seq = %s",
    "previous": "UPDATE audit_auditseal SET previous = hash WHERE seq = %s",
    "link": "DELETE FROM audit_auditseal WHERE seq = %s",
    # PostgreSQL's foreign key would have to be dropped as well.
    "record": "DELETE FROM audit_auditrecord WHERE id = "
    "(SELECT record_id FROM audit_auditseal WHERE seq = %s)",
    "label gone": "DELETE FROM audit_auditlabel WHERE id <> -%s",
    "label": "UPDATE audit_auditlabel SET text = 'Eve' WHERE id <> -%s",
}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_tampering_is_found(data: st.DataObject) -> None:
    if not AuditSeal.objects.exists():
        sealed(ROWS)
        assert verify().is_sound
    possible = set(TAMPERINGS) - ({"record"} if connection.vendor == "postgresql" else set())
    how = data.draw(st.sampled_from(sorted(possible)))
    where = data.draw(st.integers(1, ROWS))

    with transaction.atomic():
        without_triggers(TAMPERINGS[how], [where])
        result = verify()
        transaction.set_rollback(True)

    assert not result.is_sound
    if not how.startswith("label"):
        assert result.first_fault is not None
        assert result.first_fault.seq in {where, where + 1} or result.first_fault.code == "record_unqueued"


@pytest.mark.django_db(transaction=True)
def test_verify_reports_the_unsealed_tail() -> None:
    sealed(2)
    act(3)

    result = verify()

    assert (result.sealed, result.unsealed_tail, result.first_fault) == (2, 1, None)


@pytest.mark.django_db(transaction=True)
def test_cut_off_end_is_found_with_an_anchor() -> None:
    sealed(3)
    noted = head()
    last = AuditSeal.objects.get(seq=3).record_id
    without_triggers("DELETE FROM audit_auditseal WHERE seq = %s", [3])
    without_triggers("DELETE FROM audit_auditrecord WHERE id = %s", [last])

    assert verify().is_sound
    result = verify(anchor=(noted.seq, noted.hash))

    assert result.first_fault is not None
    assert result.first_fault.code == "anchor_differs"


@pytest.mark.django_db(transaction=True)
def test_record_that_nobody_will_seal_is_found() -> None:
    act()
    AuditPending.objects.all().delete()

    result = verify()

    assert result.first_fault is not None
    assert result.first_fault.code == "record_unqueued"


@pytest.mark.django_db(transaction=True)
def test_missing_trigger_is_named() -> None:
    table = " ON audit_auditseal" if connection.vendor == "postgresql" else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_seal_keep{table}")
        faults = trigger_faults()
        transaction.set_rollback(True)

    assert faults == ["trigger audit_seal_keep on audit_auditseal is missing"]


@pytest.mark.django_db(transaction=True)
def test_record_waits_for_older_transactions() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: there is no older transaction")
    older_wrote, newer_committed = Event(), Event()

    def older() -> None:
        try:
            with transaction.atomic():
                record(actor=MEI, verb="x.older", ref=Ref("ticket", 1))
                older_wrote.set()
                newer_committed.wait(120)
        finally:
            connections.close_all()

    thread = Thread(target=older)
    thread.start()
    assert older_wrote.wait(120)
    act(2)
    sealed_early = seal()
    newer_committed.set()
    thread.join(120)
    sealed_late = seal()

    assert (sealed_early, sealed_late) == (0, 2)
    assert [s.record.verb for s in AuditSeal.objects.order_by("seq")] == ["x.older", "x.done"]


@pytest.mark.django_db(transaction=True)
def test_transactions_of_other_databases_do_not_hold_the_sealer_up() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one database per file")
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    with connection.Database.connect(**parameters) as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        act()

        assert seal() == 1


@pytest.mark.django_db(transaction=True)
def test_export_is_enough_to_prove_labels_elsewhere() -> None:
    sealed(2)

    lines = [json.loads(line) for line in export()]

    assert [line["seq"] for line in lines] == [1, 2]
    label = lines[0]["labels"]["actor"]
    assert label["text"] == "Mei Lin"
    assert label_digest(label["salt"], label["text"]) == label["digest"]
    assert label_hash({"actor": label["digest"]}) == lines[0]["record"]["label_hash"]


@pytest.mark.django_db(transaction=True)
def test_command_exits_with_1_on_a_fault() -> None:
    sealed(2)
    good, bad = StringIO(), StringIO()
    call_command("audit", "verify", "--json", stdout=good)
    without_triggers(TAMPERINGS["verb"], [2])

    with pytest.raises(SystemExit) as caught:
        call_command("audit", "verify", stdout=StringIO(), stderr=bad)

    assert json.loads(good.getvalue())["sound"] is True
    assert caught.value.code == 1
    assert "not what link 2 sealed" in bad.getvalue()


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_canonical_spelling_is_stable(value: object) -> None:
    assert canonical(json.loads(canonical(value))) == canonical(value)
