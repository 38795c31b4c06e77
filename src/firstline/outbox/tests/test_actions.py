import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db import transaction as database
from django.test.utils import CaptureQueriesContext

from firstline.audit.actions import record, seal
from firstline.audit.models import AuditRecord
from firstline.audit.queries import rows
from firstline.kit import clock
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.errors import DomainError
from firstline.kit.refs import Ref
from firstline.outbox import bus, running
from firstline.outbox.actions import enqueue, publish, push, recheck, transaction
from firstline.outbox.enums import CHAIN_DEPTH_MAX
from firstline.outbox.events import (
    Args,
    Context,
    Drop,
    GiveUp,
    Retry,
    RetryLater,
    event,
    handles,
    job,
    periodic,
)
from firstline.outbox.models import Event, Job
from firstline.outbox.testing import drain, registry, run_periodic

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MEI = Actor(kind="person", id=7, label="Mei Lin", request_id="r-1")


@pytest.fixture(autouse=True)
def own_registry() -> Iterator[None]:
    with registry():
        yield


@dataclass(frozen=True)
class Boiled:
    kettle_id: int
    note: str = ""


def declare() -> tuple[list[tuple[Boiled, Context]], list[tuple[Args, Context]]]:
    handled: list[tuple[Boiled, Context]] = []
    worked: list[tuple[Args, Context]] = []
    event("kitchen.kettle_boiled")(Boiled)

    @handles(Boiled, name="tea.brew")
    def brew(happened: Boiled, context: Context) -> None:
        handled.append((happened, context))

    @job("tea.pour")
    def pour(args: Args, context: Context) -> None:
        worked.append((args, context))

    return handled, worked


@pytest.mark.django_db
def test_handler_gets_the_event_and_who_started_the_chain() -> None:
    handled, _ = declare()

    with transaction():
        event_id = publish(Boiled(3, "hot"), actor=MEI)
    drain()

    ((happened, context),) = handled
    assert happened == Boiled(3, "hot")
    assert (context.event_id, context.attempt) == (event_id, 1)
    assert (context.actor.kind, context.actor.label) == ("automation", "tea.brew")
    assert (context.actor.causal_id, context.actor.depth) == ("r-1", 1)
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_announced_by_a_transaction_that_fails() -> None:
    handled, _ = declare()

    with contextlib.suppress(ZeroDivisionError), transaction():
        publish(Boiled(3), actor=MEI)
        raise ZeroDivisionError
    drain()

    assert handled == []


@pytest.mark.django_db(transaction=True)
def test_doors_need_a_transaction_and_only_one() -> None:
    declare()

    with pytest.raises(RuntimeError, match="inside the transaction"):
        publish(Boiled(3), actor=MEI)
    with pytest.raises(RuntimeError, match="inside the transaction"):
        enqueue("tea.pour", {})
    with database.atomic(), pytest.raises(RuntimeError, match="durable"), transaction():
        pass
    with database.atomic():
        enqueue("tea.pour", {})
        with pytest.raises(RuntimeError, match="never run inside"):
            drain()


@pytest.mark.django_db(transaction=True)
def test_audit_and_event_cost_two_inserts(django_assert_num_queries: object) -> None:
    declare()
    ref = Ref("kettle", 3, "K-3")
    with transaction():  # The actor's name is kept once.
        record(actor=MEI, verb="kitchen.kettle_boiled", ref=ref)

    with database.atomic(), django_assert_num_queries(2):  # type: ignore[operator]
        record(actor=MEI, verb="kitchen.kettle_boiled", ref=ref)
        publish(Boiled(3), actor=MEI)


@pytest.mark.django_db
def test_chain_that_goes_in_circles_is_stopped() -> None:
    declare()

    @handles(Boiled, name="tea.again")
    def again(happened: Boiled, context: Context) -> None:
        with transaction():
            publish(Boiled(happened.kettle_id + 1), actor=context.actor)

    with transaction():
        publish(Boiled(1), actor=MEI)
    with pytest.raises(DomainError) as caught:
        drain()

    assert caught.value.code == "event_chain_too_deep"
    assert Event.objects.count() == CHAIN_DEPTH_MAX + 1
    assert set(Event.objects.values_list("causal_id", flat=True)) == {"r-1"}


@pytest.mark.django_db
def test_job_waits_for_its_time() -> None:
    _, worked = declare()

    with clock.frozen(NOON):
        with transaction():
            enqueue("tea.pour", {"cup": 1}, run_at=NOON + timedelta(minutes=5), actor=MEI)
        early = drain()
        clock.advance(timedelta(minutes=5))
        late = drain()

    assert (early, late) == (0, 1)
    assert worked[0][0] == {"cup": 1}
    assert worked[0][1].actor.causal_id == "r-1"


@pytest.mark.django_db
def test_job_with_a_dedupe_key_waits_once() -> None:
    _, worked = declare()

    with transaction():
        answers = [enqueue("tea.pour", {"cup": n}, dedupe="cup") for n in (1, 2)]
    drain()
    with transaction():
        answers.append(enqueue("tea.pour", {"cup": 3}, dedupe="cup"))
    drain()

    assert answers == [True, False, True]
    assert [args for args, _ in worked] == [{"cup": 1}, {"cup": 3}]


