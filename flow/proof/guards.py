"""Guards decided over a declared space: which row takes each case, and whether more than one would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ..definition import Guard
from ..events import Event

Case = tuple[Any, Event]
"""A context and an event."""
Cases = Callable[[str, type[Event]], Iterable[Case] | None]
"""Gives every case of a state and an event, or `None` where none are declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the rows of one state and event do with all cases.

    `taken` counts the cases that each row takes; `mixed` are pairs of rows that share cases though each has some of
    its own, so that only their order decides; `broken` tells of guards that raised or gave no bool.
    """

    cases: int
    taken: tuple[int, ...]
    gaps: int
    mixed: tuple[tuple[int, int], ...]
    broken: tuple[str, ...]


Guards = tuple[Guard[Any, Any], ...]
"""The guards of one row, in the order in which they are asked."""
Known = dict[tuple[str, type[Event], tuple[Guards, ...]], Decided]
"""What was decided, by state, event and the guards of its rows."""


def decided(rows: Sequence[Guards], cases: Iterable[Case]) -> Decided:
    """Try every case on the guards of every row, whether or not an earlier one takes it."""
    taken, gaps, broken = [0] * len(rows), 0, dict[str, None]()
    holding: list[set[int]] = [set() for _ in rows]
    number = 0
    for number, (context, happened) in enumerate(cases, start=1):
        held = [place for place, guards in enumerate(rows) if _holds(guards, context, happened, broken)]
        for place in held:
            holding[place].add(number)
        if held:
            taken[held[0]] += 1
        else:
            gaps += 1
    guarded = [place for place, guards in enumerate(rows) if guards]
    return Decided(
        cases=number,
        taken=tuple(taken),
        gaps=gaps,
        mixed=tuple((one, two) for one, two in combinations(guarded, 2) if _mixed(holding[one], holding[two])),
        broken=tuple(broken),
    )


def _mixed(one: set[int], two: set[int]) -> bool:
    return bool(one & two) and bool(one - two) and bool(two - one)


def _holds(guards: Guards, context: Any, event: Event, broken: dict[str, None]) -> bool:
    for guard in guards:
        try:
            held: object = guard.holds(context, event)
        except Exception as error:
            broken[f"{guard.name} raised {type(error).__name__}"] = None
            return False
        if not isinstance(held, bool):
            broken[f"{guard.name} gave no bool"] = None
        if not held:
            return False
    return True
