"""The bus between the process with the pages and the one with the jobs."""

import threading
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from firstline.outbox import pair, wakeup
from firstline.outbox.bus import Message

PATIENCE_SECONDS = 60
CHANGE: Message = {"kind": "changed", "topic": "ticket:42", "version": 7, "data": {"version": 3}}


class Ends:
    """Both processes, and what each one heard."""

    def __init__(self) -> None:
        here, there = pair.connected()
        self.service, self.worker = pair.PairBus(here, pair.wakes), pair.PairBus(there, pair.news)
        self.at_service: SimpleQueue[Message] = SimpleQueue()
        self.at_worker: SimpleQueue[Message] = SimpleQueue()
        self.service.listen(self.at_service.put)
        self.worker.listen(self.at_worker.put)


@pytest.fixture
def ends() -> Iterator[Ends]:
    both = Ends()
    yield both
    both.service.close()
    both.worker.close()


def test_what_the_worker_changed_reaches_pages(ends: Ends) -> None:
    ends.worker.publish(CHANGE)

    assert ends.at_service.get(timeout=PATIENCE_SECONDS) == CHANGE


def test_a_commit_of_a_page_wakes_the_worker(ends: Ends) -> None:
    woken = threading.Event()
    wakeup.listen(woken)
    try:
        ends.service.publish({"kind": "wake"})

        assert ends.at_worker.get(timeout=PATIENCE_SECONDS) == {"kind": "wake"}
        assert woken.wait(PATIENCE_SECONDS)
    finally:
        wakeup.forget(woken)


def test_only_what_concerns_the_other_is_told(ends: Ends) -> None:
    ends.service.publish(CHANGE)
    ends.service.publish({"kind": "wake"})
    ends.worker.publish({"kind": "wake"})
    ends.worker.publish(CHANGE)

    assert ends.at_worker.get(timeout=PATIENCE_SECONDS) == {"kind": "wake"}
    assert [ends.at_service.get(timeout=PATIENCE_SECONDS) for _ in range(3)] == [
        CHANGE, {"kind": "wake"}, CHANGE,
    ]  # fmt: skip


def test_details_too_long_to_carry_stay_behind(ends: Ends) -> None:
    ends.worker.publish({**CHANGE, "data": {"ids": list(range(30_000))}})

    told = ends.at_service.get(timeout=PATIENCE_SECONDS)
    assert told == {"kind": "changed", "topic": "ticket:42", "version": 7}


def test_who_had_no_room_hears_of_a_gap() -> None:
    here, there = pair.connected()
    worker = pair.PairBus(there, pair.news)
    for _ in range(10_000):  # Nobody takes them yet: at some point there is no room.
        worker.publish(CHANGE)
    kinds: SimpleQueue[str] = SimpleQueue()
    service = pair.PairBus(here, pair.wakes)
    service.listen(lambda message: kinds.put(message["kind"]))
    heard: set[str] = set()
    while "gap" not in heard:
        worker.publish(CHANGE)
        heard.add(kinds.get(timeout=PATIENCE_SECONDS))
    service.close()
    worker.close()


def test_nobody_there_is_no_fault(ends: Ends) -> None:
    ends.worker.close()

    ends.service.publish({"kind": "wake"})
    ends.service.missed()

    assert ends.at_service.get(timeout=PATIENCE_SECONDS) == {"kind": "wake"}
    assert ends.at_service.get(timeout=PATIENCE_SECONDS)["kind"] == "gap"
