"""One slow peer holds as many threads as it was given, and no more."""

from __future__ import annotations

import threading

import pytest

from esozflow.adapters.bulkhead import Bulkhead
from esozflow.flow import Answered, Call, Outcome, Repeat, Unreachable

CALL = Call(instance="i", name="register", port="esoz", repeat=Repeat.WHEN_ASKED, deadline=30.0, request=None)


class Hanging:
    def __init__(self) -> None:
        self.reached, self.go = threading.Semaphore(0), threading.Event()
        self.times = 0

    def perform(self, call: Call) -> Outcome:
        self.times += 1
        self.reached.release()
        assert self.go.wait(30)
        return Answered(status=201)


def test_a_call_that_finds_no_place_is_not_sent_and_places_are_given_back() -> None:
    port = Hanging()
    bulkhead, outcomes = Bulkhead(port, most=2), list[Outcome]()
    threads = [threading.Thread(target=lambda: outcomes.append(bulkhead.perform(CALL))) for _ in range(2)]
    for thread in threads:
        thread.start()
        assert port.reached.acquire(timeout=30)

    assert bulkhead.perform(CALL) == Unreachable(reason="busy")
    assert port.times == 2
    port.go.set()
    for thread in threads:
        thread.join(30)
    assert outcomes == [Answered(status=201)] * 2
    assert bulkhead.perform(CALL) == Answered(status=201)


def test_a_port_that_raises_gives_its_place_back() -> None:
    class Broken:
        def perform(self, call: Call) -> Outcome:
            raise RuntimeError

    bulkhead = Bulkhead(Broken(), most=1)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            bulkhead.perform(CALL)
