"""The two tables. What is secret or personal is in `sealed` alone; everything else may be read by an operator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from ....flow import UsageError

_IN_UTC: Final = "+00:00"
_WRITTEN: Final = "%04d-%02d-%02d %02d:%02d:%02d.%06d"  # what isoformat gives in half of the time
_from_text: Final = datetime.fromisoformat  # of a class of C, where Python would look for it each time anew
_parts = attrgetter("year", "month", "day", "hour", "minute", "second", "microsecond")


def in_utc(moment: datetime) -> datetime:
    """Give the moment in UTC. Raises `UsageError` for one of no zone or without a name in UTC, and for what is none."""
    try:
        found = None if moment.utcoffset() is None else moment.astimezone(UTC)
    except Exception:  # of a date or a text; or of a zone, which is anybody's class and may tell anything
        found = None
    if found is None:
        raise UsageError(
            "A moment cannot be kept", hint="Give an aware datetime, as `Clock.now` does.", code="unstorable_moment"
        )
    return found


def written(moment: datetime) -> str:
    """Give a moment as SQLite keeps it. Raises what `in_utc` does."""
    return _WRITTEN % _parts(moment if type(moment) is datetime and moment.tzinfo is UTC else in_utc(moment))


def moment_of(text: str) -> datetime:
    """Give the moment that SQLite keeps so, in UTC."""
    return _from_text(text + _IN_UTC)


def _or_none(way: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else way(value)


_Ways = tuple[Callable[[Any], Any] | None, Callable[[Any], Any] | None]


class _Converted(TypeDecorator[Any]):
    """What happens to a value on its way in and out: in SQLite's file, and with PostgreSQL's driver."""

    file: ClassVar[_Ways] = (None, None)
    server: ClassVar[_Ways] = (None, None)

    def bind_processor(self, dialect: Dialect) -> Any:
        return self._ways(dialect)[0]

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002 - as SQLAlchemy calls it
        return self._ways(dialect)[1]

    def _ways(self, dialect: Dialect) -> _Ways:
        return self.file if dialect.name == "sqlite" else self.server


class Moment(_Converted):
    """An aware time, exact to the microsecond. SQLite knows no times, so it keeps a text in UTC that sorts like one."""

    impl = DateTime(timezone=True)
    cache_ok = True
    file, server = (_or_none(written), _or_none(moment_of)), (None, _or_none(in_utc))


# The next three take and give what SQLite keeps: it costs nothing there.


class _Written(_Converted):
    impl = DateTime(timezone=True)
    cache_ok = True
    server = (_or_none(moment_of), _or_none(written))


class _Flag(_Converted):
    impl = Boolean
    cache_ok = True
    server = (bool, int)


class _Bytes(_Converted):
    impl = LargeBinary
    cache_ok = True


metadata: Final = MetaData()

# No index beyond the keys: the other columns change with every move, and an index on one would be written each time.
instances: Final = Table(
    "esozflow_instances",
    metadata,
    Column("id", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("sealed", LargeBinary, nullable=False),
)

moves: Final = Table(
    "esozflow_moves",
    metadata,
    Column("instance", Text, ForeignKey(instances.c.id, ondelete="CASCADE"), primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("event", Text, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

_AS_KEPT: Final[dict[type[Any], TypeEngine[Any]]] = {Moment: _Written(), Boolean: _Flag(), LargeBinary: _Bytes()}


def as_kept(column: Column[Any]) -> TypeEngine[Any]:
    """Give the type of a column in a row of texts, numbers and bytes alone, the same from every database."""
    return _AS_KEPT.get(type(column.type), column.type)


kept: Final = [type_coerce(column, as_kept(column)) for column in instances.c]
"""The columns of an instance in such a row: the seal in the last is bound to those before it."""
