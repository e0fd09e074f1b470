"""Sign-ups in the memory of one process: how long, how large, how many, by how many threads; and the imports."""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from pydantic import SecretBytes, SecretStr

from esozflow.adapters.sandbox import Esoz
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import Engine, Event, Port, RandomIds, Snapshot
from esozflow.states import EditAgain, RequestFilled, SignUp, sign_up
from esozflow.states.signup import begin
from esozflow.states.signup import replace as change

from .check import SignUps
from .counting import counted
from .environments import run
from .rounds import Row, interleaved, seconds
from .signups import SEED, Constant, acts, whole

SIGN_UPS, MOVES = 20, 200
"""In a round."""
LIVE = (1, 100, 10_000, 100_000)
THREADS = (1, 2, 4, 8)
TURNS = 10
"""Of each number of live sign-ups in a round."""


def engine_over(store: MemoryStore[SignUp], esoz: Port | None = None) -> Engine[SignUp]:
    return Engine(sign_up(), store=store, ports={"esoz": esoz or Constant(), "vault": MemoryVault()})


def sign_up_in_memory(rounds: int) -> Iterator[Row]:
    """Fourteen moves and seven calls: with the sandbox, and with answers that are known, which leaves what is ours."""
    sandbox = SandboxGateway(Esoz(seed=SEED), client_secret=SecretStr(SEED.pis.secret))
    emulated, known = engine_over(MemoryStore(), sandbox), engine_over(MemoryStore())
    times = (rounds + 1) * SIGN_UPS
    given, same = iter([list(acts(child)) for child in range(1, times + 1)]), list(acts())
    sides = {
        "sandbox": _times(lambda: whole(emulated, next(given)), 1e3, SIGN_UPS),
        "known": _times(lambda: whole(known, same), 1e3, SIGN_UPS),
    }
    interleaved(1, sides)
    took = interleaved(rounds, sides)
    yield Row(workload="whole sign-up in memory", ours="sandbox in process", unit="ms", mine=took["sandbox"])
    yield Row(workload="whole sign-up in memory", ours="answers known", unit="ms", mine=took["known"])


def rehydration(rounds: int) -> Iterator[Row]:
    """A sign-up on its page of data, to bytes and back with every check; and the same JSON without any."""
    engine, codec = engine_over(MemoryStore()), SnapshotCodec(sign_up(), SignUp)
    waiting = engine.begin()
    for event in list(acts())[:4]:
        waiting = engine.send(waiting, event)
    context = codec.dump(waiting)
    stored: Any = (*attrgetter(*Snapshot.__slots__)(waiting)[:-1], context)
    text = context.get_secret_value()
    plain = json.loads(text)
    took = interleaved(
        rounds,
        {
            "load": _times(lambda: codec.load(stored), 1e6, MOVES),
            "loads": _times(lambda: json.loads(text), 1e6, MOVES),
            "dump": _times(lambda: codec.dump(waiting), 1e6, MOVES),
            "dumps": _times(lambda: json.dumps(plain, ensure_ascii=False), 1e6, MOVES),
        },
    )
    for ours, beside in (("load", "loads"), ("dump", "dumps")):
        row = Row(
            workload="rehydration", ours=f"SnapshotCodec.{ours}", beside=f"json.{beside}", unit="µs", mine=took[ours]
        )
        yield replace(row, theirs=took[beside])


def sizes(rounds: int) -> Iterator[Row]:
    """Bytes of a sign-up where it has gathered most."""
    found = SignUps().bytes()
    live, workload = "live, beyond its own data", "size of a sign-up"
    yield Row(workload=workload, ours=live, unit="bytes", mine=[found["live"]], at_most=1024)
    yield Row(workload=workload, ours="the same with its journal", unit="bytes", mine=[found["live_with_journal"]])
    yield Row(workload=workload, ours="stored, before it is sealed", unit="bytes", mine=[found["stored"]])


def imports(rounds: int) -> Iterator[Row]:
    """Processor time of the imports, in a new process each, from compiled files."""

    def of(names: str) -> Callable[[], float]:
        program = f"import time; t = time.process_time()\nimport {names}\nprint(time.process_time() - t)"
        return lambda: float(run(sys.executable, "-c", program)) * 1000

    sides = {
        "names": of("esozflow.flow, esozflow.states"),
        "flow": of("esozflow.states.flow; esozflow.states.flow.sign_up()"),
        "theirs": of("transitions, pydantic, structlog"),
    }
    interleaved(1, sides)
    took = interleaved(rounds, sides)
    # The names of the states are loaded when they are asked for; the second row asks for all that a sign-up needs.
    for ours, what, most in (("names", "esozflow.flow, esozflow.states", 1.25), ("flow", "… and the flow built", None)):
        yield Row(
            workload="import",
            ours=what,
            beside="transitions, pydantic, structlog",
            unit="ms of processor time",
            mine=took[ours],
            theirs=took["theirs"],
            at_most=most,
        )


