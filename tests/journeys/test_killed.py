"""A process that is killed at any boundary of any call: another one carries the sign-up on; nothing is done twice."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.adapters.demo.sandbox_process import SandboxProcess

from ..parties import signed
from ..workers import ENVIRONMENT, KEY, SOAK, WRITES, sandbox, tell, upgraded

FORKED = Path(__file__).parent.parent / "forked.py"
PROCESSES = 20
REPEATS = 100 if SOAK else 3
CHILDREN = itertools.count(1)
DEADLINE = 31.0
"""Seconds after which a call is over, whoever made it."""


@pytest.fixture(scope="module")
def esoz(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture(scope="module")
def forked() -> Iterator[Callable[[dict[str, Any]], list[dict[str, Any]]]]:
    """Have a process, or many at once, do something."""
    with subprocess.Popen(
        [sys.executable, str(FORKED)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as parent:
        assert parent.stdin
        assert parent.stdout
        writes, reads = parent.stdin, parent.stdout

        def do(told: dict[str, Any]) -> list[dict[str, Any]]:
            writes.write(json.dumps(told) + "\n")
            writes.flush()
            found: list[dict[str, Any]] = json.loads(reads.readline())
            return found

        yield do
        writes.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SecretStr:
    if request.param == "postgresql":
        return upgraded(request.getfixturevalue("new_postgresql")())
    return upgraded(SecretStr(f"sqlite:///{tmp_path_factory.mktemp('store')}/sign-ups.db"))


@pytest.fixture
def place(esoz: SandboxProcess, forked: Any, store: SecretStr, tmp_path: Path) -> SimpleNamespace:
    """One sign-up, and processes that act on it."""
    child = next(CHILDREN)
    before = esoz.effects()
    told = {
        "store": store.get_secret_value(),
        "key": KEY.get_secret_value(),
        "esoz": esoz.base_url,
        "vault": str(tmp_path / "tokens"),
        "id": f"sign-up-of-child-{child}-as-hard-to-guess-as-any",
        "user_data": signed(child).user_data.get_secret_value(),
    }
    return SimpleNamespace(
        do=lambda act, **more: forked({**told, "act": act, **more}),
        ledger=lambda: {kind: (esoz.effects() - before)[kind] for kind in WRITES},
        saved=lambda: (tmp_path / "tokens").exists(),
    )


# What each call is treated as: repeated, or its result is unknown; then the state in which a person is asked.
REPEATED = {
    "validate": "confirm",
    "user_roles": "consent",
    "global_roles": "consent",
    "dictionaries": "consent",
    "client_details": "consent",
    "save_tokens": "signed_up",
}
UNKNOWN = {"register": "register_unknown", "approve": "consent", "exchange": "exchange_unknown"}
OF_THE_ROLES = {"user_roles", "global_roles"}


@pytest.mark.parametrize("moment", ["committed", "answered"])
@pytest.mark.parametrize("call", [*REPEATED, *UNKNOWN])
def test_killed_at_this_boundary_it_is_carried_on_by_another_process_and_nothing_is_done_twice(
    place: SimpleNamespace, call: str, moment: str
) -> None:
    more = {"roles": True, "until": "redirect"} if call in OF_THE_ROLES else {}
    [died] = place.do("begin", dies=[call, moment], **more)
    assert died == {"status": -signal.SIGKILL}
    done = place.ledger()
    # Nobody can know whether a call is over before its time is.
    [too_early] = place.do("resume", **more)
    assert too_early["count"] == 0
    [resumed] = place.do("resume", later=DEADLINE, **more)
    assert resumed["count"] == 1
    assert resumed["state"] == {**REPEATED, **UNKNOWN}[call]
    assert max(place.ledger().values()) <= 1
    assert place.ledger() == done, "nothing that has an effect was done without a person"
    assert place.do("resume", later=DEADLINE, **more)[0]["count"] == 0
    [end] = place.do("walk", later=DEADLINE, **more)
    asked_twice = (call, moment) == ("approve", "answered")  # by the person, who was told that it may stand
    exchanged = int(not more and (call, moment) != ("exchange", "committed"))
    expected = {"register": 1, "approve": 2 if asked_twice else 1, "exchange": exchanged}
    ends = "redirect" if more else "exchange_unknown" if call == "exchange" else "signed_up"
    assert end["state"] == ends
    tell(f"killed when {call} was {moment}: {resumed['state']}, then {end['state']}; ledger {place.ledger()}")
    assert place.ledger() == expected
    assert place.saved() is (ends == "signed_up")


def test_twenty_processes_that_accept_one_consent_approve_once(place: SimpleNamespace, esoz: SandboxProcess) -> None:
    found: Counter[str] = Counter()
    for number in range(REPEATS):
        which = {"id": f"accepted-{number}-of-{next(CHILDREN)}-as-hard-to-guess-as-any"}
        which |= {"user_data": signed(next(CHILDREN)).user_data.get_secret_value()}
        place.do("begin", until="consent", **which)
        before = place.ledger()
        results = place.do("send", event="Accept", processes=PROCESSES, **which)
        assert place.ledger() == before | {"approve": before["approve"] + 1}
        won = {one["leads_to"] for one in results if "state" in one}
        [end] = place.do("walk", until="redirect", processes=1, **which)
        assert len(won) == 1
        assert end["state"] == "signed_up"
        found += Counter(one.get("error") or one["state"] for one in results)
    tell(f"{REPEATS} × {PROCESSES} processes accept one consent: {dict(found)}; ledger {place.ledger()}")
    assert set(found) <= {"redirect", "StaleRevision", "CallInProgress", "EventRefused"}
    assert place.ledger() == dict.fromkeys(WRITES, REPEATS)
