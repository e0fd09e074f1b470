"""Random lives of an instance, by Hypothesis: users, ports, stores, clocks and crashes do what they like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Self, TypeVar

from hypothesis import currently_in_test_context, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ..errors import UsageError
from ..events import Event, Expired, Outcome
from ..flow import Flow
from ..ports import Ids, Port, Store
from ..proof import Case, Cases
from ..snapshot import Call, Snapshot
from .clock import FixedIds, HandClock
from .life import Life
from .recorded import How, Recorded, StoreFault, values_of
from .repertoire import NamedEvent, Repertoire
from .replaying import Player
from .walking import explore_all

C = TypeVar("C")

_MISHAPS = (How.LOST, How.UNSENT, How.RAISES, How.WRONG, How.DIES_BEFORE, How.DIES_AFTER)


class FlowMachine(RuleBasedStateMachine, Generic[C]):
    """A Hypothesis state machine over any flow, store and ports. Subclass it, and let pytest collect its `TestCase`:

    class ParcelLife(FlowMachine[Parcel]):
        flow = parcels
        cases = staticmethod(parcel_cases)  # those that flow.proof is given

        @invariant()
        def nobody_pays_twice(self) -> None: ...

    TestParcelLife = ParcelLife.TestCase

    Of every life it checks that the engine does what the pure step decides, that the revision grows by one with each
    move, that a refused event changes nothing, that the journal is the path, that an end accepts nothing, and that a
    call that must not be repeated is made once for each time that its state is entered. When a life fails, its record
    is printed; `ParcelLife.replay(record)` leads it again.
    """

    flow: Flow[C]
    strategies: ClassVar[Mapping[type[Event], st.SearchStrategy[Event]]] = {}
    """Strategies for users' events that are not among the cases."""
    keeps_values: ClassVar[bool] = False
    """Whether a record may hold the values of events that are drawn from `strategies`; without, it is not replayed."""
    ids: ClassVar[Ids] = FixedIds()
    """What the context is begun with, where cases compare with it."""
    waits: ClassVar[Sequence[float]] = (1.0, 60.0)
    """Seconds that may pass at once, besides those after which something expires."""

    _repertoires: ClassVar[dict[type, Repertoire[Any]]] = {}
    _heads: ClassVar[dict[type, tuple[Recorded, ...]]] = {}

    def __init__(self) -> None:
        super().__init__()
        self._player: Player[C] | None = None
        self._data: st.DataObject | None = None
        self._life: Life[C] | None = None
        self._own_ports: Mapping[str, Port] = {}

    def cases(self, state: str, event: type[Event], /) -> Iterable[Case] | None:  # noqa: ARG002 - to be overridden
        """Give the cases that `flow.proof` decides guards over: the lives are made of their events and answers."""
        return None

    def store(self) -> Store[C] | None:
        """Give a new, empty store; `None` keeps the instance in memory."""
        return None

    def ports(self) -> Mapping[str, Port]:
        """Give the ports that answer for themselves. The others answer with a case."""
        return {}

    def clock(self) -> HandClock:
        """Give the clock of the engine."""
        return HandClock()

    def offered(self, snapshot: Snapshot[C]) -> Mapping[str, Event]:
        """Give the events that a user may send here, by name. Override it where they depend on more than the state.

        Names are recorded and the same name must give the same event again, or one that means the same.
        """
        known = self.repertoire.known(snapshot.state)
        return {one.name: one.event for one in known if not isinstance(one.event, Outcome | Expired)}

    @property
    def repertoire(self) -> Repertoire[C]:
        """All named events of the flow."""
        kind = type(self)
        if kind not in self._repertoires:
            self._repertoires[kind] = Repertoire(self.flow, self.cases)
        return self._repertoires[kind]

    def heads(self) -> Sequence[Recorded]:
        """Give records with one of which a life may begin, so that lives are led in every corner of the flow.

        Where all ports answer with cases, these are systematic walks that together take every row; else there are none.
        """
        kind = type(self)
        if kind not in self._heads:
            walks = () if self.ports() else explore_all(self.flow, self.repertoire, ids=self.ids).transitions.walks
            self._heads[kind] = tuple(sorted(walks, key=lambda walk: len(walk.steps)))
        return self._heads[kind]

    @property
    def life(self) -> Life[C]:
        """The instance, with its engine, clock, store and ports."""
        if self._life is None:
            self._own_ports = self.ports()
            self._life = Life(
                self.flow,
                self._answered,
                store=self.store(),
                ports=self._own_ports,
                ids=self.ids,
                clock=self.clock(),
            )
        return self._life

    def here(self) -> Mapping[str, Event]:
        """Give what is offered to the user where the instance stands."""
        return self.offered(self.life.stored)

    def act(self, name: str, argument: str = "") -> None:
        """Call the method `act_<name>` of your machine with a text, as a step that is recorded and replayed.

        Raises `UsageError` (code `no_such_act`) when there is none.
        """
        done = getattr(self, f"act_{name}", None)
        if done is None:
            raise UsageError(
                f"{type(self).__name__} has no method act_{name}",
                hint="Write it, or replay the record with the machine that made it.",
                code="no_such_act",
            )
        self.life.own(name, argument)
        done(argument)

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self._data = data
        head = data.draw(st.sampled_from([None, *self.heads()]))
        if head is None:
            self.life.begin()
            return
        self._player = Player(head, self)
        for _ in self._player.played():
            pass
        self._player = None

    @rule(data=st.data())
    def a_user_sends_what_is_offered(self, data: st.DataObject) -> None:
        offered = self.here()
        if offered:
            name = data.draw(st.sampled_from(list(offered)))
            self.life.send(NamedEvent(name, offered[name]))

    @rule(data=st.data())
    def somebody_sends_anything(self, data: st.DataObject) -> None:
        self.life.send(data.draw(st.sampled_from(self.repertoire.all)))

    @rule(data=st.data(), behind=st.integers(1, 3))
    def another_tab_sends_from_an_old_page(self, data: st.DataObject, behind: int) -> None:
        self.life.send(data.draw(st.sampled_from(self.repertoire.all)), behind=behind)

    @precondition(lambda self: bool(self.strategies))
    @rule(data=st.data())
    def a_user_sends_what_is_drawn(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(list(self.strategies)))
        event = data.draw(self.strategies[kind])
        self.life.send(NamedEvent("drawn", event), values=values_of(event) if self.keeps_values else None)

    @rule(data=st.data())
    def time_passes(self, data: st.DataObject) -> None:
        self.life.wait(data.draw(st.sampled_from([*self.waits, *_spans(self.flow)])))

    @rule()
    def its_time_is_over(self) -> None:
        self.life.expire()

    @rule()
    def somebody_looks(self) -> None:
        self.life.load()

    @rule()
    def another_process_takes_over(self) -> None:
        self.life.resume()

    @rule(data=st.data(), fault=st.sampled_from(StoreFault))
    def the_store_fails(self, data: st.DataObject, fault: StoreFault) -> None:
        self.life.store_fails(fault)
        self.a_user_sends_what_is_offered(data)

    @invariant()
    def every_promise_is_kept(self) -> None:
        self.life.check()

    def teardown(self) -> None:
        if currently_in_test_context():
            again = f"{type(self).__name__}.replay(record)"
            note(f"To lead this life again: {again}, with the record\n{self.life.record.text()}")

    @classmethod
    def replay(cls, record: Recorded | str) -> Self:
        """Lead a recorded life again, with all invariants after each step, and give the machine.

        Raises `AssertionError` as the life did, and `UsageError` when the record is of another flow, names a case that
        is not declared, or when the life takes another way than the one that was recorded.
        """
        machine = cls()
        machine._player = Player(Recorded.read_json(record) if isinstance(record, str) else record, machine)
        try:
            for _ in machine._player.played():
                for one in machine.invariants:
                    if all(holds(machine) for holds in one.preconditions):
                        one.function(machine)
        finally:
            machine.teardown()
        return machine

    def _answered(self, call: Call, snapshot: Snapshot[C]) -> tuple[How, NamedEvent | None]:
        if self._player is not None:
            return self._player.answer(call)
        assert self._data is not None
        usual = How.ITSELF if call.port in self._own_ports else How.CASE
        how = self._data.draw(st.sampled_from([usual] * 12 + [*_MISHAPS]))
        if how is not How.CASE:
            return how, None
        return how, self._data.draw(st.sampled_from(self.repertoire.answers(snapshot.state)))


