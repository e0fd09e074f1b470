"""Many threads, one sign-up: one effect. Many sign-ups, one engine: all of them finish."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from esozflow.adapters.stores.memory import MemoryStore
from esozflow.flow import Conflict, EventRefused, FlowError, Snapshot
from esozflow.states import Accept, CallbackReceived, Confirm, SignUp, auth_ui, sign_up

THREADS = 50
WRITES = ("register", "approve", "exchange")


class Rendezvous(MemoryStore[SignUp]):
    """Lets all threads read the same snapshot before any of them may go on: the worst case, every time."""

    def __init__(self) -> None:
        super().__init__()
        self.meeting: threading.Barrier | None = None

    def load(self, id: str) -> Snapshot[SignUp]:
        snapshot = super().load(id)
        if self.meeting is not None:
            self.meeting.wait(30)
        return snapshot


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
    store = Rendezvous()
    one = given.engine(auth_ui(), given.gateway(url, secret=False), store=store)
    consent = given.at_consent(one)
    store.meeting = threading.Barrier(THREADS)
    results = together(lambda: one.send(one.load(consent.id), Accept()))
    store.meeting = None
    assert esoz.ledger.count("approve") == 1
    won = [result for result in results if not isinstance(result, FlowError)]
    assert {one.page(result).leads_to for result in won} == {one.page(one.load(consent.id)).leads_to}
    assert all(isinstance(lost, Conflict | EventRefused) for lost in results if isinstance(lost, FlowError))


def test_fifty_threads_that_confirm_one_sign_up_register_once(
    given: SimpleNamespace, served: Callable[..., Any]
) -> None:
    esoz, url = served()
    store = Rendezvous()
    one = given.engine(auth_ui(), given.gateway(url, secret=False), store=store)
    confirm = given.at_confirm(one)
    store.meeting = threading.Barrier(THREADS)
    results = together(lambda: one.send(one.load(confirm.id), Confirm()))
    store.meeting = None
    assert esoz.ledger.count("register") == 1
    assert len([result for result in results if not isinstance(result, Conflict)]) == 1


def test_many_sign_ups_on_one_engine_all_reach_their_tokens(given: SimpleNamespace, served: Callable[..., Any]) -> None:
    esoz, url = served()
    one = given.engine(sign_up(), given.gateway(url))
    children = 200

    def walk(child: int) -> str:
        redirected = one.send(given.at_consent_of_whole(one, child), Accept())
        query = one.page(redirected).leads_to.get_secret_value().partition("?")[2]
        state = redirected.context.oauth_state.get_secret_value()
        back = CallbackReceived.from_query(query.replace("the-state-of-the-pis", state))
        return str(one.send(redirected, back).state)

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(walk, range(1, children + 1)))
    assert ends == ["signed_up"] * children
    effects = [(record.kind, record.ids["user_id"]) for record in esoz.ledger.records if record.kind in WRITES]
    assert len(effects) == len(set(effects)) == 3 * children


def test_fifty_threads_that_bring_one_callback_exchange_once(
    given: SimpleNamespace, served: Callable[..., Any]
) -> None:
    esoz, url = served()
    store = Rendezvous()
    one = given.engine(sign_up(), given.gateway(url), store=store)
    redirected = one.send(given.at_consent_of_whole(one), Accept())
    query = one.page(redirected).leads_to.get_secret_value().partition("?")[2]
    state = redirected.context.oauth_state.get_secret_value()
    back = CallbackReceived.from_query(query.replace("the-state-of-the-pis", state))
    store.meeting = threading.Barrier(THREADS)
    results = together(lambda: one.send(one.load(redirected.id), back))
    store.meeting = None
    assert esoz.times("/oauth/tokens") == esoz.ledger.count("exchange") == 1
    assert [result.state for result in results if not isinstance(result, Conflict)] == ["signed_up"]
