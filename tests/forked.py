"""A process that forks others, which act on one sign-up over one database, and which may kill themselves.

Run as a program it reads one JSON object a line, what to do, and writes one a line, what came of it. A fork costs
milliseconds where a new interpreter costs a second; nothing is open before the fork.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import structlog.contextvars  # noqa: F401 - loaded before the fork, not in each child
from pydantic import SecretStr

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.http import HttpGateway
from esozflow.adapters.sandbox import Seed
from esozflow.adapters.sealing import Keys
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore, resume_due
from esozflow.adapters.vault import CallbackVault
from esozflow.flow import Call, Engine, FlowError, Outcome, Snapshot, SystemClock
from esozflow.states import (
    MIGRATIONS,
    Accept,
    CallbackReceived,
    Confirm,
    HandedOver,
    Opened,
    PisClient,
    RegisterAgain,
    RegistrationRequest,
    RequestFilled,
    RequestSigned,
    Retry,
    SignUp,
    sign_up,
)

SEED = Seed()
CLIENT = PisClient(
    client_id=SEED.pis.id,
    redirect_uri=SEED.pis.redirect_uris[0],
    scope="app:read_pis person:details_pis",
    auth_ui="https://my.example.ua",
)

FLOW = sign_up()
CODEC = SnapshotCodec(FLOW, SignUp, MIGRATIONS)


@cache
def gateway(url: str) -> HttpGateway:
    """Give a gateway; made before the fork, it is ready after it, and has no connection yet."""
    return HttpGateway(auth_base_url=url, api_base_url=url, client_secret=SecretStr(SEED.pis.secret))


class Later(SystemClock):
    """A clock that is so many seconds ahead."""

    def __init__(self, seconds: float) -> None:
        self.by = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


class Dying:
    """A port that kills its process before a call is made, or when its answer is there."""

    def __init__(self, port: Any, call: str, moment: str) -> None:
        self.port = port
        self.dies = (call, moment)

    def perform(self, call: Call) -> Outcome:
        self.at(call.name, "committed")
        outcome: Outcome = self.port.perform(call)
        self.at(call.name, "answered")
        return outcome

    def at(self, *now: str) -> None:
        if now == self.dies:
            os.kill(os.getpid(), signal.SIGKILL)


class Actor:
    """The engine of one process, over a sign-up that is told by its id."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.clock = Later(told.get("later", 0.0))
        database = Database(SecretStr(told["store"]), wait=30.0)
        self.store = SqlStore(database, codec=CODEC, keys=Keys([SecretStr(told["key"])]))
        dies = told.get("dies", ["", ""])
        vault = CallbackVault(
            lambda id, tokens: Path(told["vault"]).write_text(tokens.access_token.get_secret_value()) and None
        )
        ports = {"esoz": Dying(gateway(told["esoz"]), *dies), "vault": Dying(vault, *dies)}
        self.engine = Engine(FLOW, store=self.store, ports=ports, clock=self.clock)

    def walk(self) -> Snapshot[SignUp]:
        """Go on from wherever it stands to where only somebody else can help; a person asks for what is asked for."""
        snapshot = self.engine.load(self.told["id"])
        while event := self.event(snapshot):
            snapshot = self.engine.send(snapshot, event)
            if snapshot.state == self.told.get("until"):
                break
        return snapshot

    def event(self, snapshot: Snapshot[SignUp]) -> Any:
        page = self.engine.page(snapshot)
        retries = page is not None and any(action.event is Retry for action in page.actions)
        makes = {
            "prepare": self.filled,
            "sign": lambda: RequestSigned(user_data=SecretStr(self.told["user_data"])),
            "hand_over": HandedOver,
            "validate_params": lambda: self.opened(snapshot),
            "confirm": Confirm,
            "consent": Accept,
            "register_unknown": RegisterAgain,
            "redirect": lambda: self.back(snapshot),
            **({snapshot.state: Retry} if retries else {}),
        }
        make = makes.get(snapshot.state)
        return make() if make else None

    def filled(self) -> RequestFilled:
        return RequestFilled(
            client=CLIENT,
            token=SecretStr(SEED.confidant.access_token),
            request=RegistrationRequest.read(REQUEST),
            filled_on=datetime.now(UTC).date(),
        )

    def opened(self, snapshot: Snapshot[SignUp]) -> Opened:
        return Opened(
            client_id=CLIENT.client_id,
            redirect_uri=CLIENT.redirect_uri,
            scope=" " if self.told.get("roles") else CLIENT.scope,
            user_data=SecretStr(self.told["user_data"]),
            token=SecretStr(SEED.confidant.access_token),
            state=snapshot.context.oauth_state,
        )

    def back(self, snapshot: Snapshot[SignUp]) -> CallbackReceived:
        page = self.engine.page(snapshot)
        assert page
        assert page.leads_to
        return CallbackReceived.from_query(page.leads_to.get_secret_value().partition("?")[2])

    def act(self) -> dict[str, Any]:
        if self.told["act"] == "begin":
            self.engine.begin(self.told["id"])
        if self.told["act"] == "resume":
            done = resume_due(self.engine, self.store, self.clock.now())
            return {"count": done.count, **self.seen(self.engine.load(self.told["id"]))}
        if self.told["act"] == "send":
            return self.sent()
        return self.seen(self.walk())

    def sent(self) -> dict[str, Any]:
        """Send what the page asks for, whatever it is; what was refused is told by its kind and code."""
        event = {"Accept": Accept, "Confirm": Confirm}[self.told["event"]]()
        try:
            return self.seen(self.engine.send(self.engine.load(self.told["id"]), event))
        except FlowError as error:
            return {"error": type(error).__name__, "code": error.code}

    def seen(self, snapshot: Snapshot[SignUp]) -> dict[str, Any]:
        page = self.engine.page(snapshot)
        leads_to = page.leads_to.get_secret_value() if page and page.leads_to else None
        return {"state": snapshot.state, "revision": snapshot.revision, "leads_to": leads_to}


def child(told: dict[str, Any], tells: int, go: int) -> None:
    actor = Actor(told)
    os.write(tells, b".")
    os.read(go, 1)  # until the parent lets all go at once
    os.write(tells, json.dumps(actor.act()).encode())


def fork(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Have as many processes as told do the same at the same time; give what each told, or the signal that ended it."""
    gateway(told["esoz"])
    waits, go = os.pipe()
    children: list[tuple[int, int]] = []
    for _ in range(told.get("processes", 1)):
        reads, tells = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(go)
            try:
                child(told, tells, waits)
            except BaseException as error:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                sys.stderr.flush()
                os._exit(1)
            os._exit(0)
        os.close(tells)
        children.append((pid, reads))
    os.close(waits)
    for _, reads in children:
        os.read(reads, 1)
    os.close(go)
    return [came_of(*one) for one in children]


def came_of(pid: int, reads: int) -> dict[str, Any]:
    said = b""
    while more := os.read(reads, 65536):
        said += more
    os.close(reads)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"status": status, **(json.loads(said) if said else {})}


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(fork(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
