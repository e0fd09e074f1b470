"""Deadlines are kept to the second, whatever the clock does: a second before, at and after; set back; 2038; winter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.sealing import Keys, new_key
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.stores.sql import Database, SqlStore, resume_due, upgrade
from esozflow.flow import Call, CallInProgress, Conflict, EventRefused, Outcome, Unanswered
from esozflow.states import Accept, CallbackReceived, Confirm, SignUp, auth_ui, sign_up

from ..databases import NewDatabase

SECOND = timedelta(seconds=1)


class Port:
    """A gateway whose process dies in the call that is named, or whose answer to it is lost."""

    def __init__(self, behind: Any) -> None:
        self.behind = behind
        self.dies_in = self.loses = ""

    def perform(self, call: Call) -> Outcome:
        outcome: Outcome = self.behind.perform(call)
        if call.name == self.dies_in:
            raise KeyboardInterrupt
        return Unanswered(reason="lost") if call.name == self.loses else outcome


@pytest.fixture
def place(new_database: NewDatabase, given: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with Database(new_database()) as database:
        upgrade(database)
        store = SqlStore(database, codec=SnapshotCodec(sign_up(), SignUp), keys=Keys([new_key()]))
        esoz, clock = given.Recorded(given.new_esoz()), given.HandClock()
        port = Port(SandboxGateway(esoz, client_secret=SecretStr(given.SEED.pis.secret)))
        engine = given.engine(sign_up(), port, store=store, clock=clock)
        yield SimpleNamespace(store=store, esoz=esoz, clock=clock, port=port, engine=engine)


def at_form(place: SimpleNamespace, given: SimpleNamespace) -> Any:
    return place.engine.begin()


def at_signing(place: SimpleNamespace, given: SimpleNamespace) -> Any:
    return place.engine.send(place.engine.begin(), given.filled())


def at_hand_over(place: SimpleNamespace, given: SimpleNamespace) -> Any:
    return place.engine.send(at_signing(place, given), given.signed())


def at_confirm(place: SimpleNamespace, given: SimpleNamespace) -> Any:
    return given.whole_at_confirm(place.engine)


def at_register_unknown(place: SimpleNamespace, given: SimpleNamespace) -> Any:
    place.port.loses = "register"
    return place.engine.send(at_confirm(place, given), Confirm())


def at_consent(place: SimpleNamespace, given: SimpleNamespace) -> Any:
    return given.at_consent_of_whole(place.engine)


def at_consent_unavailable(place: SimpleNamespace, given: SimpleNamespace) -> Any:
    place.port.loses = "dictionaries"
    return at_consent(place, given)


def at_redirect(place: SimpleNamespace, given: SimpleNamespace) -> Any:
    return place.engine.send(at_consent(place, given), Accept())


WAITING = [
    (at_form, "not_handed_over"),
    (at_signing, "not_handed_over"),
    (at_hand_over, "not_returned"),
    (at_confirm, "expired"),
    (at_register_unknown, "left_unknown"),
    (at_consent, "expired"),
    (at_consent_unavailable, "expired"),
]


@pytest.mark.parametrize(("arrive", "ends"), WAITING, ids=lambda one: getattr(one, "__name__", None))
def test_a_page_is_open_until_the_second_before_its_deadline_and_over_at_it(
    place: SimpleNamespace, given: SimpleNamespace, arrive: Callable[..., Any], ends: str
) -> None:
    waits = arrive(place, given)
    assert waits.expires_at
    counts = place.esoz.ledger.counts()
    place.clock.time = waits.expires_at - SECOND
    assert place.engine.load(waits.id) == waits
    assert resume_due(place.engine, place.store, place.clock.now()).count == 0
    place.clock.time = waits.expires_at
    assert resume_due(place.engine, place.store, place.clock.now()).count == 1
    over = place.engine.load(waits.id)
    assert (over.state, over.revision, over.entered_at) == (ends, waits.revision + 1, waits.expires_at)
    place.clock.time = waits.expires_at + SECOND
    assert place.engine.load(waits.id) == over
    assert resume_due(place.engine, place.store, place.clock.now()).count == 0
    assert place.esoz.ledger.counts() == counts


@pytest.mark.parametrize("late", [0, 1, 10**9])
def test_what_a_person_sends_at_the_deadline_or_after_it_comes_too_late(
    place: SimpleNamespace, given: SimpleNamespace, late: int
) -> None:
    waits = at_consent(place, given)
    place.clock.time = waits.expires_at + late * SECOND
    with pytest.raises((EventRefused, Conflict)):
        place.engine.send(waits, Accept())
    assert place.engine.load(waits.id).state == "expired"
    assert place.esoz.ledger.count("approve") == 0


def test_what_a_person_sends_in_the_last_second_is_in_time(place: SimpleNamespace, given: SimpleNamespace) -> None:
    waits = at_consent(place, given)
    place.clock.time = waits.expires_at - SECOND
    assert place.engine.send(waits, Accept()).state == "redirect"


def test_an_interrupted_call_is_left_alone_until_its_own_deadline(
    place: SimpleNamespace, given: SimpleNamespace
) -> None:
    waits = at_confirm(place, given)
    place.port.dies_in = "register"
    with pytest.raises(KeyboardInterrupt):
        place.engine.send(waits, Confirm())
    over = place.clock.time + timedelta(seconds=30)
    place.clock.time = over - SECOND
    with pytest.raises(CallInProgress):
        place.engine.resume(waits.id)
    assert resume_due(place.engine, place.store, place.clock.now()).count == 0
    place.clock.time = over
    assert resume_due(place.engine, place.store, place.clock.now()).count == 1
    assert place.engine.load(waits.id).state == "register_unknown"


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=3650)])
def test_a_clock_that_is_set_back_loses_nothing_and_repeats_nothing(
    place: SimpleNamespace, given: SimpleNamespace, back: timedelta
) -> None:
    waits = at_consent(place, given)
    place.clock.time -= back
    assert place.engine.load(waits.id) == waits
    place.port.dies_in = "approve"
    with pytest.raises(KeyboardInterrupt):
        place.engine.send(waits, Accept())
    place.port.dies_in = ""
    place.clock.time -= back
    with pytest.raises(CallInProgress):
        place.engine.resume(waits.id)
    place.clock.time += timedelta(seconds=31) + back
    assert resume_due(place.engine, place.store, place.clock.now()).count == 1
    assert place.engine.send(place.engine.load(waits.id), Accept()).state == "redirect"
    revisions = [move.revision for move in place.engine.journal(waits.id)]
    assert revisions == list(range(1, len(revisions) + 1)), "the journal is ordered by what happened, not by clocks"


@pytest.mark.parametrize("year", [2038, 2106, 9000])
def test_a_sign_up_goes_to_its_end_over_the_end_of_a_32_bit_clock(
    place: SimpleNamespace, given: SimpleNamespace, year: int
) -> None:
    place.clock.time = {2038: datetime(2038, 1, 19, 3, 14, 7, 999999, tzinfo=UTC)}.get(
        year, datetime(year, 2, 7, 6, 28, 15, tzinfo=UTC)
    )
    begun = place.clock.time
    redirected = at_redirect(place, given)
    place.clock.time += SECOND
    query = place.engine.page(redirected).leads_to.get_secret_value().partition("?")[2]
    state = redirected.context.oauth_state.get_secret_value()
    back = CallbackReceived.from_query(query.replace("the-state-of-the-pis", state))
    end = place.engine.send(redirected, back)
    assert (end.state, end.begun_at, end.entered_at) == ("signed_up", begun, begun + SECOND)
    assert place.engine.load(end.id) == end
    assert place.engine.journal(end.id)[-1].at == begun + SECOND


@pytest.mark.parametrize("night", [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)])
def test_an_hour_is_an_hour_in_the_night_in_which_clocks_in_kyiv_are_set(
    given: SimpleNamespace, night: datetime
) -> None:
    class Kyiv(given.HandClock):  # type: ignore[misc,name-defined]
        def now(self) -> datetime:
            return self.time.astimezone(ZoneInfo("Europe/Kyiv"))

    clock = Kyiv()
    clock.time = night
    port = SandboxGateway(given.new_esoz())
    engine = given.engine(auth_ui(), port, store=MemoryStore[SignUp](), clock=clock)
    waits = given.at_confirm(engine)
    assert waits.expires_at == night + timedelta(hours=1)
    clock.time = night + timedelta(hours=1) - SECOND
    assert engine.load(waits.id).state == "confirm"
    clock.time += SECOND
    assert engine.load(waits.id).state == "expired"
