"""A whole session of one user: page after page until there is nothing more to do."""

from __future__ import annotations

from typing import TypeVar

from .engine import Engine
from .errors import StaleRevision
from .ports import UserInterface
from .snapshot import Snapshot

C = TypeVar("C")


def play(engine: Engine[C], id: str, ui: UserInterface) -> Snapshot[C]:
    """Show page after page to `ui` and send what it gives back, until it gives nothing or the flow has ended."""
    snapshot = engine.load(id)
    while (page := engine.page(snapshot)) is not None:
        event = ui.show(page)
        if event is None or engine.flow.states[snapshot.state].final:
            break
        try:
            snapshot = engine.send(snapshot, event)
        except StaleRevision:  # the page expired, or was answered elsewhere: show the one that it rests on now
            snapshot = engine.load(id)
    return snapshot
