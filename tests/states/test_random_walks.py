"""Thousands of sign-ups on which anything may happen: no step is ever skipped, no effect happens twice by itself."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from esozflow.flow import Event, EventRefused, Flow, Snapshot
from esozflow.states.flow import sign_up
from esozflow.states.settings import Settings

WALKS, SOAK_WALKS, LENGTH = 600, 10_000, 50
UNKNOWN_EVENTS = 0.1
"""Share of events that are taken from all of them, not from those that the state knows."""

BEFORE_AN_EXCHANGE = ["validate_params", "init_validation", "confirm", "register", "consent", "approve", "redirect"]


class Path:
    """One random walk, and what must hold of it at every step."""

    def __init__(self, flow: Flow[Any], examples: SimpleNamespace, seed: int) -> None:
        self.flow, self.examples, self.random = flow, examples, random.Random(seed)
        self.known: dict[str, list[Event]] = {
            name: [event for event in examples.EVENTS if (name, type(event)) in flow.table] for name in flow.states
        }
        self.likely: dict[str, list[Event]] = {}
        before = "prepare"
        for event, after in examples.WAY:
            self.likely[before] = [event]
            before = after
        self.snapshot: Snapshot[Any] = examples.at(flow)
        self.states = [str(self.snapshot.state)]
        self.acts: list[tuple[str, str]] = []

    def go(self) -> None:
        for _ in range(LENGTH):
            self.step(self.pick())

    def pick(self) -> Event:
        state = self.snapshot.state
        known = self.known[state]
        if not known or self.random.random() < UNKNOWN_EVENTS:
            return self.random.choice(self.examples.EVENTS)
        # The ways of failure outnumber the way on, and a walk should also get somewhere.
        if state in self.likely and self.random.random() < 0.6:
            return self.likely[state][0]
        return self.random.choice(known)

    def step(self, event: Event) -> None:
        before = self.snapshot
        try:
            stepped = self.flow.step(before, event, self.examples.NOW)
        except EventRefused:
            return
        assert not self.flow.states[before.state].final
        self.acts.append((str(before.state), type(event).__name__))
        self.snapshot = stepped.snapshot
        self.states.append(str(stepped.snapshot.state))
        if stepped.call is not None:
            self.called(stepped.call.name)

    def called(self, name: str) -> None:
        state, event = self.acts[-1]
        if name == "register":
            assert (state, event) in {("confirm", "Confirm"), ("register_unknown", "RegisterAgain")}
            self.assert_asked_for_again("register", {"register_unknown": "RegisterAgain", "confirm": "Confirm"})
            assert "init_validation" in self.states
        if name == "approve":
            assert (state, event) == ("consent", "Accept")
            assert "register" in self.states
        if name == "exchange":
            self.assert_every_step_was_taken()
            earlier = [act for act in self.acts if act[0] == "exchange"]
            assert all(event == "Unreachable" for _, event in earlier)
            assert (state, event) in {("redirect", "CallbackReceived"), ("exchange_unsent", "Retry")}

    def assert_asked_for_again(self, call: str, by: dict[str, str]) -> None:
        outcomes = [event for state, event in self.acts if state == call]
        asked = [event for state, event in self.acts if by.get(state) == event]
        assert len(asked) == len(outcomes) + 1
        if self.acts[-1][1] != "RegisterAgain":
            # Confirmed again: then the call before it was certainly never sent.
            assert not outcomes or outcomes[-1] == "Unreachable"

    def assert_every_step_was_taken(self) -> None:
        places = [self.states.index(state) for state in BEFORE_AN_EXCHANGE]
        assert places == sorted(places)
        assert ("confirm", "Confirm") in self.acts
        assert ("consent", "Accept") in self.acts
        assert ("approve", "Answered") in self.acts


@pytest.mark.parametrize("switched", [False, True])
def test_no_random_walk_skips_a_step_or_repeats_an_effect_by_itself(examples: SimpleNamespace, switched: bool) -> None:
    settings = Settings(available_scopes_check=True, append_state=False) if switched else Settings()
    flow = sign_up(settings)
    reached: set[str] = set()

    for seed in range((SOAK_WALKS if examples.SOAK else WALKS) // 2):
        path = Path(flow, examples, seed)
        path.go()
        reached.update(path.states)

    assert {"signed_up", "exchange_unknown", "register_unknown", "redirect"} <= reached


def test_a_final_state_absorbs_whatever_comes(examples: SimpleNamespace) -> None:
    flow = sign_up()
    for seed in range(300):
        path = Path(flow, examples, seed)
        path.go()
        if flow.states[path.snapshot.state].final:
            for event in examples.EVENTS:
                with pytest.raises(EventRefused):
                    flow.step(path.snapshot, event, examples.NOW)
