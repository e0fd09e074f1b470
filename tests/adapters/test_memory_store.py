"""The store in memory keeps the promises of every store, and nobody for longer than it must."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from esozflow.adapters.sandbox import Esoz, SandboxSettings
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.stores.memory import MemoryStore, forget_over
from esozflow.adapters.testing.stores import StoreContract
from esozflow.flow import Engine, UnknownInstance
from esozflow.flow.testing import HandClock
from esozflow.states import OpenedMalformed, SignUp, auth_ui


class TestMemoryStore(StoreContract):
    def store(self) -> MemoryStore[Any]:
        return MemoryStore()


def test_what_ended_is_forgotten_after_a_while_and_what_nobody_came_back_to_after_its_time() -> None:
    store, clock = MemoryStore[SignUp](), HandClock()
    esoz = SandboxGateway(Esoz(SandboxSettings(signature_mode="plain")), client_secret=SecretStr("s"))
    engine = Engine(auth_ui(), store=store, ports={"esoz": esoz}, clock=clock)
    waiting = engine.begin().id
    ended = engine.send(engine.begin(), OpenedMalformed(path="scope", rule="doubled")).id

    def kept(**after: float) -> dict[str, str]:
        """Sweep, and give what is left, by its name here."""
        clock.forward(timedelta(**after))
        forget_over(engine, store, before=clock.time - timedelta(hours=1))
        names = {waiting: "waiting", ended: "ended"}
        return {names[one.id]: one.state for one in store.stored()}

    assert kept(minutes=59) == {"waiting": "validate_params", "ended": "params_refused"}
    assert kept(minutes=1) == {"waiting": "expired", "ended": "params_refused"}
    assert kept(seconds=1) == {"waiting": "expired"}
    assert kept(minutes=60) == {}
    for id in (waiting, ended):
        try:
            store.journal(id)
        except UnknownInstance:
            continue
        raise AssertionError("the journal is kept")


def test_where_others_forget_what_ended_it_only_lets_expire() -> None:
    store, clock = MemoryStore[SignUp](), HandClock()
    engine = Engine(auth_ui(), store=store, ports={"esoz": SandboxGateway(Esoz())}, clock=clock)
    engine.begin()
    clock.forward(timedelta(days=30))
    for _ in range(2):
        assert forget_over(engine, store, before=None) == 0
        assert [one.state for one in store.stored()] == ["expired"]
