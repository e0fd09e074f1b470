"""What an operator does with a store: list, purge, re-seal. None of it moves a sign-up, all of it runs beside traffic.

Only re-sealing needs keys; nothing needs the flow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Delete, Executable, Row, Select, Update, and_, delete, func, or_, select, update

from ...sealing import Keys, SealBroken
from .database import Database
from .store import PURPOSE, opened, owner_of
from .tables import in_utc, instances, kept

_BATCH: Final = 200
"""Instances in one transaction: few enough that nobody has to wait for it."""
_SEALED_BATCH: Final = 50
"""The same where what is sealed is read, each up to 200 KB."""

_key: Final = func.substr(instances.c.sealed, 2, 8)  # where a seal names its key, see `sealing`


class Listed(NamedTuple):
    """An instance as an operator may see it: nothing of it is secret or personal. Times are aware."""

    id: str
    flow: str
    version: int
    state: str
    ended: bool
    revision: int
    begun_at: datetime
    entered_at: datetime
    expires_at: datetime | None


def listed(
    database: Database,
    *,
    flow: str | None = None,
    state: str | None = None,
    ended: bool | None = None,
    entered_before: datetime | None = None,
) -> Iterator[Listed]:
    """Give the instances that fit everything that is asked, ordered by id.

    Raises `StoreFailed`, and `UsageError` for a moment of no zone.
    """
    asked = {instances.c.flow: flow, instances.c.state: state, instances.c.ended: ended}
    wanted = [column == value for column, value in asked.items() if value is not None]
    if entered_before is not None:
        wanted.append(instances.c.entered_at < in_utc(entered_before))
    columns = [instances.c[name] for name in Listed._fields]
    for page in _pages(database, select(*columns).where(*wanted), _BATCH):
        yield from (Listed(**row._mapping) for row in page)


def purge(database: Database, before: datetime, *, between: Callable[[], object] = lambda: None) -> int:
    """Delete, with their journals, the instances that ended or expired before a moment; give how many there were.

    One that waits without an end is never deleted: a call that was interrupted, tokens that are not saved yet.
    `between` is called after each batch. Raises `UsageError` for a moment of no zone, and `StoreFailed`; what was
    deleted until then is deleted.
    """
    columns, before = instances.c, in_utc(before)
    over = or_(
        and_(columns.ended, columns.entered_at < before),
        and_(~columns.ended, columns.expires_at < before),
    )
    deleted = 0
    for page in _pages(database, select(columns.id).where(over), _BATCH):
        # It is looked at again: somebody may have moved it since.
        gone = delete(instances).where(columns.id.in_([row.id for row in page]), over)
        deleted += database.write(partial(_changed, [gone]))
        between()
    return deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """What re-sealing did. `unopened` are the ids of instances that no given key opens."""

    count: int
    unopened: tuple[str, ...]


def reseal(database: Database, keys: Keys, *, between: Callable[[], object] = lambda: None) -> Resealed:
    """Seal with the first key whatever is sealed with another one. An instance that is moved meanwhile is left to it.

    Raises `StoreFailed`; what was re-sealed until then is re-sealed.
    """
    count, unopened = 0, list[str]()
    others = select(*kept).where(_key != bytes.fromhex(keys.ids[0]))
    for page in _pages(database, others, _SEALED_BATCH):
        updates = list[Update]()
        for one in page:
            try:
                plain = opened(keys, one)
            except SealBroken:
                unopened.append(str(one.id))
                continue
            unmoved = and_(instances.c.id == one.id, instances.c.sealed == one.sealed)
            sealed = keys.seal(plain, purpose=PURPOSE, of=owner_of(one[:-1]))
            updates.append(update(instances).where(unmoved).values(sealed=sealed))
        count += database.write(partial(_changed, updates))
        between()
    return Resealed(count=count, unopened=tuple(unopened))


def keys_in_use(database: Database) -> dict[str, int]:
    """Count the instances by the id of the key that sealed them: a key that seals none may be dropped."""
    counted = select(_key.label("key"), func.count().label("instances")).group_by(_key)
    found = [row._mapping for row in database.read(partial(_rows, counted))]
    return {bytes(row["key"]).hex(): row["instances"] for row in found}


def _pages(database: Database, query: Select[Any], size: int) -> Iterator[Sequence[Row[Any]]]:
    # From id to id and not by offset: others delete and create at the same time.
    page = query.order_by(instances.c.id).limit(size)
    rows = database.read(partial(_rows, page))
    while rows:
        yield rows
        rows = database.read(partial(_rows, page.where(instances.c.id > rows[-1].id)))


def _rows(query: Executable, connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(query).all()


def _changed(statements: Sequence[Delete | Update], connection: Connection) -> int:
    return sum(connection.execute(one).rowcount for one in statements)
