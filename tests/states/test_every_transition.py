"""Every state meets every event: all transitions, all pairs of consecutive ones, both outcomes of every guard."""

from __future__ import annotations

import os
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings

from esozflow.flow import EventRefused
from esozflow.states.flow import auth_ui, pis, sign_up
from esozflow.states.settings import Settings
from esozflow.states.testing import sign_ups, walked


# The states of a part are those of the whole flow; a soak walks the parts, too.
@pytest.mark.parametrize("party", [sign_up, auth_ui, pis] if "SOAK" in os.environ else [sign_up])
def test_all_transitions_pairs_and_guard_outcomes_happen_and_all_else_is_refused(
    variation: Settings, party: Any
) -> None:
    flow = party(variation)

    explored = walked(flow, variation)

    assert [coverage for coverage in explored.coverages if not coverage.complete] == []
    assert explored.met == {(state, event) for state in flow.states for event in flow.events}


@pytest.mark.parametrize("party", [auth_ui, pis])
def test_the_walks_of_a_part_leave_nothing_out(party: Any) -> None:
    assert [coverage for coverage in walked(party()).coverages if not coverage.complete] == []


def test_what_the_walks_of_the_sign_up_cover_is_told() -> None:
    assert [line for line in walked(sign_up()).text().splitlines() if " never " not in line] == [
        "transitions: 90 of 90, by 68 walks",
        "pairs: 186 of 194, by 135 walks",
        "guard outcomes: 74 of 74, by 35 walks",
    ]


@settings(max_examples=20)
@given(snapshot=sign_ups(auth_ui()))
def test_snapshots_that_can_be_reached_are_of_the_flow_and_have_their_page(snapshot: Any) -> None:
    flow = auth_ui()
    assert (flow.page(snapshot) is not None) == (flow.belongs(snapshot).page is not None)


def test_every_class_of_event_of_the_flow_has_an_example(examples: SimpleNamespace, variation: Settings) -> None:
    assert sign_up(variation).events <= {type(event) for event in examples.EVENTS}


def test_a_refused_event_changes_nothing(examples: SimpleNamespace) -> None:
    flow = sign_up()
    for snapshot, _ in examples.walk(flow, *(event for event, _ in examples.WAY)):
        before = deepcopy(snapshot)
        for event in examples.EVENTS:
            if (snapshot.state, type(event)) not in flow.table:
                with pytest.raises(EventRefused):
                    flow.step(snapshot, event, examples.NOW)
        assert snapshot == before


@pytest.mark.asks("4.3.2", "4.5.3", "4.7.3", "4.9.1", "4.9.2")
def test_the_documented_way_leads_through_every_section_to_the_tokens(examples: SimpleNamespace) -> None:
    flow = sign_up()

    snapshots = [snapshot for snapshot, _ in examples.walk(flow, *(event for event, _ in examples.WAY))]

    assert [str(one.state) for one in snapshots[1:]] == [state for _, state in examples.WAY]
    sections = list(dict.fromkeys(flow.states[one.state].section for one in snapshots))
    assert sections == ["4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7", "4.8", "4.9"]


def test_a_final_state_takes_no_event(examples: SimpleNamespace, variation: Settings) -> None:
    flow = sign_up(variation)

    finals = {name for name, state in flow.states.items() if state.final}

    assert not finals & {state for state, _ in flow.table}
    assert all((name, kind) not in flow.table for name in finals for kind in map(type, examples.EVENTS))
