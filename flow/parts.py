"""One declaration, several parties: the part of a flow that one actor runs.

A part keeps the actor's own states. Where the flow leaves them and comes back, everything between is folded into
the state from which it left: there the actor waits for the event that brings the flow back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from .definition import State, Transition
from .errors import DefinitionError
from .flow import Flow

C = TypeVar("C")

Moves = tuple[Transition[C], ...]


def part(flow: Flow[C], actor: str) -> Flow[C]:
    """Derive the part of `actor`. Raises `DefinitionError` when the actor's states are not one part."""
    own = {name: state for name, state in flow.states.items() if state.actor == actor}
    if not own:
        raise DefinitionError(f"Flow {flow.name} has no states of {actor}", hint="Name one of its actors.")
    returning = _returning(flow, own)
    states = [_cut(state, own, returning) for state in own.values()]
    return Flow(
        f"{flow.name}.{actor}",
        states=states,
        initial=flow.initial if flow.initial in own else _entry(flow, own),
        begin=flow.begin_context,
        version=flow.version,
        lifetime=flow.lifetime,
    )


def _crossing(state: State[C], own: dict[str, State[C]]) -> list[type]:
    inside = state.name in own
    return list(dict.fromkeys(move.event for move in state.moves if move.to and (move.to in own) is not inside))


def _returning(flow: Flow[C], own: dict[str, State[C]]) -> Moves[C]:
    found: dict[type, Moves[C]] = {}
    if flow.initial not in own:
        return ()
    for state in flow.states.values():
        if state.name in own:
            continue
        for event in _crossing(state, own):
            moves = tuple(move for move in state.moves if move.event is event)
            if found.setdefault(event, moves) != moves:
                raise DefinitionError(
                    f"{event.__name__} comes back differently from different states",
                    hint="Declare the moves of the event once and share them between the states.",
                )
    return tuple(move for moves in found.values() for move in moves)


def _cut(state: State[C], own: dict[str, State[C]], returning: Moves[C]) -> State[C]:
    crossing = _crossing(state, own)
    if not crossing:
        return state
    for move in state.moves:
        if move.event in crossing and move.to in own:
            raise DefinitionError(
                f"State {state.name} leaves the part on {move.event.__name__} in some cases and stays in others",
                hint="Put a state between, or give the two ways two events.",
            )
    kept = tuple(move for move in state.moves if move.event not in crossing) + returning
    return replace(state, moves=kept, final=not kept)


def _entry(flow: Flow[C], own: dict[str, State[Any]]) -> str:
    entries = {
        move.to
        for state in flow.states.values()
        if state.name not in own
        for move in state.moves
        if move.to is not None and move.to in own
    }
    if len(entries) != 1:
        raise DefinitionError(
            f"The part is entered at {len(entries)} states", hint="Let the other party lead to exactly one state of it."
        )
    return entries.pop()
