"""Follow a journal from the beginning: does it tell of a life that the flow allows?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..flow import Flow
from ..snapshot import Move


def followed(flow: Flow[Any], journal: Iterable[Move]) -> str:
    """Give the state to which the journal leads. Raises `AssertionError` where the flow has no such move."""
    state, at = flow.initial, None
    for number, move in enumerate(journal, start=1):
        left = flow.states[state]
        assert move.revision == number, f"line {number} is of revision {move.revision}"
        assert move.from_state == state, f"line {number} leaves {move.from_state}, but {state} was reached"
        assert (move.section, move.actor) == (left.section, left.actor), f"line {number} is of another party"
        known = {(one.event.__name__, one.to) for one in left.moves}
        assert (move.event, move.to_state) in known, f"{state} has no move on {move.event} to {move.to_state}"
        assert at is None or at <= move.at, f"line {number} is older than the one before"
        state, at = move.to_state, move.at
    return state
