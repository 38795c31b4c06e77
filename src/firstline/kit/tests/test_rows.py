"""Rows written by prepared SQL are those that Django would have written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstline.kit import rows
from firstline.organizations.models import Organization, Site
from firstline.outbox.enums import JobState
from firstline.outbox.models import Event, Job

pytestmark = pytest.mark.django_db

AT = datetime(2026, 2, 28, 23, 59, 59, 250_000, tzinfo=UTC)


def job(number: int, event: Event | None = None) -> Job:
    return Job(name=f"kit.try_{number}", args={"ids": [number, "é"]}, event=event, created_at=AT, run_at=AT)


def event() -> Event:
    return Event(name="kit.tried", payload={"a": None}, at=AT, depth=0, causal_id="c", actor_kind="system")


def test_rows_get_their_keys_in_one_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        made = rows.insert([job(1), job(2), job(3)])

    assert len(queries) == 1
    assert [Job.objects.get(pk=each.pk).name for each in made] == ["kit.try_1", "kit.try_2", "kit.try_3"]
    assert not any(each._state.adding for each in made)


def test_every_kind_of_value_comes_back_as_djangos_own_insert_keeps_it() -> None:
    mine = rows.insert([event()])[0]
    theirs = event()
    theirs.save(force_insert=True)
    rows.insert([job(1, mine)])
    Job.objects.bulk_create([job(1, theirs)])

    one, two = Job.objects.order_by("pk").values(), list(Job.objects.order_by("pk").values())[1]
    first, second = (Event.objects.get(pk=pk) for pk in (mine.pk, theirs.pk))
    assert {**one[0], "id": 0, "event_id": 0} == {**two, "id": 0, "event_id": 0}
    assert (first.at, first.payload) == (second.at, second.payload)
    assert Job.objects.filter(event=mine, run_at=AT, lease_id=None, state=JobState.READY).count() == 1


def test_a_key_of_ones_own_is_kept() -> None:
    made = Organization.objects.create(name="Contoso")

    rows.insert([Site(id=made.pk + 700, organization=made, name="Harbour")])

    assert Site.objects.get(name="Harbour").pk == made.pk + 700


def test_many_rows_are_written_too() -> None:
    made = rows.insert([job(number) for number in range(40)])

    assert Job.objects.filter(pk__in=[each.pk for each in made]).count() == 40
    assert rows.insert([]) == []


def test_update_sets_what_it_is_told_and_says_whether_there_was_a_row() -> None:
    made = rows.insert([job(1)])[0]
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))

    assert rows.update(Job, made.pk, state=JobState.DEAD, run_at=elsewhere, args={}, event_id=None) == 1
    assert rows.update(Job, made.pk + 1, state=JobState.DEAD) == 0
    assert Job.objects.filter(pk=made.pk, state="dead", run_at=AT, args={}).exists()


def test_store_adds_a_new_row_and_sets_a_known_one() -> None:
    made = job(1)

    rows.store(made)
    made.name, made.attempts = "kit.try_again", 3
    rows.store(made)

    assert list(Job.objects.values_list("name", "attempts")) == [("kit.try_again", 3)]
