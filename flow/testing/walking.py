"""Systematic walks: every row, every pair of consecutive rows, both outcomes of every guard. Nothing is random.

From the beginning, every state is met with every event, in every context that the guards can tell apart. Contexts that
they cannot tell apart lead to the same rows, so the walk ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Generic, NamedTuple, TypeVar

from ..errors import EventRefused
from ..events import Event, Expired
from ..flow import Flow, Stepped
from ..machine import Row
from ..ports import Ids
from ..proof import Cases
from ..snapshot import Snapshot
from .clock import NOON, FixedIds
from .coverage import Coverage, GuardOutcome, Item, Pair, RowOf
from .eyes import Eyes
from .recorded import Do, How, Recorded, RecordedAnswer, RecordedStep
from .repertoire import NamedEvent, Repertoire

C = TypeVar("C")


class _Taken(NamedTuple):
    state: str
    event: NamedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Generic[C]):
    """A snapshot that was reached, the row that led to it, and the visit before. `calls` is the call made on entry."""

    snapshot: Snapshot[C]
    came_by: RowOf | None = None
    calls: str | None = None
    taken: _Taken | None = None
    before: Visit[C] | None = None

    def way(self) -> tuple[_Taken, ...]:
        """Give what was taken to come here, in order."""
        found: list[_Taken] = []
        visit: Visit[C] | None = self
        while visit is not None and visit.taken is not None:
            found.append(visit.taken)
            visit = visit.before
        return tuple(reversed(found))


class Explored(Generic[C]):
    """What the walks covered. `never` says of a row, a pair or a guard's outcome why it cannot happen."""

    def __init__(self, flow: Flow[C], never: Mapping[Item, str]) -> None:
        self.flow = flow
        self._never = never
        self.met: set[tuple[str, type[Event]]] = set()
        self.reached: list[Snapshot[C]] = []
        self._ways: dict[Item, Visit[C]] = {}

    def note(self, item: Item, visit: Visit[C]) -> None:
        """Note that something happened at the end of a walk; the first, and so the shortest, walk is kept."""
        self._ways.setdefault(item, visit)

    @cached_property
    def transitions(self) -> Coverage:
        """All rows of the table: transitions and refusals."""
        return self._coverage("transitions", list(_rows(self.flow)))

    @cached_property
    def pairs(self) -> Coverage:
        """All pairs of rows of which the first leads where the second begins."""
        return self._coverage(
            "pairs", [Pair(one, then) for one, to in _rows(self.flow).items() for then in self._from(to)]
        )

    @cached_property
    def outcomes(self) -> Coverage:
        """Both outcomes of each guard, wherever it stands."""
        items = [
            GuardOutcome(row, guard.name, held)
            for key, rows in self.flow.table.items()
            for row in _of_choice(self.flow, key)
            for guard in rows[row.place].guards
            for held in (True, False)
        ]
        return self._coverage("guard outcomes", items)

    @property
    def coverages(self) -> tuple[Coverage, Coverage, Coverage]:
        """All three."""
        return self.transitions, self.pairs, self.outcomes

    def text(self) -> str:
        """Write all three for a person."""
        return "".join(one.text() for one in self.coverages)

    def _from(self, state: str | None) -> list[RowOf]:
        return [row for row in _rows(self.flow) if row.state == state]

    def _coverage(self, what: str, items: list[Any]) -> Coverage:
        missing = {item: self._why(item) for item in items if item not in self._ways}
        return Coverage(
            what=what,
            done=len(items) - len(missing),
            all_=len(items),
            missing=missing,
            unexplained=tuple(item for item in missing if item not in self._never),
            refuted=tuple(item for item in items if item in self._never and item in self._ways),
            walks=tuple(recorded(self.flow, one) for one in _longest(self._ways[i] for i in items if i in self._ways)),
        )

    def _why(self, item: Item) -> str:
        if item in self._never:
            return self._never[item]
        rows = {RowOf: (), Pair: item, GuardOutcome: item[:1]}[type(item)]
        unseen = [str(row) for row in rows if row not in self._ways]
        return f"no walk takes {unseen[0]}" if unseen else "no declared case leads to it"


def explore(
    flow: Flow[C],
    cases: Cases | None = None,
    *,
    ids: Ids | None = None,
    never: Mapping[Item, str] | None = None,
    look: Callable[[Snapshot[C]], object] = lambda snapshot: None,
) -> Explored[C]:
    """Walk the flow systematically.

    `cases` is the space that `flow.proof` decides guards over. `ids` gives what the context is begun with, where cases
    compare with it. `look` is called with every snapshot that is reached. On the way it is checked that each step
    leads where its row says, that the revision grows by one, that pages can be made, that the input is unchanged, and
    that whatever has no row is refused; raises `AssertionError`.
    """
    return explore_all(flow, Repertoire(flow, cases), ids=ids, never=never, look=look)


def explore_all(
    flow: Flow[C],
    repertoire: Repertoire[C],
    *,
    ids: Ids | None = None,
    never: Mapping[Item, str] | None = None,
    look: Callable[[Snapshot[C]], object] = lambda snapshot: None,
) -> Explored[C]:
    """Do what `explore` does with events that were named before."""
    eyes = Eyes(flow, repertoire)
    explored = Explored(flow, never or {})
    begun = flow.begin("walk", ids or FixedIds(), NOON)
    _check(flow, begun)
    todo, known = deque([Visit(snapshot=begun.snapshot)]), set[object]()
    while todo:
        visit = todo.popleft()
        look(visit.snapshot)
        explored.reached.append(visit.snapshot)
        _all_else_is_refused(explored, repertoire, visit)
        for one in repertoire.known(visit.snapshot.state):
            entered = _met(explored, visit, one)
            if entered is not None:
                key = (entered.snapshot.state, entered.came_by, eyes.see(entered.snapshot))
                if key not in known:
                    known.add(key)
                    todo.append(entered)
    return explored


