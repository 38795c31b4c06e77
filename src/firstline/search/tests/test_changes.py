"""The index follows changes: soon, once, in the right order, and past records that cannot be read."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta

import pytest
from django.db import transaction

from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.outbox.testing import drain
from firstline.search import change_actions, queries
from firstline.search.actions import Document, touch
from firstline.search.models import IndexChange
from firstline.search.queries import Source, forget_source, register_source

pytestmark = pytest.mark.django_db(transaction=True)

READER = Actor(kind="person", id=1, label="Mei", organization_id=1)


class Shelf:
    """Books as another slice would hold them."""

    def __init__(self) -> None:
        self.titles: dict[int, str] = {}
        self.asked: list[list[int]] = []
        self.during_read: list[tuple[int, str]] = []
        self.torn: set[int] = set()

    def put(self, number: int, title: str | None) -> None:
        with transaction.atomic():
            if title is None:
                self.titles.pop(number, None)
            else:
                self.titles[number] = title
            touch(kind="book", object_ids=[number])

    def documents(self, ids: Sequence[int]) -> Iterable[Document]:
        self.asked.append(list(ids))
        if self.torn & set(ids):
            raise ValueError("torn")
        found = [
            Document(
                kind="book",
                object_id=pk,
                organization_id=1,
                title=self.titles[pk],
                text="",
                visibility=["org:1"],
            )
            for pk in ids
            if pk in self.titles
        ]
        for number, title in self.during_read:
            self.during_read = []
            self.put(number, title)
            change_actions.work_off()
        return found

    def visible(self, _actor: Actor, ids: Collection[int]) -> set[int]:
        return set(ids) & set(self.titles)

    def ids_after(self, after: int, limit: int) -> Sequence[int]:
        return sorted(pk for pk in self.titles if pk > after)[:limit]


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    books = Shelf()
    register_source(
        Source(
            kind="book",
            label="Book",
            icon="book",
            documents=books.documents,
            ids_after=books.ids_after,
            visible=books.visible,
            url=lambda pk, _actor: f"/books/{pk}/",
            tokens=lambda actor: [f"org:{actor.organization_id}"],
        )
    )
    yield books
    forget_source("book")


def found(text: str) -> list[int]:
    return [hit.object_id for hit in queries.find(READER, text, kinds=["book"]).hits]


def test_a_change_is_found_after_the_worker_and_a_removed_record_is_not(shelf: Shelf) -> None:
    shelf.put(1, "Printer manual")
    shelf.put(2, "VPN manual")
    assert found("manual") == []

    drain()
    assert sorted(found("manual")) == [1, 2]

    shelf.put(1, "Scanner manual")
    shelf.put(2, None)
    drain()
    assert (found("printer"), found("scanner"), found("vpn")) == ([], [1], [])
    assert IndexChange.objects.count() == 0


def test_many_changes_of_one_record_are_read_once(shelf: Shelf) -> None:
    for title in ("one", "two", "three"):
        shelf.put(1, title)

    drain()

    assert (shelf.asked, found("three"), found("one")) == ([[1]], [1], [])


def test_what_was_read_before_a_change_never_overwrites_it(shelf: Shelf) -> None:
    shelf.put(1, "old words")
    shelf.during_read = [(1, "new words")]

    drain()

    assert (found("new"), found("old")) == ([1], [])


def test_a_bulk_change_waits_for_the_child_and_a_newer_single_one_takes_it_along(shelf: Shelf) -> None:
    shelf.titles = {1: "first words", 2: "second words"}
    with transaction.atomic():
        touch(kind="book", object_ids=[1, 2], is_bulk=True)
    change_actions.work_off()
    assert found("words") == []

    shelf.put(1, "newer words")
    change_actions.work_off()

    assert found("words") == [1]
    assert change_actions.waiting_count(is_bulk=True) == 1
    assert change_actions.work_off(is_bulk=True) == 1
    assert sorted(found("words")) == [1, 2]


def test_a_record_that_cannot_be_read_holds_nobody_up_and_is_tried_again(shelf: Shelf) -> None:
    shelf.put(1, "torn words")
    shelf.put(2, "whole words")
    shelf.torn = {1}

    drain()
    assert found("words") == [2]
    assert IndexChange.objects.get().attempts == 1

    shelf.torn = set()
    drain()
    assert found("words") == [2]
    with clock.frozen(clock.now() + timedelta(seconds=6)):
        drain()
    assert sorted(found("words")) == [1, 2]


def test_a_change_is_noted_in_its_transaction_only() -> None:
    with pytest.raises(RuntimeError):
        touch(kind="book", object_ids=[1])
