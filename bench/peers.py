"""The flow of `nine` in other engines, each in the way that its own documentation shows.

The guard is asked for every event, and no engine does anything else. Where an engine takes arguments it is given the
same small object; where it has no guards, or guards that see no arguments, it gets what comes nearest.
"""

# pyright: reportMissingImports=false
# They live in an environment of their own.

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Protocol

from . import nine

STEPS = tuple(zip(nine.NAMES, pairwise(nine.STATES[:-1]), strict=True))
"""(event, (from, to)), in order."""


@dataclass(frozen=True, slots=True)
class Given:
    ok: bool


GIVEN = Given(ok=True)


def accepted(given: Given) -> bool:
    return given.ok


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """`begun` gives an instance in the first state, and `driven` takes it to the last.

    `resumed`, where the engine documents a way, gives one in the state that it is told.
    """

    name: str
    package: str | None
    begun: Callable[[], Any]
    driven: Callable[[Any], object]
    resumed: Callable[[str], Any] | None = None
    state: Callable[[Any], str]


class Model:
    """What holds the state where an engine does not."""

    def __init__(self, state: str = nine.STATES[0]) -> None:
        self.state = state


def by_match() -> Peer:
    class Matched(Model):
        def send(self, event: str, given: Given) -> None:
            match self.state, event:
                case "prepare", "filled":
                    self.state = "validate_params" if accepted(given) else "refused"
                case "validate_params", "opened":
                    self.state = "init_validation" if accepted(given) else "refused"
                case "init_validation", "validated":
                    self.state = "confirm" if accepted(given) else "refused"
                case "confirm", "confirmed":
                    self.state = "register" if accepted(given) else "refused"
                case "register", "registered":
                    self.state = "consent" if accepted(given) else "refused"
                case "consent", "accepted":
                    self.state = "approve" if accepted(given) else "refused"
                case "approve", "approved":
                    self.state = "redirect" if accepted(given) else "refused"
                case _:
                    raise ValueError(event)

    return Peer(
        name="match, by hand",
        package=None,
        begun=Matched,
        driven=_sent,
        resumed=Matched,
        state=lambda one: str(one.state),
    )


def by_table() -> Peer:
    table = {(source, event): (accepted, target) for event, (source, target) in STEPS}

    class Tabled(Model):
        def send(self, event: str, given: Given) -> None:
            guard, target = table[self.state, event]
            self.state = target if guard(given) else "refused"

    return Peer(
        name="dict, by hand", package=None, begun=Tabled, driven=_sent, resumed=Tabled, state=lambda one: str(one.state)
    )


def _sent(one: Any) -> None:
    for event in nine.NAMES:
        one.send(event, GIVEN)


def transitions() -> Iterator[Peer]:
    from transitions import Machine

    rows = [
        {"trigger": event, "source": source, "dest": dest, "conditions": conditions}
        for event, (source, target) in STEPS
        for dest, conditions in ((target, accepted), ("refused", None))
    ]
    shared: Any = Machine(
        model=None, states=list(nine.STATES), transitions=rows, initial="prepare", auto_transitions=False
    )
    peer = partial(Peer, package="transitions", state=lambda one: str(one.state))

    def detached(one: Any) -> None:
        for event in nine.NAMES:
            shared.events[event].trigger(one, GIVEN)

    def decorated(state: str = "prepare") -> Any:
        one = Model()
        shared.add_model(one, initial=state)
        shared.models.clear()  # it would be searched for each new one
        return one

    def own(state: str = "prepare") -> Any:
        one = Model()
        Machine(model=one, states=list(nine.STATES), transitions=rows, initial=state, auto_transitions=False)
        return one

    def triggered(one: Any) -> None:
        for event in nine.NAMES:
            getattr(one, event)(GIVEN)

    yield peer(name="transitions, detached", begun=Model, driven=detached, resumed=Model)
    yield peer(name="transitions, shared machine", begun=decorated, driven=triggered, resumed=decorated)
    yield peer(name="transitions, machine per instance", begun=own, driven=triggered, resumed=own)


class Inputs(Protocol):
    def filled(self, given: Given) -> None: ...
    def opened(self, given: Given) -> None: ...
    def validated(self, given: Given) -> None: ...
    def confirmed(self, given: Given) -> None: ...
    def registered(self, given: Given) -> None: ...
    def accepted(self, given: Given) -> None: ...
    def approved(self, given: Given) -> None: ...
    def refused(self, given: Given) -> None: ...


