"""The way that one instance took, to be marked on a picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..snapshot import Move


@dataclass(frozen=True, slots=True)
class Path:
    """States in the order in which they were first come to, and the lines taken between them."""

    states: tuple[str, ...]
    lines: frozenset[tuple[str, str]]


def path_of(journal: Iterable[Move]) -> Path:
    """Read a journal. It holds no secret and no personal datum, so neither does the picture."""
    moves = tuple(journal)
    states = [name for move in moves for name in (move.from_state, move.to_state)]
    return Path(tuple(dict.fromkeys(states)), frozenset((move.from_state, move.to_state) for move in moves))
