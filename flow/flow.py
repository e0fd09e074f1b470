"""A flow: the states put together, checked while it is built, and stepped through purely."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from .definition import Calling, State
from .errors import DefinitionError, EventRefused, FlowBroken
from .events import Event
from .machine import DeclaredMachine, Row, Table, machine_of, table_of
from .page import Page
from .ports import Ids
from .snapshot import Call, Entered, Snapshot
from .verification import mistakes
from .wiring import failure, foreign, unknown

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
        found = list(mistakes(declared, self.initial, lifetime, version))
        if found:
            raise DefinitionError(f"Flow {name} cannot be built", hint="; ".join(found))
        self.states = {state.name: state for state in declared}
        self.machine: DeclaredMachine = machine_of(declared, self.initial)
        self._table: Table = table_of(self.machine)
        # Here and not when they are first asked for: with attributes that come later, Python reads all of them slowly.
        self.ports = frozenset(state.call.port for state in declared if state.call)
        """Names of the ports that the calls of this flow need."""
        self.events: frozenset[type[Event]] = frozenset(event for _, event in self._table)
        """Every class of event that some state knows."""

    def __repr__(self) -> str:
        return f"<Flow {self.name} v{self.version}: {len(self.states)} states>"

    @property
    def table(self) -> Table:
        """The rows that the step reads: (state, event class) → rows, in the order in which they are tried."""
        return dict(self._table)

    def begin(self, id: str, ids: Ids, now: datetime) -> Stepped[C]:
        """Give the first snapshot of a new instance, and the call of its initial state, if it makes one."""
        return self._entered(self.initial, self._run("begin", self.begin_context, ids), now, id, 0, now)

    def step(self, snapshot: Snapshot[C], event: Event, now: datetime) -> Stepped[C]:
        """Decide what `event` does. Pure: same input, equal output; the input is unchanged.

        Raises `EventRefused` when the event is not possible here, `ForeignSnapshot` when the snapshot is not of
        this flow, `FlowBroken` when the definition itself failed, and `UsageError` for what is no event or no snapshot.
        """
        self.belongs(snapshot)
        rows = self._table.get((snapshot.state, type(event)))
        if rows is None:
            raise unknown(event, snapshot.state)
        context = snapshot.context
        _, to, declared = self._decided(rows, context, event)
        if to is None:
            raise EventRefused(state=snapshot.state, event=type(event).__name__, code=declared.refusal)
        if declared.keep is not None:
            context = self._run(f"keep of {type(event).__name__}", declared.keep, context, event)
        return self._entered(to, context, now, snapshot.id, snapshot.revision + 1, snapshot.begun_at)

    def call(self, snapshot: Snapshot[C]) -> Call | None:
        """Give the call that the snapshot's state makes; `None` when it makes none. Pure."""
        state = self.belongs(snapshot)
        return None if state.call is None else self._call(state.call, snapshot)

    def page(self, snapshot: Snapshot[C]) -> Page | None:
        """Give the page that the snapshot rests on; `None` while it calls or waits without one. Pure."""
        state = self.belongs(snapshot)
        return None if state.page is None else self._run(f"page of {state.name}", state.page, snapshot.context)

    def belongs(self, snapshot: Snapshot[C]) -> State[C]:
        """Give the snapshot's state, or raise `ForeignSnapshot`, and `UsageError` for what is no snapshot at all."""
        try:
            state = self.states.get(snapshot.state)
            if state is not None and snapshot.flow == self.name and snapshot.version == self.version:
                return state
        except (AttributeError, TypeError):  # it is none, and the error holds it
            pass
        raise foreign(snapshot, self)

    def _entered(self, to: str, context: C, now: datetime, id: str, revision: int, begun_at: datetime) -> Stepped[C]:
        state = self.states[to]
        expires_at = None
        if state.lifetime is not None:
            expires_at = self._run(f"ends_by of {state.name}", self._end, state, state.lifetime, context, now, begun_at)
        entered: Snapshot[C] = Entered(id, self.name, self.version, to, revision, begun_at, now, expires_at, context)
        return Stepped(entered, None if state.call is None else self._call(state.call, entered))

    def _end(self, state: State[C], lifetime: timedelta, context: C, now: datetime, begun_at: datetime) -> datetime:
        end = now + lifetime
        if self.lifetime is not None:
            end = min(end, begun_at + self.lifetime)
        known = state.ends_by and state.ends_by(context)
        # One that is over already tells of two clocks that differ.
        return min(end, known) if known and known > now else end

    def _call(self, calling: Calling[C], snapshot: Snapshot[C]) -> Call:
        return Call(
            instance=snapshot.id,
            name=calling.name,
            port=calling.port,
            repeat=calling.repeat,
            deadline=calling.deadline,
            request=self._run(f"call {calling.name}", calling.request, snapshot.context),
        )

    def _decided(self, rows: tuple[Row, ...], context: C, event: Event) -> Row:
        guard: Any = None
        try:
            for row in rows[:-1]:
                for guard in row.guards:
                    held = guard.holds(context, event)
                    if held is not True:
                        break
                else:
                    return row
                if held is not False:
                    break
            else:
                return rows[-1]  # it has no guards
        except Exception as error:
            kind = failure(error)
        else:
            raise FlowBroken(f"Guard {guard.name} returned no bool", hint="Return True or False from every guard.")
        raise self._broken(f"guard {guard.name}", kind)

    def _run(self, what: str, function: Callable[..., Any], *args: object) -> Any:
        try:
            return function(*args)
        except Exception as error:  # the text and the traceback may hold personal data: only the kind goes on
            kind = failure(error)
        raise self._broken(what, kind)

    def _broken(self, what: str, kind: str) -> FlowBroken:
        told = f"{what} of flow {self.name} raised {kind}"
        return FlowBroken(told, hint="The instance was not moved. Correct the definition.")
