"""The supervisor: starts workers, kills them at random under load, starts new ones, and has every wave audited."""

from __future__ import annotations

import json
import os
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from pydantic import SecretStr

from esozflow.adapters.sealing import Keys, new_key
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore, purge, upgrade
from esozflow.states import MIGRATIONS, SignUp, auth_ui, pis

from .audit import Auditor
from .crowd import SEED, Crowd
from .emulated_esoz import ACCOUNT
from .lines import memory_of, start
from .memory import GROWTH_OF_OBJECTS, Memory
from .plan import Plan

FAULTS: tuple[dict[str, Any], ...] = (
    {"endpoint": "validate", "kind": "drop"},
    {"endpoint": "register", "kind": "drop", "after_effect": True},
    {"endpoint": "register", "kind": "drop", "after_effect": False},
    {"endpoint": "register", "kind": "status", "status": 502, "envelope": False},
    {"endpoint": "register", "kind": "status", "status": 422},
    {"endpoint": "approve", "kind": "drop", "after_effect": True},
    {"endpoint": "approve", "kind": "status", "status": 500},
    {"endpoint": "exchange", "kind": "drop", "after_effect": True},
    *({"endpoint": one, "kind": "delay", "seconds": 0.5, "times": 3} for one in ("register", "approve", "exchange")),
)
BETWEEN_FAULTS = 2.0
"""Seconds."""
DRAINED_WITHIN = 120.0
"""Seconds beyond all lifetimes."""


class Soak:
    def __init__(self, plan: Plan, url: SecretStr, folder: Path, say: Callable[[str], object]) -> None:
        self.plan, self._url, self._folder, self._say = plan, url, folder, say
        self._random = random.Random(plan.seed or None)
        self._key = new_key()
        self._workers: dict[int, tuple[subprocess.Popen[str], Path]] = {}
        self._numbers = iter(range(1, 1_000_000))
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._began = time.monotonic()
        self.memory: dict[str, Memory] = {
            "the worker that is never killed, MiB": Memory(),
            "the sandbox, thousands of objects": Memory(allowed=GROWTH_OF_OBJECTS),
        }
        self.largest_worker = 0.0
        self.killed = self.waves = 0
        self.exits: Counter[int] = Counter()

    def run(self) -> Auditor:
        with ExitStack() as stack:
            database = stack.enter_context(Database(self._url, wait=20.0))
            upgrade(database)
            flows = {party: of(self.plan.settings) for party, of in (("pis", pis), ("auth_ui", auth_ui))}
            keys = Keys([self._key])
            stores = {
                party: SqlStore(database, codec=SnapshotCodec(flow, SignUp, MIGRATIONS), keys=keys)
                for party, flow in flows.items()
            }
            auditor = Auditor(database, stores, flows)
            self._esoz = stack.enter_context(self._sandbox())
            self._crowd = Crowd(self._living, self._random.getrandbits(32))
            stack.callback(self._crowd.close)
            stack.callback(self._end_workers)
            for _ in range(self.plan.workers):
                self._start_worker()
            threads = [threading.Thread(target=one) for one in (self._kill, self._disturb, self._measure)]
            stack.callback(lambda: [one.join() for one in threads])
            stack.callback(self._stop.set)
            for one in threads:
                one.start()
            self._began = time.monotonic()
            while time.monotonic() - self._began < self.plan.seconds:
                self._wave(auditor, database)
        return auditor

    def _wave(self, auditor: Auditor, database: Database) -> None:
        left = self.plan.seconds - (time.monotonic() - self._began)
        until = time.monotonic() + min(self.plan.wave, left)
        users = [threading.Thread(target=self._uses, args=(until,)) for _ in range(self.plan.users)]
        for user in users:
            user.start()
        for user in users:
            user.join()
        lifetimes = 4 * self.plan.page_lifetime + self.plan.call_deadline
        until = time.monotonic() + lifetimes + DRAINED_WITHIN
        while auditor.waiting() and time.monotonic() < until:
            time.sleep(0.5)
        time.sleep(0.5)  # whoever was second has still to hear of it
        account = requests.post(self._esoz + ACCOUNT, timeout=60).json()
        self.memory["the sandbox, thousands of objects"].note(time.monotonic() - self._began, account["objects"] / 1000)
        vault = frozenset((self._folder / "vault").read_text().split())
        (self._folder / "vault").write_text("")
        auditor.settle(self._crowd, account, vault)
        secrets = {*self._crowd.secrets, *account["secrets"], self._key.get_secret_value()}
        auditor.read_clear_columns(secrets)
        auditor.read_logs(self._logs(), secrets)
        self._crowd.forget()
        purge(database, datetime.now(UTC))
        self.waves += 1
        self._say(
            f"{time.monotonic() - self._began:5.0f} s  wave {self.waves}: {auditor.started} started,"
            f" {auditor.completed} completed, {self.killed} workers killed, {len(auditor.broken)} promises broken"
        )

    def _uses(self, until: float) -> None:
        while time.monotonic() < until:
            self._crowd.signs_up()

    def _logs(self) -> Iterator[Path]:
        yield from self._folder.glob("*.log")
        server = parse_qs(urlsplit(self._url.get_secret_value()).query).get("host")
        if server:
            yield Path(server[0], "log")

    @contextmanager
    def _sandbox(self) -> Iterator[str]:
        process = start("emulated_esoz", {}, self._folder / "sandbox.log")
        try:
            yield json.loads(_first_line(process))["base_url"]
        finally:
            _end(process)

    def _start_worker(self) -> None:
        number = next(self._numbers)
        address = self._folder / f"{number}.sock"
        told = {
            "plan": asdict(self.plan),
            "database": self._url.get_secret_value(),
            "keys": self._key.get_secret_value(),
            "client_secret": SEED.pis.secret,
            "esoz": self._esoz,
            "vault": str(self._folder / "vault"),
            "address": str(address),
        }
        (self._folder / "vault").touch()
        process = start("worker", told, self._folder / f"worker-{number}.log")
        if not _first_line(process):
            raise RuntimeError((self._folder / f"worker-{number}.log").read_text()[-2000:])
        with self._lock:
            self._workers[number] = process, address

    def _living(self) -> list[Path]:
        with self._lock:
            return [address for _, address in self._workers.values()]

    def _kill(self) -> None:
        """Kill anyone but the first, in the middle of whatever it does, and put a new one in its place."""
        while not self._stop.wait(self._random.expovariate(1 / self.plan.between_kills)):
            with self._lock:
                number = self._random.choice(sorted(self._workers)[1:])
                process, _ = self._workers[number]
            process.kill()
            with self._lock:
                del self._workers[number]
            _end(process)
            self.exits[process.returncode] += 1
            self.killed += 1
            self._start_worker()

    def _disturb(self) -> None:
        while not self._stop.wait(BETWEEN_FAULTS):
            fault = self._random.choice(FAULTS)
            requests.post(f"{self._esoz}/sandbox/faults", json={"faults": [fault]}, timeout=60)

    def _measure(self) -> None:
        while not self._stop.wait(1.0):
            with self._lock:
                pids = [process.pid for _, (process, _) in sorted(self._workers.items())]
            at = time.monotonic() - self._began
            sizes = [memory_of(pid) for pid in pids]
            self.memory["the worker that is never killed, MiB"].note(at, sizes[0])
            self.largest_worker = max(self.largest_worker, *(size or 0.0 for size in sizes))

    def _end_workers(self) -> None:
        for process, _ in self._workers.values():
            _end(process)
            self.exits[process.returncode] += 1


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def _end(process: subprocess.Popen[str]) -> None:
    """End it as its standard input ends; one that was killed is only waited for."""
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(BrokenPipeError):
                pipe.close()
    process.wait(60)


