"""Random lives of parcels: whatever users, ports, clock and crashes do, the rules of the flow hold."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from esozflow.flow import (
    Answered,
    CallInProgress,
    EventRefused,
    Expired,
    Outcome,
    StaleRevision,
    StoreFailed,
    Unanswered,
    Unreachable,
    UsageError,
)

SOAK = os.environ.get("SOAK") == "1"


def replayed(parcels: Any, office: Any, id: str) -> str:
    """Follow the journal from the beginning; give the state where it ends."""
    state, at = parcels.flow.initial, parcels.START - timedelta(days=10_000)
    for number, move in enumerate(office.store.kept.journal(id), start=1):
        left = parcels.flow.states[state]
        assert (move.revision, move.from_state) == (number, state)
        assert (move.section, move.actor) == (left.section, left.actor)
        assert (move.event, move.to_state) in {(one.event.__name__, one.to) for one in left.moves}
        assert move.at >= at
        state, at = move.to_state, move.at
    return state


def test_the_journal_of_a_random_walk_replays_to_the_same_snapshot(parcels: Any) -> None:
    reached = set()
    users = [event for event in parcels.events if not isinstance(event, Outcome | Expired)]
    outcomes = [Unanswered(reason="timeout"), Unreachable(reason="refused"), OSError(), None]

    @settings(max_examples=10_000 if SOAK else 2_000, deadline=None, database=None)
    @given(choices=st.binary(max_size=50))
    def walk(choices: bytes) -> None:
        office = parcels.Office(parcels.flow, ids=parcels.FixedIds())
        snapshot = office.engine.begin()
        for choice in choices:
            known = [
                event for event in users if type(event) in {m.event for m in parcels.flow.states[snapshot.state].moves}
            ]
            event = (known or users)[choice % len(known or users)]
            if choice >= 240:
                office.clock.forward(minutes=10)
            if choice % 7 == 0:
                for port in (office.tariffs, office.till, office.printer):
                    port.script = [outcomes[choice % 4]]
            with suppress(EventRefused):
                office.engine.send(snapshot.id, event)
            snapshot = office.store.kept.load(snapshot.id)
        assert replayed(parcels, office, snapshot.id) == snapshot.state
        assert snapshot.revision == len(office.store.kept.journal(snapshot.id))
        reached.add(snapshot.state)

    walk()
    assert reached >= {"draft", "quoted", "posted", "discarded", "lapsed", "payment_unknown"}


class Life(RuleBasedStateMachine):
    """One parcel with two browser tabs, a crashing process, a moody store and a clock that only time obeys."""

    parcels: Any

    @initialize()
    def begin(self) -> None:
        self.office = self.parcels.Office(self.parcels.flow, ids=self.parcels.FixedIds())
        self.id = self.office.engine.begin().id
        self.seen = [0]
        self.paid_by_request = 0

    @property
    def stored(self) -> Any:
        return self.office.store.kept.load(self.id)

    def attempt(self, act: Any) -> None:
        before, calls = self.stored, len(self.calls)
        try:
            given = act()
        except (EventRefused, StaleRevision):
            moved = self.stored.revision - before.revision
            assert moved == (self.stored.state == "lapsed" != before.state)
            assert len(self.calls) == calls
        except CallInProgress:
            assert self.stored == before
            assert len(self.calls) == calls
        except StoreFailed:
            assert self.stored.revision >= before.revision
        else:
            assert given == self.stored
            assert given == before or self.parcels.flow.states[given.state].call is None
        self.seen.append(self.stored.revision)

    @property
    def calls(self) -> list[Any]:
        return self.office.tariffs.calls + self.office.till.calls + self.office.printer.calls

    def send(self, event: Any, revision: int | None = None) -> None:
        if isinstance(event, self.parcels.Accepted | self.parcels.Retried):
            self.paid_by_request += 1
        self.attempt(lambda: self.office.engine.send(self.id, event, revision=revision))

    @rule(data=st.data())
    def a_user_sends_something(self, data: Any) -> None:
        self.send(data.draw(st.sampled_from(self.parcels.events)))

    @rule(data=st.data())
    def a_user_sends_what_the_page_offers(self, data: Any) -> None:
        known = {move.event for move in self.parcels.flow.states[self.stored.state].moves}
        offered = [event for event in self.parcels.events if type(event) in known]
        if offered:
            self.send(data.draw(st.sampled_from(offered)), self.stored.revision)

    @rule(data=st.data())
    def another_tab_sends_from_an_old_page(self, data: Any) -> None:
        self.send(data.draw(st.sampled_from(self.parcels.events)), data.draw(st.sampled_from(self.seen)))

    @rule(seconds=st.sampled_from([1, 4, 5, 20, 30, 599, 600]))
    def time_passes(self, seconds: int) -> None:
        self.office.clock.forward(seconds=seconds)

    @rule()
    def somebody_looks(self) -> None:
        before, expired = self.stored, self.is_over()
        self.attempt(lambda: self.office.engine.load(self.id))
        assert self.stored.state == ("lapsed" if expired else before.state)

    @rule()
    def another_process_takes_over(self) -> None:
        self.office.engine = self.office.open()
        self.attempt(lambda: self.office.engine.resume(self.id))

    @rule(outcome=st.sampled_from([Unanswered(reason="timeout"), Unreachable(reason="x"), OSError(), None, "paid"]))
    def the_next_calls_fail(self, outcome: Any) -> None:
        for port in (self.office.tariffs, self.office.till, self.office.printer):
            port.script = [outcome]

    @rule()
    def the_other_side_says_no(self) -> None:
        self.office.tariffs.script = [self.parcels.Priced(status=422)]
        self.office.till.script = [self.parcels.Paid(status=402)]
        self.office.printer.script = [Answered(status=500)]

    @rule(state=st.sampled_from(["pricing", "quoted", "unpriced", "paying", "labelling", "posted"]))
    def the_store_fails_once(self, state: str) -> None:
        """A commit that fails after a call has the effect of a crash between perform and commit."""
        known = {move.event for move in self.parcels.flow.states[self.stored.state].moves}
        events = [e for e in self.parcels.events if type(e) in known and not isinstance(e, Expired | Outcome)]
        self.office.store.failing.add(f"commit {state}")
        for event in events:
            self.send(event)
        self.office.store.failing.clear()

    def is_over(self) -> bool:
        stored = self.stored
        return stored.expires_at is not None and self.office.clock.now() >= stored.expires_at

    @invariant()
    def the_journal_replays(self) -> None:
        assert replayed(self.parcels, self.office, self.id) == self.stored.state
        assert self.stored.revision == len(self.office.store.kept.journal(self.id))

    @invariant()
    def the_snapshot_fits_its_state(self) -> None:
        stored = self.stored
        state = self.parcels.flow.belongs(stored)
        assert (stored.expires_at is None) == (state.lifetime is None)
        if stored.state == "posted":
            assert stored.context.receipt

    @invariant()
    def no_call_is_made_that_nobody_asked_for(self) -> None:
        log = self.office.log
        for call, entering in (("perform pay", "commit paying"), ("perform label", "commit labelling")):
            assert log.count(call) <= log.count(entering)
        assert len(self.office.till.calls) <= self.paid_by_request
        assert len(self.office.printer.calls) <= 1
        performed = [position for position, line in enumerate(log) if line in {"perform pay", "perform label"}]
        for position in performed:
            assert log[position - 1] in {"commit paying", "commit labelling"}


def test_no_life_of_a_parcel_breaks_a_rule(parcels: Any) -> None:
    life = type("Life", (Life,), {"parcels": parcels})
    run_state_machine_as_test(
        life,
        settings=settings(max_examples=2_000 if SOAK else 150, stateful_step_count=50, deadline=None, database=None),
    )


def test_only_the_two_families_of_errors_come_out(parcels: Any) -> None:
    for state in parcels.flow.states:
        for event in parcels.events:
            office = parcels.Office(parcels.flow)
            office.store.kept.create(replace(parcels.snapshot(state), revision=0))
            refusal = refused(lambda: office.engine.send("p", event))  # noqa: B023 - done at once
            if refusal is not None:
                assert refusal.code
                assert refusal.hint
                assert office.store.kept.load("p") == parcels.snapshot(state, revision=0)


def refused(act: Any) -> UsageError | None:
    try:
        act()
    except UsageError as refusal:
        return refusal
    return None
