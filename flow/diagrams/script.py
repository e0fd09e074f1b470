"""A flow as a play between lanes, before any format: what is said by whom to whom, and what may come instead.

The way shown is the shortest one to the goal. At each of its states stand all rows of the table: the one that leads
on, and as alternatives the others, followed to the page where they rest, or to where they come back to the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from ..definition import State
from ..flow import Flow
from .picture import Edge, Kind, picture
from .words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The lanes of a sequence diagram, by id and title, and who speaks for whom.

    `fronts` names for each actor the lane that the user meets, `backs` the one that makes its calls, and `ports` for
    each port the lane behind it. `user` is the lane of the user.
    """

    lanes: Mapping[str, str]
    user: str
    fronts: Mapping[str, str]
    backs: Mapping[str, str]
    ports: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """One arrow. `answer` is drawn dashed."""

    source: str
    target: str
    text: str
    answer: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A text over one lane, or over all of them where `lane` is `None`."""

    text: str
    lane: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """What is said under one condition."""

    condition: str
    steps: tuple[Said | Note, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Exactly one of the branches happens; the first leads on."""

    branches: tuple[Branch, ...]


Step = Said | Note | Alternatives


def script(flow: Flow[Any], cast: Cast, words: Words, *, goal: str | None = None) -> list[Step]:
    """Write the play of the flow. `goal` is that of `picture`."""
    drawn = picture(flow, goal=goal)
    way = _way(drawn.edges, flow.initial, drawn.goal)
    writer = _Writer(flow, cast, words, drawn.edges, [flow.initial, *(edge.target for edge in way)])
    steps: list[Step] = []
    for section, edges in groupby(way, key=lambda edge: flow.states[edge.source].section):
        steps.append(Note(words.section(section)))
        for edge in edges:
            steps += writer.of(edge)
    return [*steps, *writer.shown(flow.states[drawn.goal], f" ({words.own('ends')})")]


def _way(edges: tuple[Edge, ...], start: str, goal: str) -> list[Edge]:
    came: dict[str, Edge] = {}
    todo = deque([start])
    while todo:
        source = todo.popleft()
        for edge in edges:
            if edge.source == source and edge.target != start and edge.target not in came and edge.code is None:
                came[edge.target] = edge
                todo.append(edge.target)
    way: list[Edge] = []
    while goal != start:
        way.append(came[goal])
        goal = came[goal].source
    return way[::-1]


class _Writer:
    def __init__(self, flow: Flow[Any], cast: Cast, words: Words, edges: tuple[Edge, ...], way: list[str]) -> None:
        self._states, self._cast, self._words = flow.states, cast, words
        self._edges = {name: [edge for edge in edges if edge.source == name] for name in flow.states}
        self._way = frozenset(way)
        self._onward = dict(pairwise(way))

    def of(self, chosen: Edge) -> list[Step]:
        """Give what happens at one state of the way."""
        state = self._states[chosen.source]
        alike: dict[object, list[Edge]] = {_sort(chosen): []}
        for edge in self._edges[state.name]:
            alike.setdefault(_sort(edge), []).append(edge)
        branches = [self._branch(edges) for edges in alike.values()]
        opening = self._called(state) if state.call else self.shown(state) if state.page else []
        return [*opening, Alternatives(tuple(branches))]

    def shown(self, state: State[Any], suffix: str = "") -> list[Said | Note]:
        """Give how the page of a state comes to the user; nothing where it has none."""
        front = self._cast.fronts[state.actor]
        title = self._words.state(state.name) + suffix
        return [Note(title, front)] if state.page is None else [Said(front, self._cast.user, title)]

    def _called(self, state: State[Any]) -> list[Said | Note]:
        assert state.call is not None
        back, port = self._cast.backs[state.actor], self._cast.ports[state.call.port]
        return [_between(back, port, self._words.call(state.call.name))]

    def _branch(self, edges: list[Edge]) -> Branch:
        edge = edges[0]
        source, target = self._states[edge.source], self._states[edge.target]
        steps = self._event(source, edge)
        if edge.code is not None:
            steps.append(Note(f"{self._words.own('forbidden')}: {edge.code}", self._cast.fronts[source.actor]))
        else:
            steps += self._handed_on(source, target)
            if self._onward.get(source.name) != target.name:
                steps += self._aside(target)
        return Branch(
            "; ".join(f"{one.number} {self._words.guard(one) or self._words.event(one.event)}" for one in edges),
            tuple(steps),
        )

    def _event(self, source: State[Any], edge: Edge) -> list[Said | Note]:
        text = self._words.event(edge.event)
        if source.call is not None:
            back, port = self._cast.backs[source.actor], self._cast.ports[source.call.port]
            return [Note(text, back)] if edge.kind in _SILENT else [_between(port, back, text, answer=True)]
        # What crosses from one party to the other is carried by the user's browser.
        front = self._cast.fronts[self._states[edge.target].actor]
        return [Note(text, front)] if edge.kind in _SILENT else [Said(self._cast.user, front, text)]

    def _handed_on(self, source: State[Any], target: State[Any]) -> list[Said | Note]:
        front, back = self._cast.fronts[target.actor], self._cast.backs[target.actor]
        if front == back or (source.call is None) is (target.call is None):
            return []
        if target.call is not None:
            return [Said(front, back, self._words.own("to_back"))]
        return [Said(back, front, self._words.own("to_front"), answer=True)]

    def _aside(self, state: State[Any]) -> list[Said | Note]:
        lane = self._cast.fronts[state.actor]
        if state.name in self._way:
            return [Note(f"{self._words.own('returns')} {state.section} {self._words.state(state.name)}", lane)]
        if state.final:
            return self.shown(state, f" ({self._words.own('ends')})")
        edges = self._edges[state.name]
        if state.call is None:
            return [*self.shown(state), Note(f"{self._words.own('again')}: {self._listed(edges)}", lane)]
        others = Note(f"{self._words.own('others')}: {self._listed(edges[1:])}", self._cast.backs[state.actor])
        onward = self._states[edges[0].target]
        return [*self._called(state), *self._event(state, edges[0]), others, *self._aside(onward)]

    def _listed(self, edges: list[Edge]) -> str:
        return "; ".join(f"{self._words.line_of(edge)} → {self._words.state(edge.target)}" for edge in edges)


def _between(source: str, target: str, text: str, *, answer: bool = False) -> Said | Note:
    return Note(text, source) if source == target else Said(source, target, text, answer)


def _sort(edge: Edge) -> object:
    return edge.event, edge.target, edge.kind, edge.code


_SILENT = (Kind.UNANSWERED, Kind.UNREACHABLE, Kind.EXPIRED)
"""Nobody says these: a lane notices them."""
