"""Jobs let requests pass, but not for ever."""

import threading
import time
from collections.abc import Iterator

import pytest

from firstline.outbox import courtesy

PATIENCE_SECONDS = 60


@pytest.fixture
def busy() -> Iterator[threading.Event]:
    """A request is being answered until the event is set."""
    began, end = threading.Event(), threading.Event()

    def answer() -> None:
        with courtesy.answering():
            began.set()
            end.wait(PATIENCE_SECONDS)

    thread = threading.Thread(target=answer)
    thread.start()
    assert began.wait(PATIENCE_SECONDS)
    yield end
    end.set()
    thread.join()


def test_job_waits_for_the_request_to_end(busy: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    began = threading.Event()

    def work() -> None:
        with courtesy.after_requests():
            began.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not courtesy.is_quiet()
    assert not began.is_set()
    busy.set()
    assert began.wait(PATIENCE_SECONDS)
    thread.join()


def test_job_that_waited_long_enough_begins_beside_requests(busy: threading.Event) -> None:
    start = time.monotonic()

    with courtesy.after_requests(waited_seconds=3600):
        assert not courtesy.is_quiet()

    with courtesy.after_requests():  # patience ends while the request goes on
        assert time.monotonic() - start >= courtesy.PATIENCE_SECONDS


def test_a_slow_job_beside_requests_holds_up_another_only_for_a_moment(busy: threading.Event) -> None:
    with courtesy.after_requests(waited_seconds=3600):
        start = time.monotonic()
        other = threading.Thread(target=lambda: _run_one(waited_seconds=3600))
        other.start()
        other.join(PATIENCE_SECONDS)

    assert not other.is_alive()
    assert time.monotonic() - start >= courtesy.PATIENCE_SECONDS


def _run_one(*, waited_seconds: float) -> None:
    with courtesy.after_requests(waited_seconds=waited_seconds):
        pass