def growth(rounds: int) -> Iterator[Row]:
    """Two moves of one sign-up after another, chosen at random, beside any number that wait.

    The same is told of values in a dict, because memory that is in no cache takes its time whoever keeps them there,
    and the instructions, because they tell whether more of them are executed.
    """
    ids = [f"{number:040}" for number in range(LIVE[-1])]
    keepers = {"live sign-ups": _sign_ups, "values in a dict": _values}
    # Such a turn is over in milliseconds, in which a machine has its moods.
    sides = {
        f"{what}: {live}": _chosen(ids[:live], keep(ids[:live])) for what, keep in keepers.items() for live in LIVE
    }
    took = interleaved(TURNS * rounds, sides)
    counts = {name: [counted(act).instructions / MOVES / 2] for name, act in sides.items()}
    gc.unfreeze()
    for what in keepers:
        one = f"{what}: 1"
        for many in (f"{what}: {live}" for live in LIVE[1:]):
            row = Row(workload="cost of an event", ours=many, beside=one, unit="µs", mine=took[many], theirs=took[one])
            yield replace(row, at_most=1.1 if what == "live sign-ups" else None)
    many, one = f"live sign-ups: {LIVE[-1]}", "live sign-ups: 1"
    row = Row(workload="cost of an event, counted", ours=many, beside=one, unit="instructions", mine=counts[many])
    yield replace(row, theirs=counts[one])


def _chosen(ids: list[str], moves: Callable[[str], object]) -> Callable[[], float]:
    chance = random.Random(6)  # noqa: S311 - repeatable, and no secret

    def act() -> float:
        gc.freeze()  # or what lives would be looked through in every turn
        took = 0.0
        for one in chance.choices(ids, k=MOVES):
            started = time.perf_counter()
            moves(one)
            took += time.perf_counter() - started
        return took / MOVES / 2 * 1e6

    act()
    return act


def _sign_ups(ids: list[str]) -> Callable[[str], object]:
    engine, filled, back = engine_over(MemoryStore()), next(acts()), EditAgain()
    for one in ids:
        engine.send(engine.begin(one), filled)
    return lambda one: engine.send(engine.send(engine.load(one), back), filled)


@dataclass(slots=True)
class _Value:
    id: str
    state: str
    revision: int
    begun_at: datetime
    entered_at: datetime
    expires_at: datetime
    context: SignUp


def _values(ids: list[str]) -> Callable[[str], object]:
    """The same data in a dict, each change a new value: no rule, no journal, no engine."""
    kept, filled, lifetime = dict[str, _Value](), next(acts()), timedelta(hours=1)
    assert isinstance(filled, RequestFilled)

    def changed(one: str, state: str, context: SignUp) -> None:
        last, now = kept[one], datetime.now(UTC)
        kept[one] = _Value(one, state, last.revision + 1, last.begun_at, now, now + lifetime, context)

    def fill(one: str) -> None:
        content = SecretBytes(filled.request.to_signed_json())
        context = change(
            kept[one].context, client=filled.client, confidant_token=filled.token, content=content, messages=()
        )
        changed(one, "sign", context)

    def moves(one: str) -> None:
        changed(one, "prepare", change(kept[one].context, content=None, messages=()))
        fill(one)

    for one in ids:
        now = datetime.now(UTC)
        kept[one] = _Value(one, "prepare", 0, now, now, now + lifetime, begin(RandomIds()))
        fill(one)
    return moves


def threads(rounds: int) -> Iterator[Row]:
    """Whole sign-ups by threads that share one engine; the answers of ЕСОЗ are known."""
    engine, given = engine_over(MemoryStore()), list(acts())
    whole(engine, given)
    took = interleaved(rounds, {str(number): _together(engine, given, number) for number in THREADS})
    for number in THREADS[1:]:
        yield Row(
            workload="sign-ups by threads",
            ours=f"{number} threads",
            beside="1 thread",
            unit="sign-ups/s",
            mine=took[str(number)],
            theirs=took["1"],
        )


def _together(engine: Engine[SignUp], given: list[Event], number: int) -> Callable[[], float]:
    def act() -> float:
        started = time.perf_counter()
        with ThreadPoolExecutor(number) as pool:
            list(pool.map(lambda _: whole(engine, given), range(8 * SIGN_UPS)))
        return 8 * SIGN_UPS / (time.perf_counter() - started)

    return act


def _times(act: Callable[[], object], unit: float, times: int) -> Callable[[], float]:
    return lambda: seconds(act, times) * unit
