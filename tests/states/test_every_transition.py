"""Every state meets every event: all transitions, all pairs of consecutive ones, both outcomes of every guard."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from esozflow.flow import Event, EventRefused, Flow, Snapshot
from esozflow.states.flow import auth_ui, pis, sign_up
from esozflow.states.settings import Settings

Row = tuple[str, str, int]
"""state, event, place among the rows of that event"""

# Rows that follow one another on the drawing, but never in one sign-up, and why.
NEVER_IN_A_ROW = {
    # What failed here is a read that only follows roles, so the roles are read again.
    ("user_roles", "consent_unavailable", "Retry", 1),
    ("global_roles", "consent_unavailable", "Retry", 1),
    # Who asks again knows of an earlier request; who confirms for the first time cannot.
    ("register_unknown", "register", "Unreachable", 1),
    ("confirm", "register", "Unreachable", 0),
}


class Visit(NamedTuple):
    snapshot: Snapshot[Any]
    came_by: Row | None


class Explored(NamedTuple):
    """What one exploration saw: rows taken, pairs of them, guard outcomes, and every state met with every event."""

    rows: set[Row]
    pairs: set[tuple[Row, Row]]
    outcomes: set[tuple[str, str, int, str, bool]]
    met: set[tuple[str, int]]


def sort_of(context: Any) -> tuple[object, ...]:
    """Tell contexts apart by what a guard can see, so that the exploration ends."""
    query, user = context.query, context.user
    return (
        query and (query.redirect_uri, bool(query.scope.split()), bool(query.state)),
        user and user.id,
        context.scopes,
        bool(context.code),
        bool(context.jwt),
        bool(context.tokens),
        context.redirect_url is not None,
        context.maybe_registered,
        context.maybe_approved,
    )


def taken(flow: Flow[Any], snapshot: Snapshot[Any], event: Event, outcomes: set[Any]) -> Row | None:
    for place, row in enumerate(flow.table.get((snapshot.state, type(event)), ())):
        for guard in row.guards:
            held = guard.holds(snapshot.context, event)
            outcomes.add((str(snapshot.state), type(event).__name__, place, guard.name, held))
            if not held:
                break
        else:
            return (str(snapshot.state), type(event).__name__, place)
    return None


def explore(flow: Flow[Any], examples: SimpleNamespace) -> Explored:
    seen = Explored(set(), set(), set(), set())
    known: set[object] = set()
    todo = deque([Visit(examples.at(flow), None)])
    while todo:
        snapshot, came_by = todo.popleft()
        for number, event in enumerate(examples.EVENTS):
            seen.met.add((snapshot.state, number))
            row = taken(flow, snapshot, event, seen.outcomes)
            if row is None:
                refused(flow, snapshot, event, "not_expected_here")
                continue
            seen.rows.add(row)
            if came_by:
                seen.pairs.add((came_by, row))
            declared = flow.table[snapshot.state, type(event)][row[2]].declared
            if declared.to is None:
                refused(flow, snapshot, event, declared.refusal)
                continue
            stepped = flow.step(snapshot, event, examples.NOW)
            assert stepped.snapshot.state == declared.to
            assert stepped.snapshot.revision == snapshot.revision + 1
            assert (stepped.call is not None) is (flow.states[declared.to].call is not None)
            flow.page(stepped.snapshot)
            key = (stepped.snapshot.state, row, sort_of(stepped.snapshot.context))
            if key not in known:
                known.add(key)
                todo.append(Visit(stepped.snapshot, row))
    return seen


def refused(flow: Flow[Any], snapshot: Snapshot[Any], event: Event, code: str) -> None:
    with pytest.raises(EventRefused) as raised:
        flow.step(snapshot, event, snapshot.entered_at)
    assert raised.value.code == code
    assert raised.value.__cause__ is None


def unused(variation: Settings, flow: Flow[Any]) -> set[Row]:
    """With neither read that follows the scopes, only roles can be unavailable, and they are read again."""
    if variation.client_details_path or variation.available_scopes_check or "consent_unavailable" not in flow.states:
        return set()
    return {("consent_unavailable", "Retry", 1)}


def rows_of(flow: Flow[Any]) -> set[Row]:
    return {(s, e.__name__, place) for (s, e), rows in flow.table.items() for place in range(len(rows))}


@pytest.mark.parametrize("party", [sign_up, auth_ui, pis])
def test_all_transitions_pairs_and_guard_outcomes_happen_and_all_else_is_refused(
    examples: SimpleNamespace, variation: Settings, party: Any
) -> None:
    flow = party(variation)

    seen = explore(flow, examples)

    assert rows_of(flow) - seen.rows == unused(variation, flow)
    assert seen.rows <= rows_of(flow)
    assert {state for state, _ in seen.met} == set(flow.states)
    assert len(seen.met) == len(flow.states) * len(examples.EVENTS)
    expected_outcomes = {
        (str(state), event.__name__, place, guard.name, held)
        for (state, event), rows in flow.table.items()
        for place, row in enumerate(rows)
        for guard in row.guards
        for held in (True, False)
        if held or not (unused(variation, flow) and guard.name == "scopes_come_from_roles")
    }
    assert seen.outcomes == expected_outcomes
    leads_to = {(s, e.__name__, place): row.to for (s, e), rows in flow.table.items() for place, row in enumerate(rows)}
    possible = {(one, two) for one in seen.rows for two in seen.rows if leads_to[one] == two[0]}
    never = {(one, two) for one, two in possible if (one[0], *two) in NEVER_IN_A_ROW}
    assert possible - seen.pairs == never


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