def recorded(flow: Flow[Any], visit: Visit[Any]) -> Recorded:
    """Write a walk as what is done to an engine: an answer belongs to the step that led to its call.

    Where the walk ends in a call, the process dies before it is sent: what follows is another walk.
    """
    steps = [RecordedStep(do=Do.BEGIN)]
    for state, one in visit.way():
        kind = type(one.event).__name__
        call = flow.states[state].call
        if call is not None:
            answer = RecordedAnswer(call=call.name, how=How.CASE, event=kind, case=one.name)
            steps[-1] = _with_answer(steps[-1], answer)
        elif isinstance(one.event, Expired):
            steps.append(RecordedStep(do=Do.EXPIRE))
        else:
            steps.append(RecordedStep(do=Do.SEND, event=kind, case=one.name))
    if visit.calls is not None:
        steps[-1] = _with_answer(steps[-1], RecordedAnswer(call=visit.calls, how=How.DIES_BEFORE))
    return Recorded(flow=flow.name, version=flow.version, steps=tuple(steps))


def _with_answer(step: RecordedStep, answer: RecordedAnswer) -> RecordedStep:
    return step.model_copy(update={"answers": (*step.answers, answer)})


def _met(explored: Explored[C], visit: Visit[C], one: NamedEvent) -> Visit[C] | None:
    """Let one event happen; give the visit to where it led, if it led anywhere."""
    flow, snapshot = explored.flow, visit.snapshot
    explored.met.add((snapshot.state, type(one.event)))
    name, row, outcomes = _row_taken(flow, snapshot, one.event)
    call = flow.states[row.to].call if row.to is not None else None
    here = Visit(
        snapshot=snapshot,
        came_by=name,
        calls=call.name if call else None,
        taken=_Taken(snapshot.state, one),
        before=visit,
    )
    happened: list[Item] = [name, *outcomes]
    if visit.came_by is not None:
        happened.append(Pair(visit.came_by, name))
    for item in happened:
        explored.note(item, here)
    if row.to is None:
        _refused(flow, snapshot, one.event, str(row.declared.refusal))
        return None
    stepped = flow.step(snapshot, one.event, NOON)
    assert stepped.snapshot.state == row.to, f"{name} led to {stepped.snapshot.state}"
    assert stepped.snapshot.revision == snapshot.revision + 1, f"{name} did not raise the revision by one"
    _check(flow, stepped)
    return replace(here, snapshot=stepped.snapshot)


def _row_taken(flow: Flow[C], snapshot: Snapshot[C], event: Event) -> tuple[RowOf, Row, list[GuardOutcome]]:
    kind, outcomes = type(event).__name__, list[GuardOutcome]()
    for place, row in enumerate(flow.table[snapshot.state, type(event)]):
        name = RowOf(snapshot.state, kind, place)
        held = True
        for guard in row.guards:
            held = guard.holds(snapshot.context, event)
            outcomes.append(GuardOutcome(name, guard.name, held))
            if not held:
                break
        if held:
            return name, row, outcomes
    raise AssertionError(f"no row of {snapshot.state} takes {kind}")


def _check(flow: Flow[C], stepped: Stepped[C]) -> None:
    makes = flow.states[stepped.snapshot.state].call
    assert (stepped.call is None) == (makes is None), f"{stepped.snapshot.state} makes another call than it declares"
    flow.page(stepped.snapshot)


def _all_else_is_refused(explored: Explored[C], repertoire: Repertoire[C], visit: Visit[C]) -> None:
    flow, state = explored.flow, visit.snapshot.state
    strange = {kind for kind in flow.events if (state, kind) not in flow.table}
    if all((state, kind) in explored.met for kind in strange):
        return
    for one in repertoire.all:
        if type(one.event) in strange:
            explored.met.add((state, type(one.event)))
            _refused(flow, visit.snapshot, one.event, EventRefused.default_code)


def _refused(flow: Flow[C], snapshot: Snapshot[C], event: Event, code: str) -> None:
    given: str | None = None
    try:
        flow.step(snapshot, event, NOON)
    except EventRefused as refusal:
        given = refusal.code
    assert given == code, f"{type(event).__name__} was refused in {snapshot.state} with {given} instead of {code}"


def _rows(flow: Flow[Any]) -> dict[RowOf, str | None]:
    return {row: flow.table[key][row.place].to for key in flow.table for row in _of_choice(flow, key)}


def _of_choice(flow: Flow[Any], key: tuple[str, type[Event]]) -> list[RowOf]:
    return [RowOf(key[0], key[1].__name__, place) for place in range(len(flow.table[key]))]


def _longest(visits: Iterable[Visit[C]]) -> list[Visit[C]]:
    """Drop each walk that is the beginning of another."""
    ways = sorted({tuple((state, one.name) for state, one in visit.way()): visit for visit in visits}.items(), key=_way)
    if not ways:
        return []
    go_on = [_way(then)[: len(_way(one))] == _way(one) for one, then in pairwise(ways)]
    return [visit for (_, visit), goes_on in zip(ways, [*go_on, False], strict=True) if not goes_on]


def _way(item: tuple[tuple[tuple[str, str], ...], object]) -> tuple[tuple[str, str], ...]:
    return item[0]
