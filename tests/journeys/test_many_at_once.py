"""Many threads, one sign-up: one effect. Many sign-ups, one engine: all of them finish."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from esozflow.flow import Conflict, EventRefused, FlowError
from esozflow.states import Accept, Confirm, auth_ui

THREADS = 50


def together(act: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(THREADS)

    def one(_: int) -> Any:
        barrier.wait()
        try:
            return act()
        except FlowError as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_fifty_threads_that_accept_one_consent_approve_once(given: SimpleNamespace, served: Callable[..., Any]) -> None:
    esoz, url = served()
    one = given.engine(auth_ui(), given.gateway(url, secret=False))
    consent = given.at_consent(one)
    results = together(lambda: one.send(consent.id, Accept()))
    assert esoz.ledger.count("approve") == 1
    won = [result for result in results if not isinstance(result, FlowError)]
    assert {one.page(result).leads_to for result in won} == {one.page(one.load(consent.id)).leads_to}
    assert all(isinstance(lost, Conflict | EventRefused) for lost in results if isinstance(lost, FlowError))


def test_fifty_threads_that_confirm_one_sign_up_register_once(
    given: SimpleNamespace, served: Callable[..., Any]
) -> None:
    esoz, url = served()
    one = given.engine(auth_ui(), given.gateway(url, secret=False))
    confirm = given.at_confirm(one)
    results = together(lambda: one.send(confirm.id, Confirm(), revision=confirm.revision))
    assert esoz.ledger.count("register") == 1
    assert len([result for result in results if not isinstance(result, Conflict)]) == 1


def test_many_sign_ups_on_one_engine_all_reach_their_redirect(
    given: SimpleNamespace, served: Callable[..., Any]
) -> None:
    esoz, url = served()
    one = given.engine(auth_ui(), given.gateway(url, secret=False))
    children = 200

    def walk(child: int) -> str:
        id = one.begin().id
        for event in (given.opened(user_data=given.signed(child).user_data), Confirm(), Accept()):
            snapshot = one.send(id, event)
        return str(snapshot.state)

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(walk, range(1, children + 1)))
    assert ends == ["redirect"] * children
    assert [esoz.ledger.count(kind) for kind in ("register", "approve", "exchange")] == [children, children, 0]
