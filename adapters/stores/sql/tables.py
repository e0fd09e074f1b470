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


class Moment(TypeDecorator[datetime]):
    """An aware time, exact to the microsecond. SQLite knows no time zones, so it keeps UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        moment: datetime | None = value
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


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
