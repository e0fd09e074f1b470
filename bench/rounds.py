"""Rounds in which all that is compared takes turns, and the rows that come of them.

A machine that changes its pace changes it for everybody in a round, so what is to be read is the ratio.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`mine` and `theirs` hold one figure for each round; without `theirs` it is a figure and no comparison."""

    workload: str
    ours: str
    beside: str = ""
    unit: str
    mine: Sequence[float]
    theirs: Sequence[float] = ()
    at_most: float | None = None
    at_least: float | None = None

    def cells(self) -> Iterator[str]:
        yield from (self.workload, self.ours, self.beside, self.unit, _figure(median(self.mine)))
        if not self.theirs:
            yield from ("", "", "", self._wanted(median(self.mine)))
            return
        ratios = sorted(mine / theirs for mine, theirs in zip(self.mine, self.theirs, strict=True))
        yield from (_figure(median(self.theirs)), f"{median(ratios):.3g}", f"{ratios[0]:.3g} – {ratios[-1]:.3g}")
        yield self._wanted(median(ratios))

    def _wanted(self, found: float) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}: {'yes' if found <= self.at_most else 'NO'}"
        if self.at_least is not None:
            return f"≥ {self.at_least:g}: {'yes' if found >= self.at_least else 'NO'}"
        return ""


def table(rows: Iterable[Row]) -> Iterator[str]:
    yield "| workload | ours | beside | unit | ours | other | ratio | least – most | wanted |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        yield f"| {' | '.join(row.cells())} |"


def interleaved(rounds: int, acts: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Let each act once in every round, another one first each time; an act gives its own figure."""
    names = list(acts)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            found[name].append(acts[name]())
    return found


def seconds(act: Callable[[], object], times: int = 1) -> float:
    """Give the seconds that `act` takes, on average."""
    started = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - started) / times


def _figure(found: float) -> str:
    return f"{found:,.0f}".replace(",", " ") if found >= 1000 else f"{found:.3g}"
