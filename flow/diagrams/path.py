"""The way that one instance took, to be marked on a picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..snapshot import Move


@dataclass(frozen=True, slots=True)
class Path:
    """States in the order in which they were first come to, and the moves between them: from, event, to."""

    states: tuple[str, ...]
    moves: frozenset[tuple[str, str, str]]


def path_of(journal: Iterable[Move]) -> Path:
    """Read a journal. It holds no secret and no personal datum, so neither does the picture."""
    taken = [(move.from_state, move.event, move.to_state) for move in journal]
    states = [name for source, _, target in taken for name in (source, target)]
    return Path(tuple(dict.fromkeys(states)), frozenset(taken))
