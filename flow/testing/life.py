"""The life of one instance under an engine: whatever is done to it is recorded, and compared with the pure step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar

from ..engine import Engine
from ..errors import CallInProgress, EventRefused, StaleRevision, StoreFailed
from ..events import Event, Expired, Outcome
from ..flow import Flow
from ..ports import Ids, Port, Store
from ..snapshot import Call, Move, Snapshot
from ..system import RandomIds
from .clock import FixedIds, HandClock
from .following import followed
from .recorded import Do, How, Recorded, RecordedAnswer, RecordedStep, StoreFault
from .repertoire import NamedEvent
from .witness import Died, Kept, Witness, WitnessPort, WitnessStore

C = TypeVar("C")

Answering = Callable[[Call, Snapshot[C]], tuple[How, NamedEvent | None]]
"""Decides what becomes of a call: how, and which named answer is given where it is one of the cases."""

EQUAL: Final = "the engine equals the pure step"
UNTOUCHED: Final = "a refused event changes nothing"
JOURNAL: Final = "the journal is the path"
ENDED: Final = "an end accepts nothing"
STALE: Final = "an old page moves nothing"
ONCE: Final = "a call is made once an entry"
DECIDED: Final = "a call is what was decided"


class Life(Generic[C]):
    """One instance, with its engine, clock, store and ports in the hands of a test.

    Without `store` it is kept in memory. A port that `ports` does not give answers as `answering` decides; one that it
    gives answers for itself, unless `answering` lets something happen on the way. Every act is added to `record`
    before it is done, so the record of a life that failed ends with what made it fail.
    """

    def __init__(
        self,
        flow: Flow[C],
        answering: Answering[C],
        *,
        store: Store[C] | None = None,
        ports: Mapping[str, Port] | None = None,
        ids: Ids | None = None,
        clock: HandClock | None = None,
    ) -> None:
        self.flow = flow
        self.clock = clock or HandClock()
        self.witness: Witness[C] = Witness(flow)
        self.store: WitnessStore[C] = WitnessStore(store or Kept[C](), self.witness)
        self.steps: list[RecordedStep] = []
        self.id = RandomIds().token()
        self._answering = answering
        self._ids = ids or FixedIds()
        self._ports = {
            name: WitnessPort((ports or {}).get(name), self.witness, lambda: self.stored, self._choose)
            for name in flow.ports
        }
        self.engine = self.open()

    @property
    def stored(self) -> Snapshot[C]:
        """The instance as it was last stored."""
        return self.store.load(self.id)

    @property
    def journal(self) -> Sequence[Move]:
        """All moves that the store has."""
        return self.store.journal(self.id)

    @property
    def record(self) -> Recorded:
        """All that was done so far."""
        return Recorded(flow=self.flow.name, version=self.flow.version, steps=tuple(self.steps))

    @property
    def ended(self) -> bool:
        """Whether the instance stands in a final state."""
        return self.flow.states[self.stored.state].final

    def open(self) -> Engine[C]:
        """Give another engine over the same store and ports: another process."""
        return Engine(self.flow, store=self.store, ports=self._ports, clock=self.clock, ids=self._ids)

    def begin(self) -> None:
        """Begin the instance."""
        self._recorded(RecordedStep(do=Do.BEGIN))
        with suppress(Died):
            self.engine.begin(self.id)

    def send(self, one: NamedEvent, *, behind: int = 0, values: Mapping[str, Any] | None = None) -> None:
        """Send an event from the page as it is, or from one that is `behind` revisions too old, if there was one."""
        kind = type(one.event).__name__
        kept = None if values is None else dict(values)
        self._recorded(RecordedStep(do=Do.SEND, event=kind, case=one.name, values=kept, behind=behind))
        before, moves, calls = self.stored, len(self.witness.path), len(self.witness.calls)
        self.witness.sent = one.event
        page = self.witness.seen[max(-1 - behind, -len(self.witness.seen))] if behind else before
        try:
            self._rests(self.engine.send(page, one.event))
        except (EventRefused, StaleRevision, CallInProgress) as refusal:
            self._changed_nothing(before, moves, calls, kind)
            self._refuses_purely(page, one.event, refusal)
        except (StoreFailed, Died):
            pass
        else:
            if self.flow.states[before.state].final:
                self.witness.says(ENDED, f"{kind} was accepted in {before.state}")
        if page.revision != before.revision and any(move.event == kind for move in self.witness.path[moves:]):
            self.witness.says(STALE, f"{kind} was accepted from revision {page.revision} of {before.revision}")

    def load(self) -> None:
        """Look at the instance."""
        self._recorded(RecordedStep(do=Do.LOAD))
        self._carried_on(lambda: self.engine.load(self.id))

    def resume(self) -> None:
        """Let another process take over and carry the instance on."""
        self._recorded(RecordedStep(do=Do.RESUME))
        self.engine = self.open()
        self._carried_on(lambda: self.engine.resume(self.id))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._recorded(RecordedStep(do=Do.WAIT, seconds=seconds))
        self.clock.forward(timedelta(seconds=seconds))

    def expire(self) -> None:
        """Let time pass until the instance expires, if it does, and look at it."""
        self._recorded(RecordedStep(do=Do.EXPIRE))
        ends = self.stored.expires_at
        if ends is not None and ends > self.clock.now():
            self.clock.forward(ends - self.clock.now())
        self._carried_on(lambda: self.engine.load(self.id))

    def own(self, name: str, argument: str) -> None:
        """Record an act of the test's own."""
        self._recorded(RecordedStep(do=Do.OWN, event=name, case=argument))

    def store_fails(self, fault: StoreFault) -> None:
        """Let the next commit fail. It belongs to the act that follows."""
        self.store.fault = fault

    def check(self) -> None:
        """Raise `AssertionError` when a promise was broken."""
        path, stored = self.witness.path, self.stored
        if list(self.journal) != path or followed(self.flow, path) != stored.state:
            self.witness.says(JOURNAL, "the store's journal differs from what was committed")
        if stored.revision != len(path):
            self.witness.says(JOURNAL, f"revision {stored.revision} after {len(path)} moves")
        broken = "; ".join(f"{promise}: {', '.join(found)}" for promise, found in self.witness.wrong.items())
        assert not broken, broken

    def _recorded(self, step: RecordedStep) -> None:
        self.steps.append(step.model_copy(update={"store": self.store.fault}))

    def _choose(self, call: Call, snapshot: Snapshot[C]) -> tuple[How, Outcome | None]:
        how, one = self._answering(call, snapshot)
        kind, case = (type(one.event).__name__, one.name) if one else (None, None)
        answer = RecordedAnswer(call=call.name, how=how, event=kind, case=case)
        self.steps[-1] = self.steps[-1].model_copy(update={"answers": (*self.steps[-1].answers, answer)})
        return how, one.event if one and isinstance(one.event, Outcome) else None

    def _carried_on(self, act: Callable[[], Snapshot[C]]) -> None:
        before, calls = self.stored, len(self.witness.calls)
        try:
            self._rests(act())
        except CallInProgress:
            if self.stored != before or len(self.witness.calls) != calls:
                self.witness.says(UNTOUCHED, f"a call was disturbed in {before.state}")
        except (StoreFailed, Died):
            pass

    def _rests(self, given: Snapshot[C]) -> None:
        if given != self.stored:
            self.witness.says(EQUAL, f"it gave {given.state}, and stored {self.stored.state}")

    def _changed_nothing(self, before: Snapshot[C], moves: int, calls: int, kind: str) -> None:
        """An instance may have expired before the event came; nothing else may have happened to it."""
        made = self.witness.path[moves:]
        expired = bool(made) and made[0].event == Expired.__name__
        if not expired and (self.stored != before or len(self.witness.calls) != calls):
            self.witness.says(UNTOUCHED, f"{kind} was refused in {before.state}, and changed it")

    def _refuses_purely(self, page: Snapshot[C], event: Event, refusal: Exception) -> None:
        """What the engine refuses for its state, the pure step refuses with the same code."""
        if not isinstance(refusal, EventRefused) or isinstance(event, Outcome | Expired):
            return
        try:
            self.flow.step(page, event, self.clock.now())
        except EventRefused as pure:
            if pure.code == refusal.code:
                return
        self.witness.says(EQUAL, f"{type(event).__name__} was refused in {page.state} with {refusal.code}")
