"""Connections that rest between two moves, ready to be taken.

To lend one out and take it back costs in SQLAlchemy's pool about as much as a move costs in SQLite. A connection on
which nothing is left to undo therefore stays lent, until somebody waits for one at the pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection


class Resting:
    """Takes connections from the pool of `engine`, which stays the one that makes, counts and drops them.

    `usable` is asked of the driver's connection, and of the seconds for which it has rested, before it is used again.
    """

    def __init__(self, engine: Engine, usable: Callable[[Any, float], bool]) -> None:
        self._engine = engine
        self._usable = usable
        # Lists, because another thread cannot come between an append or a pop and its effect.
        self._free: list[tuple[PoolProxiedConnection, float]] = []
        self._waiting: list[None] = []

    def take(self) -> PoolProxiedConnection:
        """Give a connection that nobody else has, on which no transaction is open."""
        while left := self._left():
            connection, since = left
            if self._usable(connection.driver_connection, monotonic() - since):
                return connection
            connection.invalidate()
        with self.awaited():
            return self._engine.raw_connection()

    def leave(self, connection: PoolProxiedConnection) -> None:
        """Let a connection rest on which nothing is left to undo."""
        self._free.append((connection, monotonic()))
        if self._waiting:  # looked at after it was left: who began to wait before has missed it
            self.give_back()

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Let no connection rest while somebody may wait for one at the pool."""
        self._waiting.append(None)
        try:
            self.give_back()
            yield
        finally:
            self._waiting.pop()

    def give_back(self) -> None:
        """Return all connections that rest to the pool."""
        while left := self._left():
            left[0].close()

    def _left(self) -> tuple[PoolProxiedConnection, float] | None:
        try:
            return self._free.pop()  # the one that rested last, whose memory is warm
        except IndexError:
            return None
