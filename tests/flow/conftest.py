"""A small flow to try the engine on: a parcel is described, priced, paid for, labelled and posted.

It holds one of everything that a flow may hold: guards, refusals, keeps, pages, lifetimes, a call of each `Repeat`
kind, two actors, a way back and five endings. Tests get it through the `parcels` fixture.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from esozflow.adapters.stores.memory import MemoryStore
from esozflow.flow import (
    Action,
    Answered,
    Call,
    Calling,
    Engine,
    Event,
    Expired,
    Flow,
    Guard,
    Message,
    Move,
    Outcome,
    Page,
    Repeat,
    Snapshot,
    State,
    StoreFailed,
    Transition,
    Unanswered,
    Unreachable,
    guard,
    on,
    refuse,
)
from esozflow.flow.testing import FixedIds, Item, Pair, RowOf

from ..hints import hints_are_sentences

__all__ = ["hints_are_sentences"]

PIN = "pin-1"
START = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


class Described(Event):
    weight: int
    address: str = "Lviv"


class Accepted(Event):
    pin: str


class Retried(Event):
    pass


class Discarded(Event):
    pass


class Unheard(Event):
    """An event that no state knows."""


class Priced(Answered):
    price: int = 10


class Paid(Answered):
    receipt: str = "R-1"


@dataclass(frozen=True, kw_only=True)
class Parcel:
    pin: str
    weight: int = 0
    address: str = ""
    price: int = 0
    attempts: int = 0
    receipt: str = ""


@guard("the parcel is heavier than 30 kg")
def too_heavy(parcel: Parcel, event: Described) -> bool:
    return event.weight > 30


@guard("the parcel is heavier than 20 kg")
def heavy(parcel: Parcel, event: Described) -> bool:
    return event.weight > 20


@guard("the address is abroad")
def abroad(parcel: Parcel, event: Described) -> bool:
    return event.address == "abroad"


@guard("the other side did it")
def done(parcel: Parcel, event: Answered) -> bool:
    return event.status == 200


@guard("the PIN is right")
def pin_right(parcel: Parcel, event: Accepted) -> bool:
    return event.pin == parcel.pin


@guard("two attempts were wrong already")
def attempts_spent(parcel: Parcel, event: Accepted) -> bool:
    return parcel.attempts >= 2


def page(name: str, *events: type[Event]) -> Callable[[Parcel], Page]:
    def shown(parcel: Parcel) -> Page:
        return Page(
            name=name,
            section="1",
            title=Message(code=f"{name}.title", params={"address": parcel.address}),
            actions=tuple(Action(label=Message(code=event.__name__), event=event) for event in events),
        )

    return shown


def request(parcel: Parcel) -> dict[str, Any]:
    return {"weight": parcel.weight, "address": parcel.address}


WHY = "the post office says so"
LIFETIME = timedelta(minutes=10)


def declared() -> tuple[State[Parcel], ...]:
    return (
        State(
            name="draft",
            section="1",
            actor="sender",
            page=page("draft", Described, Discarded),
            moves=(
                refuse(Described, when=(heavy, too_heavy), code="too_heavy", because=WHY),
                refuse(Described, when=(heavy, abroad), code="too_heavy_for_abroad", because=WHY),
                on(
                    Described,
                    to="pricing",
                    keep=lambda parcel, event: replace(parcel, weight=event.weight, address=event.address),
                    because=WHY,
                ),
                on(Discarded, to="discarded", because=WHY),
            ),
        ),
        State(
            name="pricing",
            section="2",
            actor="sender",
            call=Calling(name="price", port="tariffs", repeat=Repeat.FREELY, request=request, answer=Priced),
            moves=(
                on(
                    Priced,
                    when=done,
                    to="quoted",
                    keep=lambda parcel, event: replace(parcel, price=event.price),
                    because=WHY,
                ),
                on(Priced, to="unpriced", because=WHY),
                on(Unanswered, to="unpriced", because=WHY),
                on(Unreachable, to="unpriced", because=WHY),
            ),
        ),
        State(
            name="unpriced",
            section="2",
            actor="sender",
            page=page("unpriced", Retried),
            moves=(on(Retried, to="pricing", because=WHY), on(Discarded, to="discarded", because=WHY)),
        ),
        State(
            name="quoted",
            section="3",
            actor="sender",
            page=page("quoted", Accepted),
            lifetime=LIFETIME,
            moves=(
                on(Accepted, when=pin_right, to="paying", because=WHY),
                on(Accepted, when=attempts_spent, to="discarded", because=WHY),
                on(
                    Accepted,
                    to="quoted",
                    keep=lambda parcel, event: replace(parcel, attempts=parcel.attempts + 1),
                    because=WHY,
                ),
                refuse(Described, code="already_described", because=WHY),
                on(Discarded, to="discarded", because=WHY),
                on(Expired, to="lapsed", because=WHY),
            ),
        ),
        State(
            name="paying",
            section="4",
            actor="office",
            call=Calling(
                name="pay", port="till", repeat=Repeat.WHEN_ASKED, request=request, answer=Paid, deadline=20.0
            ),
            moves=(
                on(
                    Paid,
                    when=done,
                    to="labelling",
                    keep=lambda parcel, event: replace(parcel, receipt=event.receipt),
                    because=WHY,
                ),
                on(Paid, to="unpaid", because=WHY),
                on(Unanswered, to="payment_unknown", because=WHY),
                on(Unreachable, to="unpaid", because=WHY),
            ),
        ),
        State(
            name="unpaid",
            section="4",
            actor="office",
            page=page("unpaid", Retried),
            moves=(on(Retried, to="paying", because=WHY), on(Discarded, to="discarded", because=WHY)),
        ),
        State(
            name="payment_unknown",
            section="4",
            actor="office",
            moves=(on(Retried, to="paying", because=WHY), on(Discarded, to="discarded", because=WHY)),
        ),
        State(
            name="labelling",
            section="5",
            actor="office",
            call=Calling(name="label", port="printer", repeat=Repeat.NEVER, request=request, deadline=5.0),
            moves=(
                on(Answered, to="posted", because=WHY),
                on(Unanswered, to="label_lost", because=WHY),
                on(Unreachable, to="label_lost", because=WHY),
            ),
        ),
        State(name="posted", section="6", actor="office", page=page("posted"), final=True),
        State(name="label_lost", section="6", actor="office", final=True),
        State(name="discarded", section="6", actor="sender", final=True),
        State(name="lapsed", section="6", actor="sender", page=page("lapsed"), final=True),
    )


def watched(states: tuple[State[Parcel], ...], consulted: list[str]) -> tuple[State[Parcel], ...]:
    """Give the same states with guards that note in `consulted` that they were asked."""
    twins: dict[str, Guard[Any, Any]] = {}

    def twin(one: Guard[Any, Any]) -> Guard[Any, Any]:
        def holds(context: Any, event: Any) -> bool:
            consulted.append(one.name)
            return one.holds(context, event)

        return twins.setdefault(one.name, replace(one, holds=holds))

    def with_twins(move: Transition[Parcel]) -> Transition[Parcel]:
        return replace(move, when=tuple(twin(one) for one in move.when))

    return tuple(replace(state, moves=tuple(with_twins(move) for move in state.moves)) for state in states)


def flow(states: tuple[State[Parcel], ...] | None = None, **given: Any) -> Flow[Parcel]:
    given = {"name": "parcels", "initial": "draft", "begin": lambda ids: Parcel(pin=ids.token()), **given}
    return Flow(states=declared() if states is None else states, **given)


EVENTS: tuple[Event, ...] = (
    Described(weight=5),
    Described(weight=25),
    Described(weight=25, address="abroad"),
    Described(weight=31),
    Accepted(pin="pin-1"),
    Accepted(pin="wrong"),
    Retried(),
    Discarded(),
    Unheard(),
    Expired(),
    Priced(status=200, price=12),
    Priced(status=422),
    Paid(status=200),
    Paid(status=402),
    Answered(status=200),
    Unanswered(reason="timeout"),
    Unreachable(reason="refused"),
)
"""At least one event for each way that a guard can go."""


def cases(state: str, event: type[Event]) -> Iterable[tuple[Parcel, Event]] | None:
    """Give every case that the guards can tell apart: the declared space of the proof and of the kit."""
    if event is Described:
        weights, addresses = (5, 20, 21, 30, 31), ("Lviv", "abroad")
        return [(Parcel(pin=PIN), Described(weight=one, address=to)) for one in weights for to in addresses]
    if event is Accepted:
        tried = (Parcel(pin=PIN, attempts=attempts) for attempts in range(3))
        return list(product(tried, (Accepted(pin=PIN), Accepted(pin="wrong"))))
    if event is Priced or event is Paid:
        return [(Parcel(pin=PIN), event(status=status)) for status in range(100, 600)]
    return None


ORDERED = {
    ("draft", "Described"): "what is too heavy for anywhere is told before what is too heavy for abroad",
    ("quoted", "Accepted"): "a right PIN is taken, however many wrong ones came before",
}
NEVER: dict[Item, str] = {
    Pair(RowOf("pricing", "Priced", 0), RowOf("quoted", "Accepted", 1)): "no attempt was made on a fresh quotation",
}


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = START
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        self.seconds += 0.5
        return self.seconds

    def forward(self, **span: float) -> None:
        self.time += timedelta(**span)


class CountedIds:
    def __init__(self) -> None:
        self.count = 0

    def token(self) -> str:
        self.count += 1
        return f"pin-{self.count}"


class ScriptedPort:
    """Answers with what is scripted, then with its usual answer; notes every call in the shared `log`."""

    def __init__(self, log: list[str], usual: Outcome) -> None:
        self.log = log
        self.usual = usual
        self.script: list[Any] = []
        self.calls: list[Call] = []
        self.during: Callable[[Call], None] = lambda call: None
        self._lock = threading.Lock()

    def perform(self, call: Call) -> Outcome:
        with self._lock:
            self.calls.append(call)
            self.log.append(f"perform {call.name}")
            outcome = self.script.pop(0) if self.script else self.usual
        self.during(call)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


class RecordingStore:
    """The memory store, with every use noted in the shared `log` and failing where it is told to."""

    def __init__(self, log: list[str]) -> None:
        self.kept: MemoryStore[Parcel] = MemoryStore()
        self.log = log
        self.failing: set[str] = set()

    def create(self, snapshot: Snapshot[Parcel]) -> None:
        self._note("create", snapshot.state)
        self.kept.create(snapshot)

    def load(self, id: str) -> Snapshot[Parcel]:
        self._note("load")
        return self.kept.load(id)

    def commit(self, snapshot: Snapshot[Parcel], move: Move) -> None:
        self._note("commit", snapshot.state)
        self.kept.commit(snapshot, move)

    def journal(self, id: str) -> Any:
        self._note("journal")
        return self.kept.journal(id)

    def _note(self, method: str, state: str = "") -> None:
        self.log.append(f"{method} {state}".strip())
        for trouble in (method, f"{method} {state}"):
            if trouble in self.failing:
                raise StoreFailed("The store is full", hint="Make room.")


@dataclass
class Office:
    """One engine over the parcel flow, with everything around it in the hands of the test."""

    flow: Flow[Parcel]
    log: list[str] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)
    ids: Any = field(default_factory=CountedIds)
    observers: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        self.store = RecordingStore(self.log)
        self.tariffs = ScriptedPort(self.log, Priced(status=200, price=12))
        self.till = ScriptedPort(self.log, Paid(status=200))
        self.printer = ScriptedPort(self.log, Answered(status=201))
        self.engine = self.open()

    def open(self) -> Engine[Parcel]:
        """Give another engine over the same store and ports: another process."""
        return Engine(
            self.flow,
            store=self.store,
            ports={"tariffs": self.tariffs, "till": self.till, "printer": self.printer},
            clock=self.clock,
            ids=self.ids,
            observers=self.observers,
        )

    def quoted(self) -> Snapshot[Parcel]:
        """Give a parcel that rests on its quotation, and an empty log."""
        begun = self.engine.begin()
        snapshot = self.engine.send(begun, Described(weight=5))
        self.log.clear()
        return snapshot

    def pin(self, id: str) -> str:
        return self.store.kept.load(id).context.pin

    def stranded(self, state: str) -> Snapshot[Parcel]:
        """Give a parcel whose process died when it had stored that it is in the calling `state`."""
        states = {"pricing": "draft", "paying": "quoted", "labelling": "paying"}
        events = {"draft": Described(weight=5), "paying": Paid(status=200)}
        before = Snapshot(
            id="stranded",
            flow=self.flow.name,
            version=self.flow.version,
            state=states[state],
            revision=4,
            begun_at=self.clock.now(),
            entered_at=self.clock.now(),
            expires_at=None,
            context=Parcel(pin="pin-1", weight=5),
        )
        event = events.get(before.state, Accepted(pin="pin-1"))
        stranded = self.flow.step(before, event, self.clock.now()).snapshot
        self.store.kept.create(stranded)
        return stranded


@pytest.fixture(scope="session")
def parcels() -> Any:
    """Everything of the parcel flow, under one name."""
    return SimpleNamespace(
        flow=flow(),
        build=flow,
        declared=declared,
        watched=watched,
        events=EVENTS,
        Parcel=Parcel,
        Described=Described,
        Accepted=Accepted,
        Retried=Retried,
        Discarded=Discarded,
        Unheard=Unheard,
        Priced=Priced,
        Paid=Paid,
        LIFETIME=LIFETIME,
        START=START,
        WHY=WHY,
        Clock=HandClock,
        FixedIds=lambda: FixedIds(PIN),
        cases=cases,
        ORDERED=ORDERED,
        NEVER=NEVER,
        PIN=PIN,
        Office=Office,
        request=request,
        snapshot=lambda state="draft", **given: Snapshot(
            **{
                "id": "p",
                "flow": "parcels",
                "version": 1,
                "state": state,
                "revision": 7,
                "begun_at": START,
                "entered_at": START,
                "expires_at": None,
                "context": Parcel(pin="pin-1"),
                **given,
            }
        ),
    )


@pytest.fixture
def office(parcels: Any) -> Office:
    return Office(parcels.flow)
