"""A flow: the states put together, checked while it is built, and stepped through purely."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from .definition import State, Transition
from .errors import DefinitionError, EventRefused, FlowBroken, ForeignSnapshot
from .events import Event
from .machine import DeclaredMachine, Row, Table, machine_of, table_of
from .page import Page
from .ports import Ids
from .snapshot import Call, Snapshot
from .verification import mistakes

C = TypeVar("C")


class Stepped(NamedTuple, Generic[C]):
    """What a step gives: the next snapshot and the call that it asks for, if any."""

    snapshot: Snapshot[C]
    call: Call | None


class Flow(Generic[C]):
    """A checked definition. Build it once per process and share it: it has no state of its own.

    `begin` makes the context of a new instance; it gets its randomness from the `Ids` port. `version` belongs to
    the meaning of stored snapshots: raise it when an older one can no longer be carried on. However lively an
    instance is, its states that have a lifetime expire at the latest when `lifetime` has passed since it began.
    Raises `DefinitionError`, which lists every mistake found.
    """

    def __init__(
        self,
        name: str,
        *,
        states: Iterable[State[C]],
        initial: str,
        begin: Callable[[Ids], C],
        version: int = 1,
        lifetime: timedelta | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.initial = str(initial)
        self.begin_context = begin
        self.lifetime = lifetime
        declared = tuple(states)
        found = list(mistakes(declared, self.initial, lifetime))
        if found:
            raise DefinitionError(f"Flow {name} cannot be built", hint="; ".join(found))
        self.states = {state.name: state for state in declared}
        self.machine: DeclaredMachine = machine_of(declared, self.initial)
        self._table: Table = table_of(self.machine)

    def __repr__(self) -> str:
        return f"<Flow {self.name} v{self.version}: {len(self.states)} states>"

    @property
    def table(self) -> Table:
        """The rows that the step reads: (state, event class) → rows, in the order in which they are tried."""
        return dict(self._table)

    @cached_property
    def ports(self) -> frozenset[str]:
        """Names of the ports that the calls of this flow need."""
        return frozenset(state.call.port for state in self.states.values() if state.call)

    @cached_property
    def events(self) -> frozenset[type[Event]]:
        """Every class of event that some state knows."""
        return frozenset(event for _, event in self._table)

    def begin(self, id: str, ids: Ids, now: datetime) -> Stepped[C]:
        """Give the first snapshot of a new instance, and the call of its initial state, if it makes one."""
        first = Snapshot(
            id=id,
            flow=self.name,
            version=self.version,
            state=self.initial,
            revision=0,
            begun_at=now,
            entered_at=now,
            expires_at=None,
            context=self._run("begin", self.begin_context, ids),
        )
        return self._entered(first)

    def step(self, snapshot: Snapshot[C], event: Event, now: datetime) -> Stepped[C]:
        """Decide what `event` does. Pure: same input, equal output; the input is unchanged.

        Raises `EventRefused` when the event is not possible here, `ForeignSnapshot` when the snapshot is not of
        this flow, and `FlowBroken` when the definition itself failed.
        """
        self.belongs(snapshot)
        rows = self._table.get((snapshot.state, type(event)))
        if rows is None:
            raise EventRefused(state=snapshot.state, event=type(event).__name__)
        context = snapshot.context
        row = next(row for row in rows if self._all_hold(row, context, event))
        move: Transition[C] = row.declared
        if row.to is None:
            raise EventRefused(state=snapshot.state, event=type(event).__name__, code=move.refusal)
        if move.keep is not None:
            context = self._run(f"keep of {type(event).__name__}", move.keep, context, event)
        next_revision = snapshot.revision + 1
        return self._entered(replace(snapshot, state=row.to, revision=next_revision, entered_at=now, context=context))

    def call(self, snapshot: Snapshot[C]) -> Call | None:
        """Give the call that the snapshot's state makes; `None` when it makes none. Pure."""
        return self._call(self.belongs(snapshot), snapshot)

    def page(self, snapshot: Snapshot[C]) -> Page | None:
        """Give the page that the snapshot rests on; `None` while it calls or waits without one. Pure."""
        state = self.belongs(snapshot)
        return None if state.page is None else self._run(f"page of {state.name}", state.page, snapshot.context)

    def belongs(self, snapshot: Snapshot[C]) -> State[C]:
        """Give the snapshot's state, or raise `ForeignSnapshot`."""
        state = self.states.get(snapshot.state)
        if state is None or (snapshot.flow, snapshot.version) != (self.name, self.version):
            raise ForeignSnapshot(
                expected=f"{self.name} v{self.version}",
                found=f"{snapshot.flow} v{snapshot.version}, state {snapshot.state}",
            )
        return state

    def _entered(self, snapshot: Snapshot[C]) -> Stepped[C]:
        state = self.states[snapshot.state]
        entered = replace(snapshot, expires_at=self._run(f"ends_by of {state.name}", self._expiry, state, snapshot))
        return Stepped(entered, self._call(state, entered))

    def _expiry(self, state: State[C], entered: Snapshot[C]) -> datetime | None:
        if state.lifetime is None:
            return None
        ends = [entered.entered_at + state.lifetime]
        if self.lifetime is not None:
            ends.append(entered.begun_at + self.lifetime)
        known = state.ends_by and state.ends_by(entered.context)
        if known and known > entered.entered_at:  # one that is over already tells of two clocks that differ
            ends.append(known)
        return min(ends)

    def _call(self, state: State[C], snapshot: Snapshot[C]) -> Call | None:
        calling = state.call
        if calling is None:
            return None
        return Call(
            instance=snapshot.id,
            name=calling.name,
            port=calling.port,
            repeat=calling.repeat,
            deadline=calling.deadline,
            request=self._run(f"call {calling.name}", calling.request, snapshot.context),
        )

    def _all_hold(self, row: Row, context: C, event: Event) -> bool:
        for guard in row.guards:
            held = self._run(f"guard {guard.name}", guard.holds, context, event)
            if held is False:
                return False
            if held is not True:
                raise FlowBroken(f"Guard {guard.name} returned no bool", hint="Return True or False from every guard.")
        return True

    def _run(self, what: str, function: Callable[..., Any], *args: object) -> Any:
        try:
            return function(*args)
        except Exception as error:  # the text and the traceback may hold personal data: only the kind goes on
            kind = type(error).__name__
        raise FlowBroken(
            f"{what} of flow {self.name} raised {kind}", hint="The instance was not moved. Correct the definition."
        )
