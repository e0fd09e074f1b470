"""Stand between an engine and its store and ports, and see that each does what the pure step decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

from ..errors import Conflict, EventRefused, StaleRevision, StoreFailed, UnknownInstance
from ..events import Event, Expired, Outcome, Unanswered, Unreachable
from ..flow import Flow
from ..ports import Port, Store
from ..snapshot import Call, Move, Repeat, Snapshot
from .recorded import How, StoreFault

C = TypeVar("C")


class Died(BaseException):
    """Stands for the death of the process: nothing of the engine catches it."""


class Kept(Generic[C]):
    """The plainest store: of one thread, in memory. Used where a test brings none of its own."""

    def __init__(self) -> None:
        self._snapshots: dict[str, Snapshot[C]] = {}
        self._journals: dict[str, tuple[Move, ...]] = {}

    def create(self, snapshot: Snapshot[C]) -> None:
        if snapshot.id in self._snapshots:
            raise Conflict("An instance of this id is already stored", hint="Begin with a fresh, random id.")
        self._snapshots[snapshot.id], self._journals[snapshot.id] = snapshot, ()

    def load(self, id: str) -> Snapshot[C]:
        if id not in self._snapshots:
            raise UnknownInstance
        return self._snapshots[id]

    def commit(self, snapshot: Snapshot[C], move: Move) -> None:
        if self.load(snapshot.id).revision != snapshot.revision - 1:
            raise StaleRevision
        self._snapshots[snapshot.id] = snapshot
        self._journals[snapshot.id] += (move,)

    def journal(self, id: str) -> Sequence[Move]:
        self.load(id)
        return self._journals[id]


class Witness(Generic[C]):
    """What was seen of one instance. `wrong` lists, by promise, what did not hold."""

    def __init__(self, flow: Flow[C]) -> None:
        self.flow = flow
        self.path: list[Move] = []
        self.seen: list[Snapshot[C]] = []
        self.calls: list[Call] = []
        self.made: Counter[tuple[str, int]] = Counter()
        self.wrong: dict[str, list[str]] = {}
        self.sent: Event | None = None
        self.outcome: Outcome | None = None

    def says(self, promise: str, what: str) -> None:
        """Note that a promise was broken."""
        self.wrong.setdefault(promise, []).append(what)

    def committed(self, before: Snapshot[C], after: Snapshot[C], move: Move) -> None:
        """Compare what was stored with what the pure step makes of the same event."""
        self.path.append(move)
        self.seen.append(after)
        left = self.flow.states[before.state]
        if move != Move(
            revision=before.revision + 1,
            event=move.event,
            from_state=left.name,
            to_state=after.state,
            section=left.section,
            actor=left.actor,
            at=after.entered_at,
        ):
            self.says("the journal is the path", f"the line of revision {move.revision} is wrong")
        made_by_the_engine = (Expired(), Unanswered(reason="port_failed"), Unanswered(reason="interrupted"))
        events = [one for one in (self.sent, self.outcome, *made_by_the_engine) if type(one).__name__ == move.event]
        if not any(one is not None and self._leads(before, one, after) for one in events):
            self.says("the engine equals the pure step", f"{move.event} in {before.state} led to {after.state}")

    def _leads(self, before: Snapshot[C], event: Event, after: Snapshot[C]) -> bool:
        try:
            return self.flow.step(before, event, after.entered_at).snapshot == after
        except EventRefused:
            return False


class WitnessStore(Generic[C]):
    """A store that tells the witness of each commit, and fails once where it is told to."""

    def __init__(self, inner: Store[C], witness: Witness[C]) -> None:
        self._inner = inner
        self._witness = witness
        self.fault: StoreFault | None = None

    def create(self, snapshot: Snapshot[C]) -> None:
        self._inner.create(snapshot)
        self._witness.seen.append(snapshot)

    def load(self, id: str) -> Snapshot[C]:
        return self._inner.load(id)

    def commit(self, snapshot: Snapshot[C], move: Move) -> None:
        fault, self.fault = self.fault, None
        failed = StoreFailed("The store fails on purpose", hint="Try again.")
        if fault is StoreFault.BEFORE:
            raise failed
        before = self._inner.load(snapshot.id)
        self._inner.commit(snapshot, move)
        self._witness.committed(before, snapshot, move)
        if fault is StoreFault.AFTER:
            raise failed

    def journal(self, id: str) -> Sequence[Move]:
        return self._inner.journal(id)


Choosing = Callable[[Call, Snapshot[C]], tuple[How, Outcome | None]]
"""Decides what becomes of a call of a snapshot: how, and with which outcome where it is a named case."""


class WitnessPort(Generic[C]):
    """A port whose answers are chosen, or another port to which something happens on the way."""

    def __init__(
        self, inner: Port | None, witness: Witness[C], stored: Callable[[], Snapshot[C]], choose: Choosing[C]
    ) -> None:
        self._inner = inner
        self._witness = witness
        self._stored = stored
        self._choose = choose

    def perform(self, call: Call) -> Outcome:
        snapshot = self._stored()
        self._judge(call, snapshot)
        how, outcome = self._choose(call, snapshot)
        if how is How.DIES_BEFORE:
            raise Died
        if how is How.UNSENT:
            return self._gave(Unreachable(reason="unsent"))
        self._witness.calls.append(call)
        answered = outcome if self._inner is None else self._inner.perform(call)
        if how is How.DIES_AFTER:
            raise Died
        if how is How.RAISES:
            raise OSError("a port breaks its word on purpose")
        if how is How.LOST:
            return self._gave(Unanswered(reason="lost"))
        return self._gave(cast(Outcome, None if how is How.WRONG else answered))

    def _judge(self, call: Call, snapshot: Snapshot[C]) -> None:
        entry = (call.name, snapshot.revision)
        self._witness.made[entry] += 1
        if call.repeat is not Repeat.FREELY and self._witness.made[entry] > 1:
            self._witness.says("a call is made once an entry", f"{call.name} was made again at {snapshot.revision}")
        if self._witness.flow.call(snapshot) != call:
            self._witness.says("a call is what was decided", f"{call.name} was made in {snapshot.state}")

    def _gave(self, outcome: Outcome) -> Outcome:
        self._witness.outcome = outcome
        return outcome
