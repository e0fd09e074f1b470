"""How much of a flow some walks have covered, what is missing, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .recorded import Recorded


class RowOf(NamedTuple):
    """A row of the table: state, name of the event's class, and place among the rows of both, from 0."""

    state: str
    event: str
    place: int

    def __str__(self) -> str:
        return f"{self.state} · {self.event} · {self.place}"


class Pair(NamedTuple):
    """Two rows that one instance takes one after the other."""

    first: RowOf
    then: RowOf

    def __str__(self) -> str:
        return f"{self.first} → {self.then}"


class GuardOutcome(NamedTuple):
    """What a guard said when its row was tried."""

    row: RowOf
    guard: str
    held: bool

    def __str__(self) -> str:
        return f"{self.row}: {self.guard} {'holds' if self.held else 'does not hold'}"


Item = RowOf | Pair | GuardOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was covered of `what`: `done` of `all_` items. `missing` gives the reason why for each that was not.

    `unexplained` are missing without a reason, and `refuted` were said to be impossible and happened. `walks` cover
    all that was covered; none of them is the beginning of another.
    """

    what: str
    done: int
    all_: int
    missing: Mapping[Item, str] = field(default_factory=dict[Item, str])
    unexplained: tuple[Item, ...] = ()
    refuted: tuple[Item, ...] = ()
    walks: tuple[Recorded, ...] = field(default=(), repr=False)

    @property
    def complete(self) -> bool:
        """Whether everything was covered, but for what has a reason not to be."""
        return not self.unexplained and not self.refuted

    def text(self) -> str:
        """Write it for a person."""
        lines = [f"{self.what}: {self.done} of {self.all_}, by {len(self.walks)} walks"]
        lines += [f"  never     {item}: {why}" for item, why in self.missing.items() if item not in self.unexplained]
        lines += [f"  MISSING   {item}: {self.missing[item]}" for item in self.unexplained]
        lines += [f"  REFUTED   {item}: it was said to be impossible, and happened" for item in self.refuted]
        return "\n".join(lines) + "\n"
