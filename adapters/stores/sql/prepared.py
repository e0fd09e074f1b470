"""Statements that are compiled once and run on the driver's own connection.

A sign-up reads and writes by three statements that never change. The way from one of them to its result costs in
SQLAlchemy several times what the database needs for it; here it costs what the driver does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from sqlalchemy import Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine


class Cursor(Protocol):
    """What a driver gives for a statement that has run."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Sequence[Any] | None: ...


class Driver(Protocol):
    """A connection of a driver: of `sqlite3`, or of `psycopg`."""

    def execute(self, statement: str, values: Any = ..., /) -> Cursor: ...
    def commit(self) -> None: ...


class Prepared:
    """A statement for one kind of database, with what its types do to each value on the way in and out.

    A parameter may be named `new_x` where SQLAlchemy keeps `x` for itself; its value is given as `x`.
    """

    __slots__ = ("_names", "_positional", "_results", "_sql", "_values")

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = cast(SQLCompiler, cast(Any, statement).compile(dialect=dialect))
        self._sql = compiled.string
        self._positional = compiled.positional
        names = compiled.positiontup if compiled.positiontup is not None else compiled.binds
        self._values = [
            (name, name.removeprefix("new_"), _inward(compiled.binds[name].type, dialect)) for name in names
        ]
        columns = list(cast(Any, statement).exported_columns)
        self._names = [column.name for column in columns]
        results = ((column.name, _outward(column.type, dialect)) for column in columns)
        self._results = [(name, process) for name, process in results if process]

    def run(self, driver: Driver, values: Mapping[str, Any]) -> Cursor:
        """Run the statement with a value for each of its parameters."""
        given: Any
        if self._positional:
            given = [process(values[name]) if process else values[name] for _, name, process in self._values]
        else:
            given = {own: process(values[name]) if process else values[name] for own, name, process in self._values}
        return driver.execute(self._sql, given)

    def first(self, driver: Driver, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """Run the statement, and give its first row by the names of the columns."""
        row = self.run(driver, values).fetchone()
        if row is None:
            return None
        found = dict(zip(self._names, row, strict=True))
        for name, process in self._results:
            found[name] = process(found[name])
        return found


def _inward(kind: TypeEngine[Any], dialect: Dialect) -> Any:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _outward(kind: TypeEngine[Any], dialect: Dialect) -> Any:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
