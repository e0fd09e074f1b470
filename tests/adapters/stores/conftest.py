"""Stores over databases of both kinds, and a sign-up to keep in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from esozflow.adapters.sealing import Keys, new_key
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore, upgrade
from esozflow.flow import Flow, Move, Snapshot
from esozflow.states import SignUp, auth_ui, pis, sign_up
from esozflow.states.signup import Query

from ...databases import NewDatabase

NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
CANARY = "canary-7f3a"
KEY = new_key()
KEYS = Keys([KEY])
FLOWS: dict[str, Flow[SignUp]] = {"whole": sign_up(), "auth_ui": auth_ui(), "pis": pis()}


def snapshot(id: str = "one", *, state: str = "confirm", flow: str = "auth_ui", **changes: Any) -> Snapshot[SignUp]:
    """Give a sign-up whose every secret is the canary."""
    query = Query(
        client_id="client",
        redirect_uri="https://pis.example.ua/callback",
        scope="person:read",
        user_data=SecretStr(CANARY * 20),
        token=SecretStr(CANARY),
    )
    first = Snapshot(
        id=id,
        flow=FLOWS[flow].name,
        version=FLOWS[flow].version,
        state=state,
        revision=0,
        begun_at=NOON,
        entered_at=NOON,
        expires_at=None,
        context=SignUp(query=query, patient=SecretStr(CANARY), jwt=SecretStr(CANARY), client_name=CANARY),
    )
    return replace(first, **changes)


def move(to: Snapshot[SignUp], event: str = "Confirm") -> Move:
    return Move(
        revision=to.revision,
        event=event,
        from_state="confirm",
        to_state=to.state,
        section="4.4",
        actor="auth_ui",
        at=to.entered_at,
    )


def next_of(before: Snapshot[SignUp], **changes: Any) -> Snapshot[SignUp]:
    later = before.entered_at + timedelta(seconds=1)
    return replace(before, **{"revision": before.revision + 1, "entered_at": later, **changes})


class Stores:
    """A database, and any number of stores over it."""

    def __init__(self, url: SecretStr) -> None:
        self.url = url
        self.opened: list[Database] = []
        self.database = self.open()

    def open(self, **options: Any) -> Database:
        self.opened.append(Database(self.url, **options))
        return self.opened[-1]

    def store(self, flow: str = "auth_ui", *, keys: Keys = KEYS, database: Database | None = None) -> SqlStore[SignUp]:
        return SqlStore(database or self.database, codec=SnapshotCodec(FLOWS[flow], SignUp), keys=keys)

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Do what somebody with the account of the database can do."""

        def act(connection: Any) -> list[Any]:
            result = connection.execute(text(statement), values)
            return result.all() if result.returns_rows else []

        return self.database.write(act)

    def close(self) -> None:
        for database in self.opened:
            database.close()


@pytest.fixture
def stores(new_database: NewDatabase) -> Iterator[Stores]:
    """Give an empty store on each kind of database."""
    made = Stores(new_database())
    upgrade(made.database)
    yield made
    made.close()


@pytest.fixture
def make_stores() -> Iterator[Callable[[SecretStr], Stores]]:
    """Make stores over a database of the test's own, not upgraded."""
    made: list[Stores] = []

    def make(url: SecretStr) -> Stores:
        made.append(Stores(url))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def kept() -> SimpleNamespace:
    """The names of this module, for tests that cannot import it."""
    return SimpleNamespace(**{name: value for name, value in globals().items() if not name.startswith("__")})
