"""Sign-ups that wait for nobody are carried on, and end with the truth and without anybody's data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.sealing import Keys, new_key
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore, purge, resume_due, upgrade
from esozflow.flow import Call, Outcome, StaleRevision
from esozflow.states import Accept, Confirm, SignUp, auth_ui


class Dying:
    """A gateway whose process dies during the calls that are named."""

    def __init__(self, port: Any) -> None:
        self.port = port
        self.dies_in: set[str] = set()

    def perform(self, call: Call) -> Outcome:
        outcome: Outcome = self.port.perform(call)
        if call.name in self.dies_in:
            raise KeyboardInterrupt
        return outcome


@pytest.fixture
def place(new_database: Any, given: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with Database(new_database()) as database:
        upgrade(database)
        esoz, clock = given.Recorded(given.new_esoz()), given.HandClock()
        store = SqlStore(database, codec=SnapshotCodec(auth_ui(), SignUp), keys=Keys([new_key()]))
        dying = Dying(SandboxGateway(esoz, client_secret=SecretStr(given.SEED.pis.secret)))
        yield SimpleNamespace(
            database=database,
            esoz=esoz,
            clock=clock,
            store=store,
            dying=dying,
            engine=given.engine(auth_ui(), dying, store=store, clock=clock),
        )


def died_in(place: SimpleNamespace, call: str, act: Any) -> None:
    place.dying.dies_in = {call}
    with pytest.raises(KeyboardInterrupt):
        act()
    place.dying.dies_in = set()


def state(place: SimpleNamespace, id: str) -> str:
    return str(place.store.load(id).state)


def test_each_sort_of_interrupted_call_goes_on_as_it_must(place: SimpleNamespace, given: SimpleNamespace) -> None:
    engine = place.engine

    def at_confirm(child: int) -> Any:
        return engine.send(engine.begin(), given.opened(user_data=given.signed(child).user_data))

    validating = engine.begin()
    died_in(place, "validate", lambda: engine.send(validating, given.opened()))
    registering = at_confirm(1)
    died_in(place, "register", lambda: engine.send(registering, Confirm()))
    reading = at_confirm(2)
    died_in(place, "dictionaries", lambda: engine.send(reading, Confirm()))
    approving = engine.send(at_confirm(3), Confirm())
    died_in(place, "approve", lambda: engine.send(approving, Accept()))

    assert resume_due(engine, place.store, place.clock.now()).count == 0, "nobody knows yet that they died"
    place.clock.forward(timedelta(seconds=31))
    assert resume_due(engine, place.store, place.clock.now()).count == 4

    ends = [state(place, one.id) for one in (validating, registering, reading, approving)]
    assert ends == ["confirm", "register_unknown", "consent", "consent"]
    assert place.store.load(approving.id).context.maybe_approved
    assert place.esoz.times("/api/pis/confidant/register") == 3
    assert place.esoz.times("/oauth/apps/authorize") == 1
    assert resume_due(engine, place.store, place.clock.now()).count == 0


def test_a_page_that_nobody_came_back_to_keeps_nobodys_data(place: SimpleNamespace, given: SimpleNamespace) -> None:
    waiting = given.at_confirm(place.engine).id
    consenting = given.at_consent(place.engine).id
    place.clock.forward(timedelta(hours=1))
    assert resume_due(place.engine, place.store, place.clock.now()).count == 2
    for id in (waiting, consenting):
        context = place.store.load(id).context
        assert place.store.load(id).state == "expired"
        assert (context.patient, context.jwt, context.session_token) == (None, None, None)
        assert context.query.user_data.get_secret_value() == context.query.token.get_secret_value() == ""
        assert [move.event for move in place.store.journal(id)][-1] == "Expired"


def test_who_is_moved_or_purged_meanwhile_is_left_alone(place: SimpleNamespace, given: SimpleNamespace) -> None:
    for _ in range(2):
        given.at_confirm(place.engine)
    place.clock.forward(timedelta(hours=2))
    resume = place.engine.resume

    def overtaken(id: str) -> Any:
        if id == place.store.due(place.clock.now())[0]:
            raise StaleRevision
        purge(place.database, place.clock.now())
        return resume(id)

    place.engine.resume = overtaken
    done = resume_due(place.engine, place.store, place.clock.now())
    assert (done.count, done.failed) == (0, {})


def test_one_that_cannot_be_read_is_named_and_does_not_hold_up_the_others(
    place: SimpleNamespace, given: SimpleNamespace
) -> None:
    forged, good = given.at_confirm(place.engine).id, given.at_confirm(place.engine).id
    place.database.write(
        lambda connection: connection.exec_driver_sql(f"UPDATE esozflow_instances SET version=7 WHERE id='{forged}'")
    )
    place.clock.forward(timedelta(hours=1))
    done = resume_due(place.engine, place.store, place.clock.now())
    assert (done.count, done.failed) == (1, {forged: "seal_broken"})
    assert state(place, good) == "expired"
