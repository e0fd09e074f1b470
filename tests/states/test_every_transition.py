"""Every state meets every event: all transitions, all pairs of consecutive ones, both outcomes of every guard."""

from __future__ import annotations

from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings

from esozflow.flow import EventRefused
from esozflow.states.flow import auth_ui, pis, sign_up
from esozflow.states.settings import Settings
from esozflow.states.testing import sign_ups, walked
from esozflow.states.testing.walks import never


@pytest.mark.parametrize("party", [auth_ui, pis])
def test_the_walks_of_a_part_leave_nothing_out(party: Any) -> None:
    assert [coverage for coverage in walked(party()).coverages if not coverage.complete] == []


def test_what_the_walks_of_the_sign_up_cover_is_told() -> None:
    assert [line for line in walked(sign_up()).text().splitlines() if " never " not in line] == [
        "transitions: 90 of 90, by 68 walks",
        "pairs: 186 of 194, by 135 walks",
        "guard outcomes: 74 of 74, by 35 walks",
    ]


def test_a_way_back_to_a_read_that_no_setting_makes_never_happens() -> None:
    unread = Settings(client_details_path="")
    why = "neither read that follows the scopes is made, so only roles can be unavailable"

    assert why in never(sign_up(unread), unread).values()
    assert why not in never(sign_up()).values()


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
