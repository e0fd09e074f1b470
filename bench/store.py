"""What it costs to keep sign-ups: beside the bare statements, and beside DBOS.

Both sides of a pair take turns within every round, on the same database in the same run. DBOS lives in a virtual
environment of its own.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import psycopg
from pydantic import SecretStr
from sqlalchemy import func, select, text

from esozflow.adapters.sealing import Keys
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore, upgrade
from esozflow.adapters.stores.sql.tables import instances
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import Engine, Snapshot
from esozflow.states import HandedOver, SignUp, sign_up
from tests.databases import running_postgresql

from .environments import DBOS, python_with
from .rounds import Row
from .signups import Constant, acts, anew, whole

REQUIRED, REQUIRED_OF_DBOS = 0.6, 10.0
MOVES, FLOWS, STORED = 200, 50, 50
"""Moves and whole sign-ups of each side in a round; sign-ups whose size is averaged."""
TURNS = 5
"""So often each side moves in a round: now and then one of them has to carry SQLite's log into the file."""

versions: dict[str, str] = {}
"""Of what was measured beside."""

Rates = list[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An empty database of one kind, and a sign-up engine over it."""

    kind: str
    url: SecretStr
    for_dbos: str
    database: Database
    store: SqlStore[SignUp]
    engine: Engine[SignUp]


@contextmanager
def place(kind: str, url: SecretStr, for_dbos: str) -> Iterator[Place]:
    with Database(url) as database:
        upgrade(database)
        flow = sign_up()
        store = SqlStore(database, codec=SnapshotCodec(flow, SignUp), keys=Keys.for_this_process())
        engine = Engine(flow, store=store, ports={"esoz": Constant(), "vault": MemoryVault()})
        yield Place(kind=kind, url=url, for_dbos=for_dbos, database=database, store=store, engine=engine)


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Place]:
    with place("SQLite", SecretStr(f"sqlite:///{folder}/a.db"), f"sqlite:///{folder}/b.db") as at:
        yield at


class Moves:
    """Sign-ups in a place, as many as are asked for, that wait for the same event; each is moved by it once."""

    def __init__(self, at: Place) -> None:
        self._at = at
        self._waiting = at.engine.begin()
        for event in list(acts())[:2]:
            self._waiting = at.engine.send(self._waiting, event)
        self._numbers = count()

    def waiting(self, moves: int) -> list[str]:
        ids = [f"{next(self._numbers):040}" for _ in range(moves)]
        for one in ids:
            self._at.store.create(replace(self._waiting, id=one))
        return ids

    def move(self, id: str) -> None:
        """Resume, one event, save."""
        self._at.engine.send(self._at.engine.load(id), HandedOver())


def beside_bare_statements(at: Place, rounds: int, moves: int) -> Rates:
    """Resume, one event, save; and the same two rows read and written with the driver alone."""
    ours, bare = Moves(at), Bare(at)
    rates = [(_rate(ours.waiting(moves), ours.move), _rate(ours.waiting(moves), bare.moves)) for _ in range(rounds)]
    bare.close()
    return rates


class Bare:
    """The least that keeps a move: select, and in one transaction update and insert."""

    def __init__(self, at: Place) -> None:
        columns = [column.name for column in instances.c]
        self._connection: Any
        if at.database.file:
            self._connection = sqlite3.connect(at.database.file, isolation_level=None)
            self._connection.execute("PRAGMA foreign_keys=ON")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._begin, mark = "BEGIN IMMEDIATE", "?"
        else:
            self._connection = psycopg.connect(at.url.get_secret_value(), autocommit=True)
            self._begin, mark = "BEGIN", "%s"
        settings = ", ".join(f"{name} = {mark}" for name in columns[1:])
        # Of the names of our own columns, and marks for the values.
        self._select = f"SELECT {', '.join(columns)} FROM esozflow_instances WHERE id = {mark}"  # noqa: S608
        self._update = f"UPDATE esozflow_instances SET {settings} WHERE id = {mark} AND revision = {mark}"  # noqa: S608
        self._insert = f"INSERT INTO esozflow_moves VALUES ({', '.join([mark] * 8)})"  # noqa: S608

    def moves(self, id: str) -> None:
        run = self._connection.execute
        row = run(self._select, (id,)).fetchone()
        _, flow, number, _, ended, revision, begun_at, entered_at, expires_at, sealed = row
        run(self._begin)
        new = (flow, number, "validate_params", ended, revision + 1, begun_at, entered_at, expires_at, sealed)
        run(self._update, (*new, id, revision))
        run(self._insert, (id, revision + 1, "HandedOver", "hand_over", "validate_params", "4.1", "pis", entered_at))
        run("COMMIT")

    def close(self) -> None:
        self._connection.close()


def beside_workflows(at: Place, dbos: Dbos, rounds: int) -> tuple[Rates, Rates, Rates]:
    """Whole sign-ups, and DBOS workflows.

    A workflow lives in one process between its messages, as a sign-up does whose snapshot is at hand: that is the first
    pair. In the second the sign-up is loaded for each event. In the third DBOS finds all messages sent already.
    """
    given = list(acts())
    waiting: Rates = []
    loaded: Rates = []
    ahead: Rates = []
    for _ in range(rounds):
        ours = _rate(range(FLOWS), lambda _: whole(at.engine, given))
        theirs = dbos.rate(FLOWS, ahead=False)
        waiting.append((ours, theirs))
        loaded.append((_rate(range(FLOWS), lambda _: anew(at.engine, given)), theirs))
        ahead.append((ours, dbos.rate(FLOWS, ahead=True)))
    return waiting, loaded, ahead


class Dbos:
    """The DBOS side, in a process of its own. It asks the database all the time, so it is held while it is our turn."""

    def __init__(self, python: Path, url: str) -> None:
        program = Path(__file__).with_name("dbos_rounds.py")
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [python, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.version = self._ask(url)["dbos"]
        self._process.send_signal(signal.SIGSTOP)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.communicate(timeout=60)

    def rate(self, flows: int, *, ahead: bool) -> float:
        self._process.send_signal(signal.SIGCONT)
        seconds = float(self._ask(json.dumps({"flows": flows, "ahead": ahead}))["seconds"])
        self._process.send_signal(signal.SIGSTOP)
        return flows / seconds

    def _ask(self, line: str) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def _rate(each: Any, act: Callable[[Any], object]) -> float:
    started = time.perf_counter()
    for one in each:
        act(one)
    return len(each) / (time.perf_counter() - started)


def sizes(at: Place, sign_ups: int) -> Iterator[tuple[str, int]]:
    """Bytes of the sealed column where a sign-up waits; and of everything in the database for one that has ended."""
    found: dict[str, int] = {}
    length = func.length(instances.c.sealed)

    def note(snapshot: Snapshot[SignUp]) -> None:
        query = select(length).where(instances.c.id == snapshot.id)
        found[snapshot.state] = at.database.read(lambda connection: int(connection.execute(query).scalar_one()))

    given = list(acts())
    before = _all_bytes(at)
    whole(at.engine, given, note)
    for _ in range(sign_ups - 1):
        whole(at.engine, given)
    yield from found.items()
    yield "in all, ended, with its journal", (_all_bytes(at) - before) // sign_ups


def _all_bytes(at: Place) -> int:
    if at.database.file:
        return at.database.file.stat().st_size
    # Without what earlier states left behind: the server makes use of that room again.
    at.database.read(lambda connection: connection.exec_driver_sql("VACUUM FULL"))
    query = text("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname LIKE 'esozflow%' AND relkind='r'")
    return at.database.read(lambda connection: int(connection.execute(query).scalar_one()))


def keeping(rounds: int) -> Iterator[Row]:
    """Resume, one event, save; and the bytes of what is kept."""
    with places() as found:
        for at in found:
            mine, theirs = zip(*beside_bare_statements(at, rounds * TURNS, MOVES), strict=True)
            yield Row(
                workload=f"resume + event + save, {at.kind}",
                ours="Engine, SqlStore",
                beside="the bare statements",
                unit="moves/s",
                mine=mine,
                theirs=theirs,
                at_least=REQUIRED,
            )
            for what, size in sizes(at, STORED):
                yield Row(workload=f"stored sign-up, {at.kind}", ours=what, unit="bytes", mine=[size])


def beside_dbos(rounds: int) -> Iterator[Row]:
    """Whole sign-ups beside DBOS workflows of seven waits and seven steps."""
    python = python_with("dbos", DBOS)
    with places() as found:
        for at in found:
            with Dbos(python, at.for_dbos) as dbos:
                waiting, loaded, ahead = beside_workflows(at, dbos, rounds)
                versions["dbos"] = dbos.version
            for ours, beside, rates, at_least in (
                ("Engine, SqlStore", "DBOS", waiting, REQUIRED_OF_DBOS),
                ("Engine, SqlStore, loaded for each event", "DBOS", loaded, None),
                ("Engine, SqlStore", "DBOS, all messages sent before", ahead, None),
            ):
                mine, theirs = zip(*rates, strict=True)
                yield Row(
                    workload=f"whole sign-up, {at.kind}",
                    ours=ours,
                    beside=beside,
                    unit="sign-ups/s",
                    mine=mine,
                    theirs=theirs,
                    at_least=at_least,
                )


@contextmanager
def places() -> Iterator[list[Place]]:
    """Give a place on SQLite and one on PostgreSQL."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="esozflow-")))
        new = stack.enter_context(running_postgresql(durable=True))
        on_postgresql = place("PostgreSQL", new(), new().get_secret_value())
        found = [stack.enter_context(on_sqlite(folder)), stack.enter_context(on_postgresql)]
        versions.update({"PostgreSQL": _version_of(found[1]), "SQLite": sqlite3.sqlite_version})
        yield found


def _version_of(at: Place) -> str:
    return str(at.database.read(lambda connection: connection.execute(text("SHOW server_version")).scalar_one()))