@pytest.mark.django_db
def test_failing_job_is_retried_later_and_later_then_dead() -> None:
    tries: list[int] = []

    @job("tea.spill", retry=Retry(attempts=3, base_seconds=10))
    def spill(_args: Args, context: Context) -> None:
        tries.append(context.attempt)
        raise OSError("wet")

    with clock.frozen(NOON):
        with transaction():
            enqueue("tea.spill", {})
        waits = []
        for _ in range(3):
            drain(allow_failures=True)
            waits.append((Job.objects.get().run_at - clock.now()).total_seconds())
            clock.advance(timedelta(hours=1))
        assert drain() == 0

    dead = Job.objects.get()
    assert tries == [1, 2, 3]
    assert 8 <= waits[0] <= 12
    assert 16 <= waits[1] <= 24
    assert (dead.state, "OSError: wet" in dead.error) == ("dead", True)


@pytest.mark.django_db
def test_job_decides_its_own_fate() -> None:
    @job("tea.drop")
    def drop(_args: Args, _context: Context) -> None:
        raise Drop("cold already")

    @job("tea.give_up")
    def give_up(_args: Args, _context: Context) -> None:
        raise GiveUp("no such cup")

    @job("tea.later")
    def later(_args: Args, _context: Context) -> None:
        raise RetryLater(90)

    with clock.frozen(NOON):
        with transaction():
            for name in ("tea.drop", "tea.give_up", "tea.later"):
                enqueue(name, {})
        drain(allow_failures=True)

    left = {row.name: (row.state, row.run_at) for row in Job.objects.all()}
    assert set(left) == {"tea.give_up", "tea.later"}
    assert left["tea.give_up"][0] == "dead"
    assert left["tea.later"] == ("ready", NOON + timedelta(seconds=90))


@pytest.mark.django_db
def test_payload_of_another_version_is_read_as_far_as_known() -> None:
    handled, _ = declare()
    with transaction():
        publish(Boiled(3), actor=MEI)
    Event.objects.update(payload={"kettle_id": 3, "colour": "red"})

    drain()

    assert handled[0][0] == Boiled(3)


@pytest.mark.django_db
def test_job_of_a_removed_name_is_a_dead_letter() -> None:
    declare()
    with transaction():
        enqueue("tea.pour", {})
    Job.objects.update(name="tea.forgotten")

    drain(allow_failures=True)

    assert Job.objects.get().state == "dead"


@pytest.mark.django_db
def test_periodic_job_runs_each_tick_even_after_a_failure() -> None:
    ran: list[datetime] = []

    @periodic("tea.refill", seconds=60)
    def refill(_context: Context) -> None:
        ran.append(clock.now())
        if len(ran) == 1:
            raise OSError("empty")

    with clock.frozen(NOON):
        with pytest.raises(OSError, match="empty"):
            run_periodic("tea.refill")
        assert Job.objects.get().state == "dead"
        run_periodic("tea.refill")

    assert len(ran) == 2
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_push_reaches_the_bus_after_the_commit_only() -> None:
    heard: list[bus.Message] = []
    stop = bus.current().listen(heard.append)

    with contextlib.suppress(ZeroDivisionError), transaction():
        push("ticket:1")
        raise ZeroDivisionError
    with transaction():
        push("ticket:2", {"message_id": 5})
        recheck(7)
        assert heard == []
    stop()

    assert [(m["kind"], m.get("topic")) for m in heard] == [("changed", "ticket:2"), ("recheck", None)]
    assert heard[0]["data"] == {"message_id": 5}


@pytest.mark.django_db
def test_old_events_are_forgotten_but_not_those_of_dead_letters() -> None:
    event("kitchen.kettle_boiled")(Boiled)

    @handles(Boiled, name="tea.fail_on_odd", retry=Retry(attempts=1))
    def fail_on_odd(happened: Boiled, _context: Context) -> None:
        if happened.kettle_id % 2:
            raise OSError

    with clock.frozen(NOON):
        with transaction():
            for number in (1, 2):
                publish(Boiled(number), actor=SYSTEM)
        drain(allow_failures=True)
        clock.advance(timedelta(days=8))
        run_periodic("outbox.clean")

    assert [e.payload["kettle_id"] for e in Event.objects.all()] == [1]


@pytest.mark.django_db(transaction=True)
def test_trail_is_checked_once_a_day_and_the_result_kept_in_it() -> None:
    with transaction():
        record(actor=MEI, verb="kitchen.opened", ref=Ref("kitchen", 1))
    seal()

    run_periodic("outbox.check_audit")

    kept = AuditRecord.objects.get(verb="audit.checked")
    assert (kept.new["sealed"], kept.new["fault"]) == (1, None)
    assert rows([kept])[0].actor_label == "outbox.check_audit"


def test_names_are_declared_once() -> None:
    declare()

    with pytest.raises(ValueError, match="twice"):
        event("kitchen.kettle_boiled")(Boiled)
    with pytest.raises(ValueError, match="twice"):
        job("tea.pour")(lambda args, context: None)
    with pytest.raises(TypeError, match="not declared"):
        handles(int, name="x.y")(lambda happened, context: None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 3])
def test_books_of_many_jobs_take_as_many_statements_as_of_one(count: int) -> None:
    job("tea.pour")(lambda args, context: None)
    with transaction():
        for _ in range(count):
            enqueue("tea.pour", {})

    with CaptureQueriesContext(connection) as claiming:
        jobs = running.claim(8)
    with CaptureQueriesContext(connection) as finishing:
        running.finish(jobs)

    statements = [each["sql"] for each in (*claiming, *finishing) if each["sql"].split()[0] in _STATEMENTS]
    assert len(jobs) == count
    assert len(statements) == 4


_STATEMENTS = {"SELECT", "UPDATE", "DELETE", "INSERT"}
