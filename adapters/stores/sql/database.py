"""One database: a file of SQLite for a single machine, or PostgreSQL for many."""

from __future__ import annotations

import select
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Final, Self, TypeVar, cast

import psycopg
from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.sql.base import Executable

from ....flow import FlowError, UsageError
from ....flow.wiring import expect
from .failures import failure_of
from .prepared import Change, Driver, Query
from .resting import SINCE, Resting

T = TypeVar("T")

_DRIVERS: Final = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_WRITES: Final = "esozflow_writes"
_IDLE: Final = 1.0
"""Seconds without use after which a connection to a server is tried before it is used."""


class Database:
    """Runs transactions in any number of threads; each either happens as a whole or raises.

    `url` is `sqlite:///file` or `postgresql://user:password@host/name`. `wait` is how many seconds a transaction waits
    for a lock or for one of the `connections` before it fails. Raises `UsageError` for another url.
    """

    def __init__(self, url: SecretStr, *, wait: float = 5.0, connections: int = 10) -> None:
        expect("url", url, SecretStr)
        where = _url(url)
        self.file = Path(where.database or "") if where.drivername.startswith("sqlite") else None
        """The file, for SQLite."""
        arguments = _sqlite_arguments(wait) if self.file else _postgresql_arguments(where, wait)
        self._engine = create_engine(
            where,
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=wait,
            connect_args=arguments,
        )
        if self.file:
            event.listen(self._engine, "connect", _sqlite_connected)
            self._dialect = self._engine.dialect
            self._resting = Resting(self._engine, sqlite3.Connection.cursor)
        else:
            event.listen(self._engine, "checkin", _server_rests)
            event.listen(self._engine, "checkout", _server_is_asked)
            # SQLAlchemy has no types for this.
            self._dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
            self._resting = Resting(self._engine, _server_cursor, _server_is_there)
        self.Taken: Final[type[Exception]] = self._engine.dialect.loaded_dbapi.IntegrityError
        """What `at_once` raises where a key is taken."""
        # The drivers begin nothing by themselves, so that a single statement is on its way once and not three times.
        self._begin = "BEGIN IMMEDIATE" if self.file else "BEGIN"
        self._writing = self._engine.execution_options(**{_WRITES: True})
        event.listen(self._writing, "begin", self._begins)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Database {self._engine.url.render_as_string(hide_password=True)}>"

    def read(self, act: Callable[[Connection], T]) -> T:
        """Run single statements that read. Raises `StoreFailed`."""
        return self._run(self._engine, act)

    def write(self, act: Callable[[Connection], T]) -> T:
        """Run one transaction: what `act` did is kept if it returns, and undone if it raises. Raises `StoreFailed`."""
        return self._run(self._writing, act)

    def query(self, statement: Executable, fields: Sequence[str]) -> Query:
        """Compile a query for `at_once`."""
        return Query(statement, self._dialect, fields)

    def change(self, *statements: Executable, fields: Sequence[str]) -> Change:
        """Compile statements for `at_once`."""
        return Change(statements, self._dialect, fields, self._begin)

    def at_once(self, act: Callable[[Driver, Sequence[Any]], T], values: Sequence[Any]) -> T:
        """Run what was prepared as a transaction of its own: `act` gets driver and values. Raises `StoreFailed`."""
        try:
            taken = self._resting.take()
            try:
                result = act(taken.driver, values)
            except BaseException as error:
                # Whoever keeps the error keeps the cursor, and SQLite's lock with the statement that it did not end.
                taken.driver.close()
                if isinstance(error, Exception):
                    taken.connection.close()  # undoes what was not committed, and drops one on which that fails
                else:  # an interrupt: nobody knows what the connection was doing
                    taken.connection.invalidate()
                raise
            self._resting.leave(taken)
        except FlowError:
            raise
        except Exception as error:
            failure = failure_of(error)
        else:
            return result
        raise failure

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._resting.give_back()
        self._engine.dispose()

    def _begins(self, connection: Connection) -> None:
        connection.exec_driver_sql(self._begin)

    def _run(self, engine: Engine, act: Callable[[Connection], T]) -> T:
        try:
            with self._resting.awaited(), engine.begin() as connection:
                return act(connection)
        except FlowError:
            raise
        except Exception as error:  # drivers raise more kinds than SQLAlchemy wraps
            failure = failure_of(error)
        raise failure


def _url(given: SecretStr) -> URL:
    try:
        found = make_url(given.get_secret_value())
    except (ArgumentError, ValueError):  # their texts repeat the url, and with it a password
        found = URL.create("unreadable")
    driver = _DRIVERS.get(found.drivername)
    if driver is None or (driver.startswith("sqlite") and found.database in (None, "", ":memory:")):
        raise UsageError(
            "This is no place for a store",
            hint="Write sqlite:///file or postgresql://user@host/name; use MemoryStore where all may be forgotten.",
            code="store_url",
        )
    return found.set(drivername=driver)


def _sqlite_arguments(wait: float) -> dict[str, Any]:
    return {"timeout": wait, "check_same_thread": False, "isolation_level": None}


def _postgresql_arguments(url: URL, wait: float) -> dict[str, Any]:
    limits = f"-c lock_timeout={int(wait * 1000)} -c statement_timeout={int(wait * 2000)}"
    asked = url.query.get("options", "")
    return {
        "autocommit": True,
        "connect_timeout": max(2, int(wait)),  # the least that libpq knows
        "application_name": "esozflow",
        # In another zone Python has no name for the first and the last moments.
        "options": f"{limits} {asked if isinstance(asked, str) else ' '.join(asked)} -c timezone=UTC",
        # A machine that is gone says nothing: without these a read waits for hours.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": int(wait * 2000),
    }


def _sqlite_connected(connection: Any, _: object) -> None:
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _server_cursor(connection: psycopg.Connection[Any]) -> Driver:
    cursor = psycopg.RawCursor(connection)
    cursor.format = psycopg.pq.Format.BINARY  # what is sealed need not be written as text and read again
    return cast(Driver, cursor)


def _server_is_there(connection: Any, idle: float) -> bool:
    """Not asked before every statement: a server that has closed a connection has said so, and that is seen here."""
    if idle < _IDLE and not _has_something_to_say(connection):
        return True
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True


def _server_rests(_: object, record: Any) -> None:
    record.info.setdefault(SINCE, monotonic())


def _server_is_asked(connection: Any, record: Any, _: object) -> None:
    now = monotonic()
    if not _server_is_there(connection, now - record.info.pop(SINCE, now)):
        raise InvalidatePoolError


def _has_something_to_say(connection: Any) -> bool:
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
