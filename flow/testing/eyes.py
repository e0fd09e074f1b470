"""What of a context the guards can see: contexts that look alike lead to the same rows, now and later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from ..events import Event
from ..flow import Flow
from ..snapshot import Snapshot
from .repertoire import Repertoire, verdict

C = TypeVar("C")


class Eyes(Generic[C]):
    """Sees of a context what the guards can see that may still be asked."""

    def __init__(self, flow: Flow[C], repertoire: Repertoire[C]) -> None:
        self._flow = flow
        self._repertoire = repertoire
        self._ahead: dict[str, list[tuple[Any, Event]]] = {}

    def see(self, snapshot: Snapshot[C]) -> tuple[object, ...]:
        """Give what tells the snapshot's context apart from others in the same state."""
        asked = self._ahead.get(snapshot.state)
        if asked is None:
            asked = self._ahead[snapshot.state] = list(self._asked(snapshot.state))
        return tuple(verdict(guard, snapshot.context, event) for guard, event in asked)

    def _asked(self, state: str) -> Iterable[tuple[Any, Event]]:
        ahead = _ahead(self._flow, state)
        for (name, kind), rows in self._flow.table.items():
            if name in ahead:
                for guard in dict.fromkeys(guard for row in rows for guard in row.guards):
                    for event in self._repertoire.told_apart(name, kind):
                        yield guard, event


def _ahead(flow: Flow[Any], state: str) -> set[str]:
    found, todo = {state}, [state]
    while todo:
        here = todo.pop()
        fresh = {row.to for (name, _), rows in flow.table.items() if name == here for row in rows if row.to} - found
        found |= fresh
        todo += sorted(fresh)
    return found