def automat() -> Peer:
    """It has no guards: whoever gives it an event decides which one to give."""
    from automat import TypeMachineBuilder

    builder = TypeMachineBuilder(Inputs, Model)
    states = {name: builder.state(name) for name in nine.STATES}
    for event, (source, target) in STEPS:
        states[source].upon(getattr(Inputs, event)).to(states[target]).returns(None)
        states[source].upon(Inputs.refused).to(states["refused"]).returns(None)
    machine = builder.build()

    def driven(one: Any) -> None:
        for event in nine.NAMES:
            getattr(one, event if accepted(GIVEN) else "refused")(GIVEN)

    def state(one: Any) -> str:
        return str(one.__automat_transitioner__._state.name)

    return Peer(name="Automat", package="automat", begun=lambda: machine(Model()), driven=driven, state=state)


def viewflow() -> Peer:
    """Its conditions see the instance and not what is given."""
    from django.conf import settings

    settings.configure()
    from viewflow.fsm import State

    at = State(nine.STATES, default="prepare")
    declared = {
        event: at.transition(source, target, conditions=[lambda one: accepted(one.given)])(lambda one: None)
        for event, (source, target) in STEPS
    }
    flow: Any = type("Flow", (), {"at": at, "given": GIVEN, **declared})

    def driven(one: Any) -> None:
        for event in nine.NAMES:
            getattr(one, event)()

    return Peer(
        name="viewflow.fsm", package="django-viewflow", begun=flow, driven=driven, state=lambda one: str(one.at)
    )


def statemachine() -> Peer:
    from statemachine import State, StateMachine

    class Flow(StateMachine):  # type: ignore[misc,unused-ignore]  # where it is not there
        preparing = State(initial=True, value="prepare")  # `prepare` is a word of its own
        validate_params = State()
        init_validation = State()
        confirm = State()
        register = State()
        consent = State()
        approve = State()
        redirect = State(final=True)
        refused = State(final=True)

        filled = preparing.to(validate_params, cond="holds") | preparing.to(refused)
        opened = validate_params.to(init_validation, cond="holds") | validate_params.to(refused)
        validated = init_validation.to(confirm, cond="holds") | init_validation.to(refused)
        confirmed = confirm.to(register, cond="holds") | confirm.to(refused)
        registered = register.to(consent, cond="holds") | register.to(refused)
        accepted = consent.to(approve, cond="holds") | consent.to(refused)
        approved = approve.to(redirect, cond="holds") | approve.to(refused)

        def holds(self, given: Given) -> bool:
            return accepted(given)

    def driven(one: Any) -> None:
        for event in nine.NAMES:
            one.send(event, given=GIVEN)

    return Peer(
        name="python-statemachine",
        package="python-statemachine",
        begun=Flow,
        driven=driven,
        resumed=lambda state: Flow(start_value=state),
        state=lambda one: str(next(iter(one.configuration)).value),
    )


def sismic() -> Peer:
    """Its guards are texts that it compiles."""
    from sismic.interpreter import Event, Interpreter
    from sismic.io.datadict import import_from_dict

    waiting = [
        {
            "name": source,
            "transitions": [
                {"event": event, "guard": "event.ok", "target": target},
                {"event": event, "guard": "not event.ok", "target": "refused"},
            ],
        }
        for event, (source, target) in STEPS
    ]
    ends = [{"name": name, "type": "final"} for name in nine.STATES[-2:]]
    chart = import_from_dict(
        {"statechart": {"name": "nine", "root state": {"name": "all", "initial": "prepare", "states": waiting + ends}}}
    )

    def begun() -> Any:
        one = Interpreter(chart)
        one.execute_once()
        return one

    def driven(one: Any) -> None:
        for event in nine.NAMES:
            one.queue(Event(event, ok=True))
            one.execute_once()

    def state(one: Any) -> str:
        return "redirect" if one.final else str(one.configuration[-1])

    return Peer(name="Sismic", package="sismic", begun=begun, driven=driven, state=state)


def all_peers() -> list[Peer]:
    """Give every peer. Raises `RuntimeError` for one that does not reach the last state."""
    found = [by_match(), by_table(), *transitions(), automat(), viewflow(), statemachine(), sismic()]
    for peer in found:
        one = peer.begun()
        before = peer.state(one)
        peer.driven(one)
        if (before, peer.state(one)) != ("prepare", "redirect"):
            raise RuntimeError(f"{peer.name} goes from {before} to {peer.state(one)}")
    return found
