"""Random lives of parcels: whatever users, ports, clock and crashes do, the rules of the flow hold."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from esozflow.flow import UsageError
from esozflow.flow.testing import FlowMachine

SOAK = os.environ.get("SOAK") == "1"


class Lives(FlowMachine[Any]):
    """What must hold of parcels, besides what holds of every flow."""

    parcels: Any

    def cases(self, state: str, event: Any) -> Any:
        return self.parcels.cases(state, event)

    @invariant()
    def the_snapshot_fits_its_state(self) -> None:
        stored = self.life.stored
        assert (stored.expires_at is None) == (self.flow.states[stored.state].lifetime is None)
        if stored.state == "posted":
            assert stored.context.receipt

    @invariant()
    def nothing_is_paid_or_labelled_that_nobody_asked_for(self) -> None:
        made = [call.name for call in self.life.witness.calls]
        asked = [move.to_state for move in self.life.journal]
        assert made.count("pay") <= asked.count("paying")
        assert made.count("label") <= min(1, asked.count("labelling"))


def test_no_life_of_a_parcel_breaks_a_rule(parcels: Any) -> None:
    lives = type("LivesOfParcels", (Lives,), {"parcels": parcels, "flow": parcels.flow, "ids": parcels.FixedIds()})
    run_state_machine_as_test(
        lives,
        settings=settings(
            max_examples=2_000 if SOAK else 100,
            stateful_step_count=50,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_only_the_two_families_of_errors_come_out(parcels: Any) -> None:
    for state in parcels.flow.states:
        for event in parcels.events:
            office = parcels.Office(parcels.flow)
            office.store.kept.create(replace(parcels.snapshot(state), revision=0))
            refusal = refused(partial(office.engine.send, office.engine.load("p"), event))
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
