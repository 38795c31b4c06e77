"""The whole index made anew: whole, resumable, alone, and beside changes."""

from datetime import timedelta

import pytest
from django.db import transaction

from firstline.accounts.testing import make_actor, make_person
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.kit.errors import Conflict, NotAllowed
from firstline.outbox.models import Job
from firstline.outbox.testing import drain, run_periodic
from firstline.search import queries, rebuild_actions
from firstline.search.actions import index, touch
from firstline.search.analysis import VERSION
from firstline.search.enums import RebuildState
from firstline.search.models import Entry, IndexChange, Rebuild
from firstline.search.rebuild_actions import Stopped, ask_rebuild, drive
from firstline.search.sources import sources
from firstline.search.tests.test_changes import READER, Shelf, shelf  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def only_books(monkeypatch: pytest.MonkeyPatch, shelf: Shelf) -> None:  # noqa: F811
    books = [source for source in sources() if source.kind == "book"]
    monkeypatch.setattr(rebuild_actions, "sources", lambda: books)
    monkeypatch.setattr(rebuild_actions, "BATCH", 3)


def found(text: str = "words") -> list[int]:
    return sorted(hit.object_id for hit in queries.find(READER, text, kinds=["book"], limit=100).hits)


def put_away(kind: str, number: int) -> None:
    """A document whose record is gone."""
    with transaction.atomic():
        index(
            kind=kind, object_id=number, organization_id=1, title="ghost words", text="", visibility=["org:1"]
        )


def test_everything_is_found_again_and_ghosts_go(shelf: Shelf) -> None:  # noqa: F811
    shelf.titles = {number: f"book {number} words" for number in range(1, 9)}
    for number in (4, 99):
        put_away("book", number)
    put_away("scroll", 1)
    del shelf.titles[4]
    seen: list[int] = []

    rebuild = drive(actor=SYSTEM, progress=lambda state: seen.append(state.done))

    assert found() == [1, 2, 3, 5, 6, 7, 8]
    assert set(Entry.objects.values_list("kind", flat=True)) == {"book"}
    assert (rebuild.state, rebuild.done, rebuild.total, rebuild.version) == (RebuildState.DONE, 7, 7, VERSION)
    assert seen[:3] == [3, 6, 7]
    assert not IndexChange.objects.exists()


def test_one_that_was_stopped_goes_on_from_its_cursor(shelf: Shelf) -> None:  # noqa: F811
    shelf.titles = {number: f"book {number} words" for number in range(1, 9)}
    steps = iter([False, False, True, True])
    with pytest.raises(Stopped):
        drive(actor=SYSTEM, should_stop=lambda: next(steps))
    shelf.asked.clear()

    drive(actor=SYSTEM)

    assert found() == list(range(1, 9))
    assert [1, 2, 3] not in shelf.asked
    assert Rebuild.objects.count() == 1


def test_one_that_was_killed_after_its_notes_loses_none(shelf: Shelf) -> None:  # noqa: F811
    shelf.titles = {number: f"book {number} words" for number in range(1, 6)}
    now = clock.now()
    with transaction.atomic():
        touch(kind="book", object_ids=[1, 2, 3], is_bulk=True)
        Rebuild.objects.create(
            kind="book", after_id=3, done=3, total=5, driver="dead", version=VERSION,
            started_at=now, beat_at=now - timedelta(seconds=60),
        )  # fmt: skip

    assert drive(actor=SYSTEM).done == 5
    assert found() == [1, 2, 3, 4, 5]


def test_only_one_drives(shelf: Shelf) -> None:  # noqa: F811
    now = clock.now()
    Rebuild.objects.create(driver="other", version=VERSION, started_at=now, beat_at=now)

    with pytest.raises(Conflict):
        drive(actor=SYSTEM)


def test_a_change_during_the_rebuild_wins(shelf: Shelf) -> None:  # noqa: F811
    shelf.titles = {1: "old words", 2: "other words"}
    shelf.during_read = [(1, "new words")]

    drive(actor=SYSTEM)

    assert (found("new"), found("old")) == ([1], [])


def test_an_administrator_asks_and_a_job_does_it(shelf: Shelf) -> None:  # noqa: F811
    shelf.titles = {1: "first words"}
    with pytest.raises(NotAllowed):
        ask_rebuild(actor=make_actor("Tom", "technician"))

    first = ask_rebuild(actor=make_actor("Ada", "administrator"))
    assert ask_rebuild(actor=make_actor("Ben", "administrator")).pk == first.pk
    drain()

    assert found() == [1]
    assert Rebuild.objects.get().state == RebuildState.DONE
    assert Job.objects.count() == 0


def test_a_new_analyser_makes_the_index_anew_by_itself(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    shelf.titles = {1: "first words"}
    run_periodic("search.tend")
    run_periodic("search.tend")
    assert Rebuild.objects.filter(state=RebuildState.DONE, version=VERSION).count() == 1

    monkeypatch.setattr(rebuild_actions, "VERSION", VERSION + 1)
    run_periodic("search.tend")

    assert Rebuild.objects.filter(state=RebuildState.DONE, version=VERSION + 1).count() == 1
    assert found() == [1]


def test_children_analyse_a_large_rebuild(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [source for source in sources() if source.kind == "person"]
    monkeypatch.setattr(rebuild_actions, "sources", lambda: people)
    monkeypatch.setattr(rebuild_actions, "HELPED_MIN", 1)
    made = [make_person(name=f"Child {number}") for number in range(7)]
    alone: list[str] = []
    monkeypatch.setattr(rebuild_actions, "_bring_up_to_date", lambda kind, _ids: alone.append(kind))

    rebuild = drive(actor=SYSTEM)

    assert (rebuild.state, rebuild.done, alone) == (RebuildState.DONE, rebuild.total, [])
    indexed = set(Entry.objects.filter(kind="person").values_list("object_id", flat=True))
    assert {person.pk for person in made} <= indexed
    assert not IndexChange.objects.exists()


def test_a_rebuild_goes_on_without_its_children(
    shelf: Shelf,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf.titles = {number: f"book {number} words" for number in range(1, 9)}
    monkeypatch.setattr(rebuild_actions, "HELPED_MIN", 1)

    drive(actor=SYSTEM)  # the children know nothing of this kind, which only the test registered

    assert found() == [1, 2, 3, 4, 5, 6, 7, 8]
