"""The two tables. What is secret or personal is in `sealed` alone; everything else may be read by an operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

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
)
from sqlalchemy.types import TypeDecorator

_IN_UTC: Final = "+00:00"


class Moment(TypeDecorator[datetime]):
    """An aware time, exact to the microsecond. SQLite knows no times, so it keeps a text in UTC that sorts like one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        return _to_text if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002 - as SQLAlchemy calls it
        return _of_text if dialect.name == "sqlite" else _to_utc


def _to_text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(" ", "microseconds").removesuffix(_IN_UTC) if moment else None


def _of_text(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written + _IN_UTC) if written else None


def _to_utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC)


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
