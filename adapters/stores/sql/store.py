"""The store in SQL: each move is one transaction, which replaces the snapshot and appends to the journal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Generic, TypeVar

from pydantic import SecretBytes
from pydantic_core import to_json
from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update

from ....flow import Conflict, Flow, Move, Snapshot, StaleRevision, UnknownInstance, UsageError
from ....flow.wiring import expect
from ...sealing import Keys, SealBroken
from ..codec import SnapshotCodec
from .database import Database
from .prepared import Driver
from .schema import check
from .tables import as_kept, in_utc, instances, kept, moment_of, moves, written

C = TypeVar("C")

PURPOSE = "context"
"""What the seals of this store are for."""
MAX_ID = 255
"""Characters of an id: as many as every database can have in a key."""
_HALVES = re.compile("[\ud800-\udfff]")

_ROW = ("id", "flow", "version", "state", "ended", "revision", "begun_at", "entered_at", "expires_at", "sealed")
_ENTERED_AT = _ROW.index("entered_at")
_MOVED = (*_ROW, "expected", *Move._fields[1:])
"""What a move brings to the database, in this order: the row of its instance first, whose revision is that of both."""
_of_snapshot = attrgetter("id", "flow", "version", "state", "revision", "begun_at", "entered_at", "expires_at")
_FIND = select(*kept).where(instances.c.id == bindparam("id"))
_CREATE = insert(instances).values({one.name: bindparam(one.name, type_=as_kept(one)) for one in instances.c})
_UPDATE = (
    update(instances)
    .where(instances.c.id == bindparam("new_id"), instances.c.revision == bindparam("expected"))
    .values({one: bindparam(f"new_{one.name}", type_=as_kept(one)) for one in instances.c if one.name != "id"})
)
_BROUGHT = [bindparam(one.name, type_=as_kept(one)) for one in moves.c if one.name != "instance"]
_APPEND = insert(moves).values([bindparam("new_id"), *_BROUGHT])
_UPDATED = _UPDATE.returning(instances.c.id).cte("updated")
_MOVE = insert(moves).from_select([column.name for column in moves.c], select(_UPDATED.c.id, *_BROUGHT))
"""Both in one statement, for databases that know it."""


class SqlStore(Generic[C]):
    """Keeps the instances of one flow in a database, sealed. Any number of threads and processes may share it.

    A database may hold the instances of several flows. Raises `UsageError` when its schema is not current.
    """

    def __init__(self, database: Database, *, codec: SnapshotCodec[C], keys: Keys) -> None:
        expect("database", database, Database)
        expect("codec", codec, SnapshotCodec)
        expect("keys", keys, Keys)
        check(database)
        self._database = database
        self._codec = codec
        self._keys = keys
        self._find, self._create = database.query(_FIND, ["id"]), database.change(_CREATE, fields=_ROW)
        self._move = database.change(*(_UPDATE, _APPEND) if database.file else [_MOVE], fields=_MOVED)

    @property
    def flow(self) -> Flow[C]:
        """The flow whose instances these are: an engine runs no other on this store."""
        return self._codec.flow

    def create(self, snapshot: Snapshot[C]) -> None:
        """Store a new instance; raises `Conflict` when the id is taken, and `UsageError` when it cannot be stored."""
        if not _can_be(snapshot.id):
            raise UsageError(
                "This can be no id of an instance",
                hint=f"Give at most {MAX_ID} characters, no NUL and no half of a surrogate pair.",
                code="id_unusable",
            )
        if not self._database.at_once(self._created, self._row(snapshot)):
            raise Conflict("An instance of this id is already stored", hint="Begin with a fresh, random id.")

    def load(self, id: str) -> Snapshot[C]:
        """Give the last stored snapshot.

        Raises `UnknownInstance`, `SealBroken` for what this store did not write, and what `SnapshotCodec.load` raises.
        """
        row = self._found(id)
        context = opened(self._keys, row)
        of, flow, version, state, _, revision, begun, entered, expires, _ = row
        moments = moment_of(begun), moment_of(entered), None if expires is None else moment_of(expires)
        return self._codec.load((of, flow, version, state, revision, *moments, context))

    def commit(self, snapshot: Snapshot[C], move: Move) -> None:
        """Compare and set; raises `StaleRevision` or `UnknownInstance`, and `UsageError` when it cannot be stored."""
        if not _can_be(snapshot.id):
            raise UnknownInstance
        row = self._row(snapshot)
        # Both are one object where they come from an engine.
        at = row[_ENTERED_AT] if move.at is snapshot.entered_at else written(move.at)
        values = (*row, snapshot.revision - 1, *move[1:-1], at)
        if not self._database.at_once(self._move.run, values):
            self._found(snapshot.id)
            raise StaleRevision

    def journal(self, id: str) -> Sequence[Move]:
        """Give all moves in order; raises `UnknownInstance`."""
        return journal_of(self._database, id)

    def due(self, now: datetime, *, limit: int = 1000) -> list[str]:
        """Give the ids of instances that wait for nobody: their time is over, or a call of theirs was interrupted.

        `Engine.resume` carries each of them on. Raises `UsageError` for a moment of no zone.
        """
        columns, now = instances.c, in_utc(now)
        waits_in_vain = or_(columns.expires_at <= now, *self._interrupted(now))
        wanted = and_(columns.flow == self._codec.flow.name, ~columns.ended, waits_in_vain)
        query = select(columns.id).where(wanted).order_by(columns.entered_at).limit(limit)
        return list(self._database.read(lambda connection: connection.execute(query).scalars().all()))

    def _interrupted(self, now: datetime) -> list[Any]:
        deadlines = {state.name: state.call.deadline for state in self._codec.flow.states.values() if state.call}
        return [
            and_(instances.c.state == name, instances.c.entered_at <= now - timedelta(seconds=deadline))
            for name, deadline in deadlines.items()
        ]

    def _created(self, driver: Driver, values: Sequence[Any]) -> bool:
        try:
            return self._create.run(driver, values)
        except self._database.Taken:
            return False

    def _found(self, id: str) -> Sequence[Any]:
        found = self._database.at_once(self._find.first, [id]) if _can_be(id) else None
        if found is None:
            expect("id", id, str)
            raise UnknownInstance
        return found

    def _row(self, snapshot: Snapshot[C]) -> tuple[Any, ...]:
        context = self._codec.dump(snapshot)
        of, flow, version, state, revision, begun, entered, expires = _of_snapshot(snapshot)
        if not (type(version) is type(revision) is int):  # the seal would be bound to what no column gives back
            raise UsageError(
                "A snapshot cannot be stored: its version or its revision is no whole number",
                hint="Store what `Flow.begin` and `Flow.step` give.",
                code="unstorable_snapshot",
            )
        ended, ends = int(self._codec.flow.states[state].final), None if expires is None else written(expires)
        bound = (of, flow, version, state, ended, revision, written(begun), written(entered), ends)
        return (*bound, self._keys.seal(context, purpose=PURPOSE, of=owner_of(bound)))


def opened(keys: Keys, row: Sequence[Any]) -> SecretBytes:
    """Give the context that is sealed in a row as kept. Raises `SealBroken` where anything of the row was changed."""
    *bound, sealed = row
    if bytes in map(type, bound):  # SQLite lets them stand in any column, and in `owner_of` they could look like a text
        raise SealBroken("it was changed, or made for something else")
    return keys.open(sealed, purpose=PURPOSE, of=owner_of(bound))


def owner_of(bound: Sequence[Any]) -> bytes:
    """Give what a seal is bound to: everything before it in its row, as kept. Whoever changes that breaks it."""
    return to_json(bound)


def journal_of(database: Database, id: str) -> tuple[Move, ...]:
    """Give the journal of any instance, of whatever flow. Raises `UnknownInstance`, `StoreFailed`."""
    expect("id", id, str)
    columns = [moves.c[name] for name in Move._fields]
    query = select(*columns).where(moves.c.instance == id).order_by(moves.c.revision)

    def act(connection: Connection) -> Sequence[Row[Any]]:
        if not _can_be(id) or connection.execute(_FIND, {"id": id}).one_or_none() is None:
            raise UnknownInstance
        return connection.execute(query).all()

    return tuple(Move(**one._mapping) for one in database.read(act))


def _can_be(id: object) -> bool:
    if not isinstance(id, str):
        return False
    text = str.__str__(id)  # of a class derived from it, what will be kept
    return len(text) <= MAX_ID and "\x00" not in text and (text.isascii() or not _HALVES.search(text))
