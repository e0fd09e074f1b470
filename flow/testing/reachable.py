"""Hypothesis strategies over the declared cases of a flow: its events, documented answers, snapshots to be reached."""

from __future__ import annotations

from typing import Any, TypeVar

from hypothesis import strategies as st

from ..errors import EventRefused
from ..events import Answered, Event
from ..flow import Flow
from ..ports import Ids
from ..proof import Cases
from ..snapshot import Snapshot
from .clock import NOON, FixedIds
from .repertoire import Repertoire

C = TypeVar("C")


def events(flow: Flow[Any], cases: Cases | None = None) -> st.SearchStrategy[Event]:
    """Give the events of a flow: of every class that some state knows, those that its guards can tell apart."""
    return st.sampled_from([one.event for one in Repertoire(flow, cases).all])


def documented_answers(flow: Flow[Any], state: str, cases: Cases | None = None) -> st.SearchStrategy[Answered]:
    """Give what is declared to be answered to the call of a state."""
    known = Repertoire(flow, cases).known(state)
    return st.sampled_from([one.event for one in known if isinstance(one.event, Answered)])


def snapshots(
    flow: Flow[C], cases: Cases | None = None, *, ids: Ids | None = None, steps: int = 20
) -> st.SearchStrategy[Snapshot[C]]:
    """Give snapshots that are reached from the beginning by at most so many declared events. Nothing is performed."""
    repertoire = Repertoire(flow, cases)

    @st.composite
    def walked(draw: st.DrawFn) -> Snapshot[C]:
        snapshot = flow.begin("walk", ids or FixedIds(), NOON).snapshot
        for _ in range(draw(st.integers(0, steps))):
            known = repertoire.known(snapshot.state)
            if not known:
                break
            try:
                snapshot = flow.step(snapshot, draw(st.sampled_from(known)).event, NOON).snapshot
            except EventRefused:
                continue
        return snapshot

    return walked()
