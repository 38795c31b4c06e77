"""Requests compute one after another, and pass by one that takes long."""

import threading

from firstline.config.turns import Turns

PATIENCE_SECONDS = 60
FOR_EVER = 3600.0


def test_one_computes_at_a_time() -> None:
    turns, guard = Turns(FOR_EVER), threading.Lock()
    inside, most, done = 0, 0, 0

    def compute() -> None:
        nonlocal inside, most, done
        for _ in range(50):
            with turns.taken() as is_mine:
                assert is_mine
                with guard:
                    inside += 1
                    most = max(most, inside)
                with guard:
                    inside -= 1
                    done += 1

    threads = [threading.Thread(target=compute) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)

    assert (most, done) == (1, 200)


def test_one_that_takes_long_holds_up_nobody() -> None:
    turns = Turns(0.001)
    with turns.taken() as first, turns.taken() as second:
        answers = (first, second)

    assert answers == (True, False)
    with turns.taken() as third:
        assert third


def test_the_turn_comes_back_after_a_fault() -> None:
    turns = Turns(FOR_EVER)
    try:
        with turns.taken():
            raise RuntimeError("a view failed")
    except RuntimeError:
        pass

    with turns.taken() as is_mine:
        assert is_mine
