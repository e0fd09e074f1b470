"""A store in memory, for tests, demonstrations and single processes that may forget everything."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from ...flow import Conflict, Engine, FlowError, Move, Snapshot, StaleRevision, UnknownInstance
from ...flow.wiring import expect

C = TypeVar("C")

AFTER_THE_END: Final = timedelta(hours=1)
"""So long the page on which a sign-up has ended can still be shown."""


class MemoryStore(Generic[C]):
    """Keeps snapshots and journals of one process, for any number of threads, until it is told to forget one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept[C]] = {}

    def create(self, snapshot: Snapshot[C]) -> None:
        """Store a new instance; raises `Conflict` when the id is taken."""
        with self._lock:
            if snapshot.id in self._kept:
                raise Conflict("An instance of this id is already stored", hint="Begin with a fresh, random id.")
            self._kept[snapshot.id] = _Kept(snapshot)

    def load(self, id: str) -> Snapshot[C]:
        """Give the last stored snapshot; raises `UnknownInstance`."""
        with self._lock:
            return self._found(id).snapshot

    def commit(self, snapshot: Snapshot[C], move: Move) -> None:
        """Compare and set; raises `StaleRevision` or `UnknownInstance`."""
        with self._lock:
            kept = self._found(snapshot.id)
            if kept.snapshot.revision != snapshot.revision - 1:
                raise StaleRevision
            kept.snapshot = snapshot
            kept.journal.append(move)

    def journal(self, id: str) -> Sequence[Move]:
        """Give all moves in order; raises `UnknownInstance`."""
        with self._lock:
            return tuple(self._found(id).journal)

    def stored(self) -> Sequence[Snapshot[C]]:
        """Give every instance as it was last stored."""
        with self._lock:
            return tuple(kept.snapshot for kept in self._kept.values())

    def forget(self, id: str) -> None:
        """Drop an instance and its journal, if it is there."""
        with self._lock:
            self._kept.pop(id, None)

    def _found(self, id: str) -> _Kept[C]:
        try:
            return self._kept[id]
        except KeyError:
            expect("id", id, str)
            raise UnknownInstance from None


@dataclass(slots=True)
class _Kept(Generic[C]):
    snapshot: Snapshot[C]
    journal: list[Move] = field(default_factory=list[Move])


def forget_over(engine: Engine[C], store: MemoryStore[C], *, before: datetime | None) -> int:
    """Let instances whose time is over expire, and forget those that ended before a moment, if one is given.

    `store` is the one of the engine. Nothing else bounds how much it keeps, and of whom. Gives how many it forgot.
    """
    forgotten = 0
    for snapshot in store.stored():
        ended = engine.flow.states[snapshot.state].final
        if ended and before and snapshot.entered_at < before:
            store.forget(snapshot.id)
            forgotten += 1
        elif not ended:
            with suppress(FlowError):  # it was moved or forgotten in the meantime
                engine.load(snapshot.id)
    return forgotten
