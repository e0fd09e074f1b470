"""The nine-state flow in esozflow and in other engines.

As a program it measures, in the environment of the others, and prints JSON: `python -m bench.engines ROUNDS`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from . import nine
from .counting import Count, counted, held
from .rounds import Row, interleaved, seconds

STEPS = len(nine.EVENTS)
LEAST_SECONDS = 0.02
"""Of one figure. Less would measure the clock."""
WANTED = {
    ("step", "transitions, detached"): 0.35,
    ("step", "Automat"): 1.0,
    ("flow", "transitions, shared machine"): 0.25,
    ("flow", "python-statemachine"): 0.05,
}
TITLES = {
    "step": ("pure step", "µs an event"),
    "flow": ("whole nine-state flow", "µs a flow"),
    "resumed": ("from a stored state to a new one", "µs"),
    "instructions": ("pure step, counted", "instructions"),
    "calls": ("pure step, counted", "calls"),
    "bytes": ("live instance in its last state", "bytes"),
}

Measured = dict[str, dict[str, list[float]]]


def engines(rounds: int) -> Iterator[Row]:
    from .environments import PEERS, python_with, run

    answer = json.loads(run(python_with("peers", PEERS), "-m", "bench.engines", str(rounds)))
    versions.update(answer["versions"])
    measured: Measured = answer["measured"]
    for what, figures in measured.items():
        title, unit = TITLES[what]
        mine = figures.pop("esozflow")
        for peer, theirs in figures.items():
            row = Row(workload=title, ours="esozflow", beside=peer, unit=unit, mine=mine, theirs=theirs)
            yield replace(row, at_most=WANTED.get((what, peer)))


versions: dict[str, str] = {}
"""Of the others, once they have been measured."""


def main() -> None:
    from .peers import Peer, all_peers

    rounds, peers = int(sys.argv[1]), all_peers()
    ours = Peer(
        name="esozflow",
        package=None,
        begun=nine.begun,
        driven=nine.driven_with_new_events,
        resumed=nine.resumed,
        state=lambda snapshot: str(snapshot.state),
    )
    measured: Measured = {
        "step": interleaved(
            rounds,
            {"esozflow": _step(nine.begun, nine.driven)} | {one.name: _step(one.begun, one.driven) for one in peers},
        ),
        "flow": interleaved(rounds, {one.name: _flow(one.begun, one.driven) for one in (ours, *peers)}),
        "resumed": interleaved(rounds, {one.name: _resumed(one.resumed) for one in (ours, *peers) if one.resumed}),
    }
    measured |= {"instructions": {}, "calls": {}, "bytes": {}}
    for one in (ours, *peers):
        driven = nine.driven if one is ours else one.driven
        begun = one.begun()
        count = _counted(driven, begun)
        last = nine.driven(nine.begun()) if one is ours else begun
        measured["instructions"][one.name] = [count.instructions / STEPS]
        measured["calls"][one.name] = [count.calls / STEPS]
        other = nine.driven(nine.begun("other")) if one is ours else _driven(one)
        measured["bytes"][one.name] = [float(held(last, beside=[other]))]
    packages = {one.package for one in peers if one.package} | {"pydantic"}
    sys.stdout.write(json.dumps({"versions": {one: version(one) for one in sorted(packages)}, "measured": measured}))


def _counted(driven: Callable[[Any], object], begun: Any) -> Count:
    return counted(lambda: driven(begun))


def _driven(peer: Any) -> Any:
    other = peer.begun()
    peer.driven(other)
    return other


def _times(act: Callable[[], object]) -> int:
    act()
    return max(1, round(LEAST_SECONDS / seconds(act)))


def _step(begun: Callable[[], Any], driven: Callable[[Any], object]) -> Callable[[], float]:
    times = _times(lambda: driven(begun()))

    def act() -> float:
        waiting = iter([begun() for _ in range(times)])
        return seconds(lambda: driven(next(waiting)), times) / STEPS * 1e6

    return act


def _flow(begun: Callable[[], Any], driven: Callable[[Any], object]) -> Callable[[], float]:
    times = _times(lambda: driven(begun()))
    return lambda: seconds(lambda: driven(begun()), times) * 1e6


def _resumed(resumed: Callable[[str], Any]) -> Callable[[], float]:
    times = _times(lambda: resumed("confirm"))
    return lambda: seconds(lambda: resumed("confirm"), times) * 1e6


if __name__ == "__main__":
    main()
