"""Fifty threads on one sign-up over a database: one effect, and every caller gets its result or a typed conflict."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from esozflow.adapters.sealing import Keys, new_key
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore, upgrade
from esozflow.flow import Conflict, EventRefused, FlowError
from esozflow.states import Accept, Confirm, SignUp, auth_ui

from ..databases import NewDatabase
from ..workers import at_once, tell

THREADS = 50
REPEATS = 100 if "SOAK" in os.environ else 2
CHILDREN = itertools.count(1)


@pytest.fixture
def place(new_database: NewDatabase, given: SimpleNamespace, served: Callable[..., Any]) -> Iterator[SimpleNamespace]:
    esoz, url = served()
    # Fifty wait in line for ten connections.
    with Database(new_database(), wait=60.0) as database:
        upgrade(database)
        store = SqlStore(database, codec=SnapshotCodec(auth_ui(), SignUp), keys=Keys([new_key()]))
        yield SimpleNamespace(esoz=esoz, engine=given.engine(auth_ui(), given.gateway(url, secret=False), store=store))


def look_and_send(engine: Any, id: str, event: Any) -> Any:
    return engine.send(engine.load(id), event)


def result_of(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except FlowError as error:
        return error


def test_fifty_threads_that_confirm_and_then_accept_do_each_once(
    place: SimpleNamespace, given: SimpleNamespace
) -> None:
    engine, found = place.engine, Counter[str]()
    for number in range(1, REPEATS + 1):
        signed = given.signed(next(CHILDREN))
        id = engine.send(engine.begin(), given.opened(user_data=signed.user_data)).id
        for event in (Confirm(), Accept()):
            snapshot = engine.load(id)
            # Half of them look again.
            acts = [
                partial(result_of, act)
                for act in (
                    partial(engine.send, snapshot, event),
                    partial(look_and_send, engine, id, event),
                )
                * (THREADS // 2)
            ]
            results = at_once(acts)
            won = [one for one in results if not isinstance(one, FlowError)]
            lost = [one for one in results if isinstance(one, FlowError)]
            assert len(won) == 1
            assert all(isinstance(one, Conflict | EventRefused) for one in lost), Counter(map(type, lost))
            assert engine.page(won[0]) == engine.page(engine.load(id))
            found += Counter(type(one).__name__ for one in results)
        assert place.esoz.ledger.count("register") == place.esoz.ledger.count("approve") == number
        revisions = [move.revision for move in engine.journal(id)]
        assert revisions == list(range(1, len(revisions) + 1))
    tell(f"{REPEATS} × {THREADS} threads confirm, then accept: {dict(found)}; ledger {place.esoz.ledger.counts()}")