def soak(plan: Plan, url: SecretStr, say: Callable[[str], object] = lambda _: None) -> tuple[list[str], list[str]]:
    """Run a soak on an empty database; give its table, and the promises that were broken."""
    with TemporaryDirectory(prefix="esozflow-") as folder:
        one = Soak(plan, url, Path(folder), say)
        auditor = one.run()
    return list(_table(one, auditor)), [*auditor.broken, *_broken_by(one)]


def _broken_by(one: Soak) -> Iterator[str]:
    if one.plan.judge_memory:
        for who, memory in one.memory.items():
            if not memory.flat:
                yield f"{who} grew by {memory.growth:.1f} of {memory.typical:.0f} in the second half"
    for status in one.exits.keys() - {0, -9}:
        yield f"{one.exits[status]} workers ended by themselves with status {status}"
    if not one.killed:
        yield "no worker was killed: nothing was tried"


def _table(one: Soak, auditor: Auditor) -> Iterator[str]:
    plan = one.plan
    seconds = time.monotonic() - one._began
    rows: list[tuple[str, object]] = [
        ("database", plan.database),
        ("seconds, waves", f"{seconds:.0f}, {one.waves}"),
        ("workers at a time, users at a time", f"{plan.workers}, {plan.users}"),
        ("load average (1, 5, 15 min)", ", ".join(f"{load:.1f}" for load in os.getloadavg())),
        ("workers killed with SIGKILL", one.killed),
        ("sign-ups started (each party counts its own)", auditor.started),
        ("completed", auditor.completed),
        ("ended otherwise, with a stated reason", sum(auditor.ends.values()) - auditor.completed),
        *((f"… {end}", count) for end, count in sorted(auditor.ends.items())),
        ("moves stored, of them out of calls whose worker had died", f"{auditor.moves}, {auditor.interrupted}"),
        *(
            (
                f"{write}: effects, requests, most effects of one, asked for again",
                f"{auditor.effects[write]}, {auditor.requests[write]}, {auditor.most[write]}, {again}",
            )
            for write, again in sorted(auditor.asked_again.items())
        ),
        *((f"users: {what}", count) for what, count in sorted(one._crowd.totals.items())),
        *(
            (f"{who}; growth in the second half", f"{memory.typical:.0f}, {memory.growth:+.1f}")
            for who, memory in one.memory.items()
        ),
        ("the largest worker, MiB", f"{one.largest_worker:.0f}"),
        ("promises broken", len(auditor.broken) + len(list(_broken_by(one)))),
    ]
    yield "| what | how much |"
    yield "|---|---|"
    for what, how_much in rows:
        yield f"| {what} | {how_much} |"
