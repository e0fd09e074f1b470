"""A store in memory, for tests, demonstrations and single processes that may forget everything."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Generic, TypeVar

from ...flow import Conflict, Move, Snapshot, StaleRevision, UnknownInstance

C = TypeVar("C")


class MemoryStore(Generic[C]):
    """Keeps snapshots and journals of one process, for any number of threads, until it is told to forget one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshots: dict[str, Snapshot[C]] = {}
        self._journals: dict[str, list[Move]] = {}

    def create(self, snapshot: Snapshot[C]) -> None:
        """Store a new instance; raises `Conflict` when the id is taken."""
        with self._lock:
            if snapshot.id in self._snapshots:
                raise Conflict("An instance of this id is already stored", hint="Begin with a fresh, random id.")
            self._snapshots[snapshot.id] = snapshot
            self._journals[snapshot.id] = []

    def load(self, id: str) -> Snapshot[C]:
        """Give the last stored snapshot; raises `UnknownInstance`."""
        with self._lock:
            return self._stored(id)

    def commit(self, snapshot: Snapshot[C], move: Move) -> None:
        """Compare and set; raises `StaleRevision` or `UnknownInstance`."""
        with self._lock:
            if self._stored(snapshot.id).revision != snapshot.revision - 1:
                raise StaleRevision
            self._snapshots[snapshot.id] = snapshot
            self._journals[snapshot.id].append(move)

    def journal(self, id: str) -> Sequence[Move]:
        """Give all moves in order; raises `UnknownInstance`."""
        with self._lock:
            self._stored(id)
            return tuple(self._journals[id])

    def forget(self, id: str) -> None:
        """Drop an instance and its journal, if it is there."""
        with self._lock:
            self._snapshots.pop(id, None)
            self._journals.pop(id, None)

    def _stored(self, id: str) -> Snapshot[C]:
        try:
            return self._snapshots[id]
        except KeyError:
            raise UnknownInstance from None