def machine_for(
    flow: Flow[C],
    cases: Cases | None = None,
    *,
    strategies: Mapping[type[Event], st.SearchStrategy[Event]] | None = None,
    store: Callable[[], Store[C]] | None = None,
    ports: Callable[[], Mapping[str, Port]] | None = None,
    ids: Ids | None = None,
) -> type[FlowMachine[C]]:
    """Make a `FlowMachine` without writing a class. Let pytest collect its `TestCase`.

    `store` and `ports` are called for each life anew.
    """
    given: dict[str, Any] = {"flow": flow, "strategies": strategies or {}}
    if cases is not None:
        given["cases"] = staticmethod(cases)
    if store is not None:
        given["store"] = lambda self: store()
    if ports is not None:
        given["ports"] = lambda self: ports()
    if ids is not None:
        given["ids"] = ids
    return type(f"LifeOf{flow.name.title().replace('_', '').replace('.', '')}", (FlowMachine,), given)


def replay(
    flow: Flow[C],
    record: Recorded | str,
    cases: Cases | None = None,
    *,
    store: Callable[[], Store[C]] | None = None,
    ports: Callable[[], Mapping[str, Port]] | None = None,
    ids: Ids | None = None,
) -> Snapshot[C]:
    """Lead a recorded life again, and give where it ended. Raises what `FlowMachine.replay` raises."""
    return machine_for(flow, cases, store=store, ports=ports, ids=ids).replay(record).life.stored


def _spans(flow: Flow[Any]) -> list[float]:
    """Give the seconds after which something of the flow is over, and a second before."""
    ends = {state.lifetime.total_seconds() for state in flow.states.values() if state.lifetime}
    ends |= {state.call.deadline for state in flow.states.values() if state.call}
    return sorted({*ends, *(one - 1 for one in ends if one > 1)})
