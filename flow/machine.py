"""The declaration as one shared `transitions.Machine`, and the flat table compiled from it.

The Machine is what is verified and drawn. It has no model, no `to_*` triggers and no callbacks, so nothing can be
done behind the step's back; the step reads the table, whose rows are the Machine's own transitions in its order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

import transitions

from .definition import Guard, State, Transition
from .events import Event


class Condition:
    """A guard as the Machine's condition: it looks at the model's context and at the `event` of the trigger."""

    def __init__(self, guard: Guard[Any, Any]) -> None:
        self.guard = guard

    def __call__(self, data: transitions.EventData) -> bool:
        return self.guard.holds(cast(Any, data.model).context, data.kwargs["event"])


class DeclaredTransition(transitions.Transition):
    """A Machine transition that knows the declaration it was made from."""

    def __init__(self, *args: Any, declared: Transition[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.declared = declared


class DeclaredMachine(transitions.Machine):
    transition_cls = DeclaredTransition


class Row(NamedTuple):
    """A row of the table: the guards in the order in which they are consulted, and what follows."""

    guards: tuple[Guard[Any, Any], ...]
    to: str | None
    declared: Transition[Any]


Table = dict[tuple[str, type[Event]], tuple[Row, ...]]


def machine_of(states: Iterable[State[Any]], initial: str) -> DeclaredMachine:
    """Build the Machine. A refusal is an internal transition: it consults its guards and moves nothing."""
    states = tuple(states)
    machine = DeclaredMachine(
        model=None,
        states=[transitions.State(state.name) for state in states],
        initial=initial,
        auto_transitions=False,
        send_event=True,
    )
    for state in states:
        for move in state.moves:
            machine.add_transition(
                move.event.__name__,
                state.name,
                move.to,
                conditions=[Condition(guard) for guard in move.when],
                declared=move,
            )
    return machine


def table_of(machine: DeclaredMachine) -> Table:
    """Flatten the Machine into (state, event class) → rows."""
    table: Table = {}
    for event in machine.events.values():
        for source, moves in event.transitions.items():
            rows = tuple(_row(cast(DeclaredTransition, move)) for move in moves)
            table[source, rows[0].declared.event] = rows
    return table


def _row(move: DeclaredTransition) -> Row:
    return Row(tuple(cast(Condition, one.func).guard for one in move.conditions), move.dest, move.declared)
