"""The driver: load → step → store → perform the call → feed the answer back.

Decide, commit, perform: the result of a step is stored before its call goes out, and again when the answer is in.
Whoever stored the step performs the call, so of two attempts at the same time only one ever calls.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import NoneType
from typing import Generic, TypeVar

from .errors import CallInProgress, EventRefused, StaleRevision
from .events import Answered, Event, Expired, Outcome, Unanswered
from .flow import Flow, Stepped
from .page import Page
from .ports import Clock, Ids, Moved, Observer, Port, Store
from .snapshot import Call, Move, Repeat, Snapshot
from .system import InUtc, RandomIds, SystemClock
from .wiring import called, expect, expect_parts, failure

C = TypeVar("C")

_logger = logging.getLogger("esozflow")


class Engine(Generic[C]):
    """Drives any number of instances of one flow, from any number of threads.

    `ports` gives each port that the flow's calls name (`flow.ports`). `observers` are called after each stored
    move; what they raise is logged by class and line, and ignored. Raises `UsageError` for a missing or unfit part.
    """

    def __init__(
        self,
        flow: Flow[C],
        *,
        store: Store[C],
        ports: Mapping[str, Port],
        clock: Clock | None = None,
        ids: Ids | None = None,
        observers: tuple[Observer, ...] = (),
    ) -> None:
        expect_parts(flow, store, ports, clock, ids, observers)
        self.flow = flow
        self._store = store
        self._ports = dict(ports)
        self._clock: Clock = InUtc(clock) if clock else SystemClock()
        self._ids = ids or RandomIds()
        self._observers = tuple(observers)

    def begin(self, id: str | None = None) -> Snapshot[C]:
        """Start a new instance and carry it to the first state that waits.

        `id`, where given, is the caller's own and must be as hard to guess as one of `Ids`; `Conflict` is raised
        when it is taken.
        """
        expect("id", id, str, NoneType)
        first = self.flow.begin(self._ids.token() if id is None else id, self._ids, self._clock.now())
        self._store.create(first.snapshot)
        return self._perform(first)

    def load(self, id: str, *, revision: int | None = None) -> Snapshot[C]:
        """Give the instance as it was last stored, after letting its lifetime expire if it is over.

        `revision`, where given, is the one of the page that a form comes from: `StaleRevision` is raised when the
        instance has another by now. Also raises `UnknownInstance`, `ForeignSnapshot`, `FlowBroken`, `StoreFailed`.
        """
        snapshot = self._store.load(id)
        self.flow.belongs(snapshot)
        if self._is_over(snapshot):
            try:
                snapshot = self._perform(self._store_step(snapshot, Expired()))
            except StaleRevision:  # somebody else saw it expire at the same moment, and was first
                snapshot = self._store.load(id)
        if revision is not None and revision != snapshot.revision:
            expect("revision", revision, int)
            raise StaleRevision
        return snapshot

    def send(self, snapshot: Snapshot[C], event: Event) -> Snapshot[C]:
        """Let a user's event move the instance on, and carry it to the next state that waits.

        `snapshot` is the instance as this engine gave it and the user saw it: `StaleRevision` is raised when it moved
        or expired since. Also raises `EventRefused`, `CallInProgress`, and what `load` raises.
        """
        if isinstance(event, Outcome | Expired):
            raise EventRefused(state="any", event=type(event).__name__, code="not_a_users_event")
        if self.flow.belongs(snapshot).call:
            raise CallInProgress(state=snapshot.state)
        if self._is_over(snapshot):
            snapshot = self.load(snapshot.id, revision=snapshot.revision)
        return self._perform(self._store_step(snapshot, event))

    def resume(self, id: str) -> Snapshot[C]:
        """Carry on an instance whose process died during a call.

        A call that may be repeated freely is made again; any other counts as unanswered, because it may have
        been sent. Raises `CallInProgress` while the call's deadline has not passed, and what `load` raises.
        """
        snapshot = self.load(id)
        call = self.flow.call(snapshot)
        if call is None:
            return snapshot
        if self._clock.now() < snapshot.entered_at + timedelta(seconds=call.deadline):
            raise CallInProgress(state=snapshot.state)
        if call.repeat is Repeat.FREELY:
            return self._perform(Stepped(snapshot, call))
        return self._perform(self._store_step(snapshot, Unanswered(reason="interrupted")))

    def journal(self, id: str) -> Sequence[Move]:
        """Give all moves of the instance, in order. Raises `UnknownInstance`, `StoreFailed`."""
        return self._store.journal(id)

    def page(self, snapshot: Snapshot[C]) -> Page | None:
        """Give the page that the snapshot rests on, as data."""
        return self.flow.page(snapshot)

    def _is_over(self, snapshot: Snapshot[C]) -> bool:
        return snapshot.expires_at is not None and snapshot.expires_at <= self._clock.now()

    def _perform(self, stepped: Stepped[C]) -> Snapshot[C]:
        snapshot, call = stepped
        while call is not None:
            started = self._clock.monotonic()
            outcome = self._outcome(snapshot, call)
            seconds = self._clock.monotonic() - started
            try:
                snapshot, call = self._store_step(snapshot, outcome, call=call.name, seconds=seconds)
            except StaleRevision:  # it was resumed while the answer was on its way: that result stands
                return self._store.load(snapshot.id)
        return snapshot

    def _outcome(self, snapshot: Snapshot[C], call: Call) -> Outcome:
        # Imported where it is used: structlog brings a terminal library along wherever one is installed.
        from structlog.contextvars import bind_contextvars, reset_contextvars

        state = self.flow.states[snapshot.state]
        bound = bind_contextvars(instance=snapshot.id, section=state.section, actor=state.actor, state=state.name)
        try:
            try:
                outcome = self._ports[call.port].perform(call)
            except Exception as error:
                failed = failure(error)
            else:
                if type(outcome) in {move.event for move in state.moves}:
                    return outcome
                failed = f"returned {called(outcome)}"
            # a port that breaks its word: the call may have been sent
            _logger.error("port %s failed in call %s: %s", call.port, call.name, failed)
            return Unanswered(reason="port_failed")
        finally:
            reset_contextvars(**bound)

    def _store_step(
        self, snapshot: Snapshot[C], event: Event, *, call: str | None = None, seconds: float | None = None
    ) -> Stepped[C]:
        stepped = self.flow.step(snapshot, event, self._clock.now())
        left, entered = self.flow.states[snapshot.state], stepped.snapshot
        name, at = type(event).__name__, entered.entered_at
        move = Move(entered.revision, name, left.name, entered.state, left.section, left.actor, at)
        self._store.commit(entered, move)
        if self._observers:
            status = event.status if isinstance(event, Answered) else None
            self._tell(Moved(id=entered.id, move=move, call=call, status=status, seconds=seconds))
        return stepped

    def _tell(self, moved: Moved) -> None:
        for observer in self._observers:
            try:
                observer(moved)
            except Exception as error:  # an onlooker must not stop a sign-up between commit and call
                _logger.error("an observer failed: %s", failure(error))  # noqa: TRY400 - its text may tell too much
