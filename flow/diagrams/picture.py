"""What there is to draw, before any format: a node a state, an edge a row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from math import inf
from typing import Any

from ..definition import State
from ..errors import UsageError
from ..events import Answered, Event, Expired, Unanswered, Unreachable
from ..flow import Flow


class Kind(StrEnum):
    """How an edge is drawn: the way onward, a failure of one of the four kinds, or an event that is forbidden."""

    ONWARD = "onward"
    REFUSED = "refused"
    """The other side answered, and the answer leads away from the goal."""
    UNANSWERED = "unanswered"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    """The state refuses the event by name; nothing moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A state. `call` is the name of the call that it makes, if any."""

    name: str
    section: str
    actor: str
    call: str | None
    waits: bool
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A row of the table. `number` is its place among all rows, from 1: the same in every format.

    `code` is the code of the refusal, where the row is one; `target` is then the state itself. `rest` says that the
    row takes what the guards of the rows above it leave.
    """

    number: int
    source: str
    target: str
    event: str
    guards: tuple[str, ...]
    kind: Kind
    because: str
    code: str | None = None
    rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What one actor does in sections that follow one another."""

    id: str
    actor: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All nodes in the order of the definition, all edges by source and in the order in which they are tried."""

    name: str
    initial: str
    goal: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes, from top to bottom. An actor who acts again after another one gets a lane again."""
        places = dict.fromkeys((node.section, node.actor) for node in self.nodes)
        order = sorted(places, key=lambda place: [section for section, _ in places].index(place[0]))
        lanes: list[Lane] = []
        for actor, run in groupby(order, key=lambda place: place[1]):
            own = set(run)
            nodes = tuple(node for node in self.nodes if (node.section, node.actor) in own)
            lanes.append(Lane(id=f"{actor}_{len(lanes) + 1}", actor=actor, nodes=nodes))
        return tuple(lanes)


def picture(flow: Flow[Any], *, goal: str | None = None) -> Picture:
    """Give what is to be drawn of the flow.

    `goal` is the final state that the flow is for: the way to it is drawn as the way onward. Without one it is the
    final state that lies farthest from the beginning. Raises `UsageError` when the flow has no such final state.
    """
    goal = _farthest_end(flow) if goal is None else str(goal)
    if goal not in flow.states or not flow.states[goal].final:
        raise UsageError(f"{goal} is no final state of flow {flow.name}", hint="Name one of its final states as goal.")
    away = steps_to(flow, goal)
    return Picture(
        name=flow.name,
        initial=flow.initial,
        goal=goal,
        nodes=tuple(_node(state) for state in flow.states.values()),
        edges=tuple(_edges(flow, away)),
    )


def steps_to(flow: Flow[Any], goal: str) -> Mapping[str, float]:
    """How many moves each state is away from the goal at the least; infinitely many where it cannot be reached."""
    forward = {name: set[str]() for name in flow.states}
    for (source, _), rows in flow.table.items():
        forward[source] |= {row.to for row in rows if row.to is not None}
    away = dict.fromkeys(flow.states, inf)
    away[goal], ring = 0, {goal}
    while ring:
        ring = {name for name, targets in forward.items() if targets & ring and away[name] == inf}
        away |= dict.fromkeys(ring, max(step for step in away.values() if step < inf) + 1)
    return away


def _farthest_end(flow: Flow[Any]) -> str:
    found = {name: steps_to(flow, name)[flow.initial] for name, state in flow.states.items() if state.final}
    return max(found, key=lambda name: found[name])


def _node(state: State[Any]) -> Node:
    return Node(
        name=state.name,
        section=state.section,
        actor=state.actor,
        call=state.call.name if state.call else None,
        waits=not state.final and state.call is None,
        final=state.final,
    )


def _edges(flow: Flow[Any], away: Mapping[str, float]) -> list[Edge]:
    edges: list[Edge] = []
    table = flow.table
    for state in flow.states.values():
        for event in dict.fromkeys(move.event for move in state.moves):
            for row in table[state.name, event]:
                target = row.to or state.name
                edge = Edge(
                    number=len(edges) + 1,
                    source=state.name,
                    target=target,
                    event=event.__name__,
                    guards=tuple(guard.name for guard in row.guards),
                    kind=Kind.FORBIDDEN if row.to is None else _kind(event, away[state.name], away[target]),
                    because=row.declared.because,
                    code=row.declared.refusal,
                    rest=not row.guards and len(table[state.name, event]) > 1,
                )
                edges.append(edge)
    return edges


def _kind(event: type[Event], before: float, after: float) -> Kind:
    for failure, kind in (
        (Unanswered, Kind.UNANSWERED),
        (Unreachable, Kind.UNREACHABLE),
        (Expired, Kind.EXPIRED),
    ):
        if issubclass(event, failure):
            return kind
    return Kind.REFUSED if issubclass(event, Answered) and after > before else Kind.ONWARD
