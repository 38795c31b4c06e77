"""kill -9 of the real service under load: what was acknowledged exists exactly once, nothing is half-written.

`./firstline test --campaign crashes` runs it for ten minutes.
"""

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from tests.campaigns.books import Books
from tests.campaigns.load import Load
from tests.campaigns.process import Service, is_full, run, settle, wait_until

# Between write, commit, dispatch and acknowledgement; how many passes may go by before the end.
POINTS = {
    "after_write": 8,
    "before_commit": 25,
    "after_commit": 25,
    "after_dispatch": 4,
    "before_ack": 12,
    "mail_stored": 3,
    "mail_before_ack": 3,
    "mail_sent": 4,
}
# Besides: the whole service at any moment, and only the process that does its jobs.
RANDOM, WORKER = "random", "worker"
FULL_SECONDS = 600
REACH_SECONDS = 400
DRAIN_SECONDS = 300
PACE_SECONDS = 0.2


class Crashes:
    """The rounds of one campaign and what was killed where."""

    def __init__(self, data: Path, seed: int) -> None:
        self.data = data
        self.seed = seed
        self.random = Random(seed)
        self.cast = settle(data)
        self.service = Service(data)
        self.load = Load(self.service, self.cast, seed, PACE_SECONDS)
        self.points: Counter[str] = Counter()
        self.rounds = 0
        self.verified = 0

    def run(self) -> None:
        self.service.start()
        self.load.start()
        until = time.monotonic() + FULL_SECONDS if is_full() else 0.0
        while True:
            plan = [*POINTS, RANDOM, WORKER]
            self.random.shuffle(plan)
            for place in plan:
                self.crash(place)
            if time.monotonic() >= until:
                break
        if self.service.has_died:
            self.service.start()
        self.load.finish()

    def crash(self, place: str) -> None:
        """One round: run under load, die, leave the folder as it is."""
        if place in {RANDOM, WORKER}:
            self._ready("")
            threading.Event().wait(self.random.uniform(0.2, 2.0))
            if place == RANDOM:
                self.verify_audit()
                self.service.kill()
            else:
                self._kill_worker()
        else:
            if not self.service.has_died:
                self.service.kill()
            self._ready(f"{place}:{self.random.randint(1, POINTS[place])}")
            wait_until(lambda: self.service.has_died, REACH_SECONDS, f"reaching {place}")
            assert self.service.process is not None
            assert self.service.process.returncode == -9, self.service.log_text()[-2000:]
        assert self.load.faults == []
        self.points[place] += 1
        self.rounds += 1

    @property
    def summary(self) -> str:
        load = self.load
        places = ", ".join(f"{name} {count}" for name, count in sorted(self.points.items()))
        return (
            f"crashes from seed {self.seed}: {self.rounds} rounds ({places}); acknowledged "
            f"{len(load.tickets)} creates, {len(load.replies)} replies, {len(load.mails)} mails; "
            f"{sum(load.repeats.values())} repeats; audit verified {self.verified} times beside the service"
        )

    def _kill_worker(self) -> None:
        """The service goes on, and starts another."""
        wait_until(self.service.worker_pid, what="a process for the jobs")
        killed = self.service.worker_pid()
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: self.service.worker_pid() not in {None, killed}, what="another for the jobs")
        assert not self.service.has_died

    def _ready(self, failpoint: str) -> None:
        if self.service.has_died or failpoint:
            self.service.start(failpoint)

    def verify_audit(self) -> None:
        """The chain holds while the service works on it."""
        run(self.data, "firstline.config.commands", "audit", "verify")
        self.verified += 1


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Crashes:
    campaign = Crashes(tmp_path_factory.mktemp("crashes") / "data", seed=int(time.time()) if is_full() else 1)
    try:
        campaign.run()
        wait_until(Books(campaign.data).is_quiet, DRAIN_SECONDS, "the end of all jobs")
        campaign.verify_audit()
        print(f"\n{campaign.summary}")
    finally:
        campaign.service.stop()
    return campaign


@pytest.fixture
def books(crashed: Crashes) -> Books:
    return Books(crashed.data)


@pytest.mark.campaign
def test_every_point_killed_and_every_client_served(crashed: Crashes) -> None:
    assert set(crashed.points) == {*POINTS, RANDOM, WORKER}
    assert crashed.load.faults == []
    assert min(len(crashed.load.tickets), len(crashed.load.replies), len(crashed.load.mails)) > 0


@pytest.mark.campaign
def test_acknowledged_tickets_exist_exactly_once(crashed: Crashes, books: Books) -> None:
    subjects = Counter(books.column("SELECT subject FROM tickets_ticket WHERE channel = 'api'"))

    assert subjects == {f"Crash campaign {mark}": 1 for mark in crashed.load.tickets}


@pytest.mark.campaign
def test_acknowledged_replies_exist_exactly_once(crashed: Crashes, books: Books) -> None:
    texts = Counter(books.column("SELECT body_text FROM tickets_message WHERE body_text LIKE 'About m%'"))

    assert {text.strip(): n for text, n in texts.items()} == {
        f"About {mark}.": 1 for mark in crashed.load.replies
    }


@pytest.mark.campaign
def test_acknowledged_mails_became_one_ticket_each(crashed: Crashes, books: Books) -> None:
    stored = Counter(books.column("SELECT message_id FROM mail_inboundmessage"))
    tickets = Counter(books.column("SELECT subject FROM tickets_ticket WHERE channel = 'mail'"))

    assert {key.strip("<>"): n for key, n in stored.items()} == {
        f"{mark}@works.example": 1 for mark in crashed.load.mails
    }
    assert tickets == {f"Crash campaign {mark}": 1 for mark in crashed.load.mails}


@pytest.mark.campaign
def test_nothing_is_half_written(books: Books) -> None:
    numbers = books.column("SELECT number FROM tickets_ticket ORDER BY number")

    assert numbers == list(range(1, len(numbers) + 1))
    assert books.half_written() == {}


@pytest.mark.campaign
def test_every_receipt_that_is_due_is_there_once_and_no_other(crashed: Crashes, books: Books) -> None:
    sent = Counter(books.column("SELECT message_id FROM mail_outboundmessage"))
    receipts = {key for key in sent if ".receipt@" in key}

    assert set(sent.values()) == {1}
    assert receipts == books.receipts_due()
    print(f"\n{len(receipts)} receipts for {len(crashed.load.tickets) + len(crashed.load.mails)} tickets")


@pytest.mark.campaign
def test_jobs_finish_and_the_database_is_sound(books: Books) -> None:
    # A periodic job that was killed too often lies still until its next tick.
    dead = "state = 'dead' AND name NOT IN (SELECT name FROM outbox_schedule)"
    assert books.rows(f"SELECT name, error FROM outbox_job WHERE {dead}") == []
    assert books.damage() == []
    sent = Counter(books.column("SELECT state FROM mail_outboundmessage"))
    assert set(sent) <= {"sent"}
