"""A worker: both parties' engines over one database, behind a socket; it carries on what is due."""

from __future__ import annotations

import json
import os
import socketserver
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import structlog
from pydantic import SecretStr

from esozflow.adapters.cli.log_lines import log_as_json
from esozflow.adapters.http import HttpGateway
from esozflow.adapters.lifetime import print_line, told_to_stop
from esozflow.adapters.logs import log_moves
from esozflow.adapters.sealing import Keys
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore, resume_due
from esozflow.adapters.vault import CallbackVault
from esozflow.flow import Engine, Event, FlowError, Snapshot
from esozflow.states import MIGRATIONS, CallbackReceived, Opened, SignUp, auth_ui, pis
from esozflow.states import events as known_events

from .lines import told
from .plan import Plan

DUE_EVERY = 1.0
"""Seconds."""
PARTIES = {"pis": pis, "auth_ui": auth_ui}


class Worker:
    def __init__(self, given: dict[str, Any], database: Database) -> None:
        settings = Plan(**given["plan"]).settings
        self._vault = os.open(given["vault"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        keys = Keys.read(SecretStr(given["keys"]))
        self.engines: dict[str, Engine[SignUp]] = {}
        self.stores: dict[str, SqlStore[SignUp]] = {}
        for party, flow_of in PARTIES.items():
            flow = flow_of(settings)
            gateway = HttpGateway(
                auth_base_url=given["esoz"],
                api_base_url=given["esoz"],
                client_secret=SecretStr(given["client_secret"]) if party == "pis" else None,
                request_ids=_request_id,
            )
            self.stores[party] = SqlStore(database, codec=SnapshotCodec(flow, SignUp, MIGRATIONS), keys=keys)
            self.engines[party] = Engine(
                flow,
                store=self.stores[party],
                ports={"esoz": gateway, "vault": CallbackVault(self._save)},
                observers=(log_moves(),),
            )

    def _save(self, id: str, tokens: object) -> None:
        os.write(self._vault, f"{id}\n".encode())

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        engine = self.engines[question["party"]]
        try:
            match question["do"]:
                case "begin":
                    snapshot = engine.begin(question["id"])
                case "look":
                    snapshot = engine.load(question["id"])
                case _:
                    seen = engine.load(question["id"], revision=question["revision"])
                    snapshot = engine.send(seen, _event(question))
            return _shown(engine, snapshot)
        except FlowError as error:
            return {"error": error.code}

    def carry_on(self) -> None:
        for party, engine in self.engines.items():
            try:
                done = resume_due(engine, self.stores[party], datetime.now(UTC))
            except FlowError as error:
                structlog.get_logger("esozflow").warning("nothing was resumed", error_code=error.code)
                continue
            if done.count or done.failed:
                codes = sorted(set(done.failed.values()))
                structlog.get_logger("esozflow").info("resumed", count=done.count, failed=codes)


def _request_id() -> str:
    """So that the account of ЕСОЗ says for which sign-up a request was."""
    return f"{structlog.contextvars.get_contextvars()['instance']}.{uuid.uuid4().hex}"


def _event(question: dict[str, Any]) -> Event:
    name, query = question["event"], question.get("query")
    if name == "Opened":
        return Opened.from_query(query)
    if name == "CallbackReceived":
        return CallbackReceived.from_query(query)
    kind: type[Event] = getattr(known_events, name)
    return kind.read(question.get("fields", {}))


def _shown(engine: Engine[SignUp], snapshot: Snapshot[SignUp]) -> dict[str, Any]:
    page = engine.page(snapshot)
    state = engine.flow.states[snapshot.state]
    return {
        "state": snapshot.state,
        "revision": snapshot.revision,
        "final": state.final,
        "calls": state.call is not None,
        "leads_to": page.leads_to.get_secret_value() if page and page.leads_to else None,
        "payload": page.payload.get_secret_value() if page and page.payload else None,
    }


def serve(worker: Worker, address: str) -> None:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline()
            if line:
                self.wfile.write(json.dumps(worker.answer(json.loads(line))).encode() + b"\n")

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            error = sys.exception()
            if not isinstance(error, OSError):  # a user who went away is none of ours
                structlog.get_logger("esozflow").error("a question broke the worker", kind=type(error).__name__)

    with told_to_stop(watch_stdin=True) as stop, Server(address, Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        print_line(json.dumps({"ready": True}))
        while not stop.wait(DUE_EVERY):
            worker.carry_on()
        server.shutdown()


def main() -> None:
    given = told()
    log_as_json(sys.stderr)
    with Database(SecretStr(given["database"]), connections=20) as database:
        serve(Worker(given, database), given["address"])
    Path(given["address"]).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
