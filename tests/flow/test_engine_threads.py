"""Many threads, one engine: one of them moves an instance, the others are told so."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from esozflow.flow import Conflict, EventRefused, Snapshot

THREADS = 50


@pytest.fixture(autouse=True)
def hasty_switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def at_once(act: Callable[[], Any], times: int = THREADS) -> list[Any]:
    """Let `act` be done by that many threads at the same time; give what they returned or raised."""
    barrier = threading.Barrier(times)

    def attempt(_: int) -> Any:
        barrier.wait()
        try:
            return act()
        except Exception as error:
            return error

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(attempt, range(times)))


@pytest.mark.parametrize("looked", ["before", "each"])
def test_fifty_threads_that_accept_at_once_make_one_payment(office: Any, parcels: Any, looked: str) -> None:
    def accept(quoted: Any, event: Any) -> Any:
        return office.engine.send(quoted if looked == "before" else office.engine.load(quoted.id), event)

    for _ in range(5):
        quoted = office.quoted()
        office.till.calls.clear()
        office.till.during = lambda call: time.sleep(0.01)
        event = parcels.Accepted(pin=quoted.context.pin)
        results = at_once(partial(accept, quoted, event))
        assert len(office.till.calls) == 1
        assert [result.state for result in results if isinstance(result, Snapshot)] == ["posted"]
        assert all(isinstance(result, Snapshot | Conflict | EventRefused) for result in results), Counter(
            map(type, results)
        )
        assert [move.revision for move in office.store.kept.journal(quoted.id)] == [1, 2, 3, 4, 5]


def test_fifty_threads_that_resume_a_lost_payment_do_not_pay(office: Any) -> None:
    stranded = office.stranded("paying")
    office.clock.forward(seconds=20)
    results = at_once(lambda: office.engine.resume(stranded.id))
    assert not office.till.calls
    assert all(isinstance(result, Conflict) or result.state == "payment_unknown" for result in results)
    assert len(office.store.kept.journal(stranded.id)) == 1


def test_fifty_threads_that_find_an_instance_expired_all_get_what_it_became(office: Any) -> None:
    quoted = office.quoted()
    office.clock.forward(minutes=10)
    results = at_once(lambda: office.engine.load(quoted.id))
    assert {result.state for result in results} == {"lapsed"}
    assert len(office.store.kept.journal(quoted.id)) == 3


def test_different_events_at_once_have_one_winner(office: Any, parcels: Any) -> None:
    quoted = office.quoted()
    events = [parcels.Discarded(), parcels.Accepted(pin=quoted.context.pin)] * (THREADS // 2)
    results = at_once(lambda: office.engine.send(quoted, events.pop()))
    winners = [result for result in results if isinstance(result, Snapshot)]
    assert len(winners) == 1
    assert len(office.till.calls) == (winners[0].state == "posted")
    assert office.engine.load(quoted.id) == winners[0]


def test_many_instances_go_their_way_in_parallel_on_one_engine(office: Any, parcels: Any) -> None:
    def whole_way() -> Any:
        snapshot = office.engine.begin()
        for event in (
            parcels.Described(weight=5),
            parcels.Accepted(pin="wrong"),
            parcels.Accepted(pin=snapshot.context.pin),
        ):
            snapshot = office.engine.send(snapshot, event)
        return snapshot

    results = at_once(whole_way)
    assert [result.state for result in results] == ["posted"] * THREADS
    assert len({result.id for result in results}) == THREADS
    for port in (office.tariffs, office.till, office.printer):
        assert Counter(call.instance for call in port.calls) == Counter(result.id for result in results)
    for result in results:
        path = [move.to_state for move in office.store.kept.journal(result.id)]
        assert path == ["pricing", "quoted", "quoted", "paying", "labelling", "posted"]
    assert parcels.flow.machine.models == []
