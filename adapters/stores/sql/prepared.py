"""Statements that are compiled once and run on a cursor of the driver.

A sign-up reads and writes by a few statements that never change. The way from one of them to its result costs in
SQLAlchemy several times what the database needs for it; here it costs what the driver does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Protocol, cast

from sqlalchemy import Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine


class Driver(Protocol):
    """A cursor of a driver: of `sqlite3`, or of `psycopg`."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> object: ...
    def fetchall(self) -> Sequence[Sequence[Any]]: ...
    def close(self) -> None: ...


_Taking = Callable[[Sequence[Any]], Sequence[Any]]


class Query:
    """A query for one kind of database, with what its types do to each value on the way in and out.

    Its parameters are given as values in the order of `fields`, which may name more than it takes; the dialect numbers
    or lists them.
    """

    __slots__ = ("_given", "_read", "_sql")

    def __init__(self, statement: Executable, dialect: Dialect, fields: Sequence[str]) -> None:
        self._sql, self._given = _compiled(statement, dialect, fields)
        columns = cast(Any, statement).exported_columns
        self._read = _processed(tuple, [_outward(column.type, dialect) for column in columns])

    def first(self, driver: Driver, values: Sequence[Any]) -> Sequence[Any] | None:
        """Run the query, and give the first row of its result."""
        driver.execute(self._sql, self._given(values))
        rows = driver.fetchall()  # to the end, or SQLite would go on reading while the connection rests
        return self._read(rows[0]) if rows else None


class Change:
    """Statements of which each changes one row, or else none changes anything: one transaction, if they are several.

    None may match more than one row. `begin` begins the transaction. Their parameters are given as those of a `Query`;
    one may be named `new_x` where SQLAlchemy keeps `x` for itself, and its field is `x`.
    """

    __slots__ = ("_begin", "_steps")

    def __init__(self, statements: Sequence[Executable], dialect: Dialect, fields: Sequence[str], begin: str) -> None:
        self._steps = [_compiled(one, dialect, fields) for one in statements]
        self._begin = begin if len(statements) > 1 else None

    def run(self, driver: Driver, values: Sequence[Any]) -> bool:
        """Run the statements with a value for each of their fields; tell whether anything was changed."""
        if self._begin:
            driver.execute(self._begin)
        end, changed = "COMMIT", True
        for sql, given in self._steps:
            driver.execute(sql, given(values))
            if driver.rowcount != 1:
                end, changed = "ROLLBACK", False
                break
        if self._begin:
            driver.execute(end)
        return changed


def _compiled(statement: Executable, dialect: Dialect, fields: Sequence[str]) -> tuple[str, _Taking]:
    compiled = cast(SQLCompiler, cast(Any, statement).compile(dialect=dialect))
    names = compiled.positiontup or []
    inward = [_inward(compiled.binds[name].type, dialect) for name in names]
    return compiled.string, _processed(_picked([fields.index(name.removeprefix("new_")) for name in names]), inward)


def _picked(places: Sequence[int]) -> _Taking:
    if len(places) > 1:
        return itemgetter(*places)  # which gives no sequence for one place
    first = places[0] if places else 0
    return itemgetter(slice(first, first + len(places)))


def _processed(take: _Taking, processes: Sequence[Any]) -> _Taking:
    needed = [(place, process) for place, process in enumerate(processes) if process]

    def processed(values: Sequence[Any]) -> Sequence[Any]:
        taken = [*take(values)]
        for place, process in needed:
            taken[place] = process(taken[place])
        return taken

    return processed if needed else take


def _inward(kind: TypeEngine[Any], dialect: Dialect) -> Any:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _outward(kind: TypeEngine[Any], dialect: Dialect) -> Any:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
