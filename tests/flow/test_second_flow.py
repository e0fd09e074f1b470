"""A flow that is no sign-up gets diagrams, proof and the kit for its declaration and its cases alone."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from esozflow.flow.diagrams import Cast, dot, markdown, mermaid, mermaid_sequence, plantuml
from esozflow.flow.proof import proof
from esozflow.flow.testing import explore, machine_for


def test_it_is_drawn(parcels: Any) -> None:
    cast = Cast(
        lanes={"person": "Person", "sender": "Sender", "office": "Office", "world": "World"},
        user="person",
        fronts={"sender": "sender", "office": "office"},
        backs={"sender": "sender", "office": "office"},
        ports=dict.fromkeys(parcels.flow.ports, "world"),
    )
    drawn = [draw(parcels.flow) for draw in (mermaid, dot, plantuml, markdown)]
    for picture in drawn:
        assert all(state in picture for state in parcels.flow.states)
    assert "Described" in mermaid_sequence(parcels.flow, cast)


def test_it_is_proved_and_nothing_is_left_open(parcels: Any) -> None:
    report = proof(parcels.flow, parcels.cases, parcels.ORDERED)

    assert report.findings == ()
    assert report.open == ()
    assert "guards of 4 choices decided over 1016 cases" in report.facts


def test_it_is_walked_from_end_to_end(parcels: Any) -> None:
    explored = explore(parcels.flow, parcels.cases, ids=parcels.FixedIds(), never=parcels.NEVER)

    assert all(coverage.complete for coverage in explored.coverages)
    assert explored.text().splitlines() == [
        "transitions: 27 of 27, by 19 walks",
        "pairs: 46 of 47, by 32 walks",
        "  never     pricing · Priced · 0 → quoted · Accepted · 1: no attempt was made on a fresh quotation",
        "guard outcomes: 16 of 16, by 7 walks",
    ]


def test_random_lives_of_it_keep_every_promise(parcels: Any) -> None:
    run_state_machine_as_test(
        machine_for(parcels.flow, parcels.cases, ids=parcels.FixedIds()),
        settings=settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)),
    )


def test_every_walk_is_replayed_by_an_engine_to_where_the_walk_leads(parcels: Any) -> None:
    explored = explore(parcels.flow, parcels.cases, ids=parcels.FixedIds())
    machine = machine_for(parcels.flow, parcels.cases, ids=parcels.FixedIds())

    reached = {machine.replay(walk).life.stored.state for walk in explored.pairs.walks}

    # every walk goes as far as it can, so it ends where something was refused, in a call, or at an end
    assert reached >= {name for name, state in parcels.flow.states.items() if state.final or state.call}
