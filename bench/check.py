"""The regression gate: counts what is the same on every machine, and fails above the limits in `limits.toml`.

python -m bench.check [--limits FILE]
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import Engine, Snapshot
from esozflow.states import SignUp, sign_up

from . import nine, peers
from .counting import Count, counted, held
from .signups import Constant, acts, whole
from .store import Moves, on_sqlite

LIMITS = Path(__file__).with_name("limits.toml")
STEPS = len(nine.EVENTS)

Figures = dict[str, float]


def step() -> Figures:
    begun = nine.begun()
    return _a_step(lambda: nine.driven(begun))


def transitions() -> Figures:
    peer = next(peers.transitions())
    peer.driven(peer.begun())  # it does some things for the first time only
    begun = peer.begun()
    return _a_step(lambda: peer.driven(begun))


def _a_step(all_steps: Callable[[], object]) -> Figures:
    return _figures(counted(all_steps), STEPS)


def _figures(count: Count, times: int = 1) -> Figures:
    return {"instructions": count.instructions / times, "calls": count.calls / times}


class SignUps:
    """Sign-ups in memory, after one that has brought everything to its working temperature."""

    def __init__(self) -> None:
        self._flow = sign_up()
        self._store: MemoryStore[SignUp] = MemoryStore()
        self._engine = Engine(self._flow, store=self._store, ports={"esoz": Constant(), "vault": MemoryVault()})
        self._acts = list(acts())
        whole(self._engine, self._acts)

    def one(self) -> Figures:
        return _figures(counted(lambda: whole(self._engine, self._acts)))

    def bytes(self) -> Figures:
        found = Figures()
        codec = SnapshotCodec(self._flow, SignUp)
        names = [event.__name__ for event in self._flow.events]

        def note(snapshot: Snapshot[SignUp]) -> None:
            beside = (self._flow, names, snapshot.context)
            journal = self._store.journal(snapshot.id)
            if not self._flow.states[snapshot.state].final:
                found["live"] = max(found.get("live", 0), held(snapshot, beside=beside))
                found["live_with_journal"] = held((snapshot, journal), beside=beside)
            found["stored"] = max(found.get("stored", 0), len(codec.dump(snapshot).get_secret_value()))

        whole(self._engine, self._acts, note)
        return found


def stored_move() -> Figures:
    with TemporaryDirectory(prefix="esozflow-") as folder, on_sqlite(Path(folder)) as at:
        moves = Moves(at)
        first, second = moves.waiting(2)
        moves.move(first)
        return _figures(counted(lambda: moves.move(second)))


def measured() -> dict[str, Figures]:
    sign_ups = SignUps()
    return {"step": step(), "sign_up": sign_ups.one(), "stored_move": stored_move(), "bytes": sign_ups.bytes()}


def above(found: dict[str, Figures], limits: dict[str, Figures]) -> Iterator[str]:
    for of, figures in found.items():
        for what, figure in figures.items():
            if figure > limits[of][what]:
                yield f"{of}: {figure:.1f} {what}, at most {limits[of][what]:g} are allowed"


def summary(found: dict[str, Figures]) -> str:
    a_step, a_sign_up, a_move, size = found["step"], found["sign_up"], found["stored_move"], found["bytes"]
    theirs = transitions()
    return (
        f"{a_step['instructions']:.0f} instructions and {a_step['calls']:.1f} calls a step"
        f" (transitions: {theirs['instructions']:.0f} and {theirs['calls']:.1f}),"
        f" {a_sign_up['instructions']:.0f} and {a_sign_up['calls']:.0f} a sign-up,"
        f" {a_move['instructions']:.0f} and {a_move['calls']:.0f} a move loaded from SQLite and saved;"
        f" {size['live']:.0f} bytes live beyond its own data, {size['live_with_journal']:.0f} with its journal,"
        f" {size['stored']:.0f} stored; Python {sys.version_info.major}.{sys.version_info.minor}"
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--limits", type=Path, default=LIMITS)
    limits = tomllib.loads(arguments.parse_args().limits.read_text())
    found = measured()
    wrong = list(above(found, limits))
    sys.stdout.writelines(f"{line}\n" for line in [*wrong, summary(found)])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
