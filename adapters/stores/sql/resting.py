"""Connections that rest between two moves, ready to be taken.

To lend one out and take it back takes SQLAlchemy's pool about as long as SQLite takes for a statement of a move. A
connection on which nothing is left to undo therefore stays lent, until somebody waits for one at the pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from .prepared import Driver

SINCE: Final = "esozflow_resting_since"
"""Under which name the pool keeps with a connection when it began to rest, here or there."""


@dataclass(slots=True)
class Taken:
    """A connection of the pool, the driver's own, and the cursor that runs all its prepared statements."""

    connection: PoolProxiedConnection
    own: Any
    driver: Driver
    since: float = 0.0
    """When it began to rest, by `time.monotonic`."""


class Resting:
    """Takes connections from the pool of `engine`, which stays the one that makes, counts and drops them.

    `open` gives a cursor on the driver's connection. `usable`, where a connection can end while it rests, is asked of
    the driver's connection, and of the seconds for which it has rested, before it is used again.
    """

    def __init__(
        self, engine: Engine, open: Callable[[Any], Driver], usable: Callable[[Any, float], bool] | None = None
    ) -> None:
        self._engine = engine
        self._open = open
        self._usable = usable
        # Lists, because another thread cannot come between an append or a pop and its effect.
        self._free: list[Taken] = []
        self._waiting: list[None] = []

    def take(self) -> Taken:
        """Give a connection that nobody else has, on which no transaction is open."""
        while left := self._left():
            if self._usable is None or self._usable(left.own, monotonic() - left.since):
                return left
            left.connection.invalidate()
        with self.awaited():
            connection = self._engine.raw_connection()
        own = connection.driver_connection
        return Taken(connection, own, self._open(own))

    def leave(self, taken: Taken) -> None:
        """Let a connection rest on which nothing is left to undo."""
        taken.since = monotonic()
        self._free.append(taken)
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
            left.connection.info[SINCE] = left.since
            left.connection.close()

    def _left(self) -> Taken | None:
        try:
            return self._free.pop()  # the one that rested last, whose memory is warm
        except IndexError:
            return None
