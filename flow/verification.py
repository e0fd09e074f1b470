"""What must be true of every definition. A flow that breaks a rule cannot be built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from math import inf
from types import NoneType
from typing import Any, cast

from .definition import Calling, State, Transition
from .events import Answered, Expired, Outcome, Unanswered, Unreachable
from .snapshot import Repeat
from .wiring import called

AnyState = State[Any]


def mistakes(
    states: tuple[AnyState, ...], initial: str, lifetime: timedelta | None = None, version: int = 1
) -> Iterator[str]:
    """Yield every mistake of the definition, each with what to write instead."""
    unfit = [told for state in states for told in _of_wrong_type(state)]
    if unfit:  # nothing else can be said of them
        yield from unfit
        return
    names = Counter(state.name for state in states)
    for name, times in names.items():
        if times > 1:
            yield f"state {name} is declared {times} times; keep one"
        if not name.isidentifier():
            yield f"state {name!r} has no usable name; write a lower-case identifier"
    if initial not in names:
        yield f"the initial state {initial} is not declared; add it or name another"
    if lifetime is not None and lifetime <= timedelta():
        yield "the flow expires before it begins; write a lifetime above zero, or drop it"
    if type(version) is not int:
        yield "the version of the flow is no whole number; write 1"
    yield from _one_predicate_a_guard(states)
    yield from _one_class_an_event(states)
    for state in states:
        yield from _of_one_state(state, set(names))
    if initial in names:
        yield from _of_the_graph(states, initial)


def _of_wrong_type(state: AnyState) -> Iterator[str]:
    given: object = state
    if not isinstance(given, State):
        yield f"states holds {called(given)}; write State(...)"
        return
    for told in _parts_of_wrong_type(state):
        yield f"state {state.name}: {told}"


def _parts_of_wrong_type(state: AnyState) -> Iterator[str]:
    moves: object = state.moves
    if not isinstance(moves, tuple):
        write = "write a tuple of on(...) and refuse(...): mind the comma behind a single one"
        yield f"moves is of type {called(moves)}; {write}"
    else:
        for move in cast("tuple[object, ...]", moves):
            if not isinstance(move, Transition):
                yield f"moves holds {called(move)}; write on(...) or refuse(...)"
    yield from _wrong("lifetime", state.lifetime, (timedelta, NoneType), "a timedelta")
    yield from _wrong("page", state.page, (Callable, NoneType), "a function of the context")
    yield from _wrong("ends_by", state.ends_by, (Callable, NoneType), "a function of the context")
    yield from _wrong("call", state.call, (Calling, NoneType), "Calling(...)")
    if isinstance(state.call, Calling):
        yield from _wrong("request", state.call.request, Callable, "a function of the context")
        yield from _wrong("repeat", state.call.repeat, Repeat, "Repeat.FREELY, Repeat.WHEN_ASKED or Repeat.NEVER")
        yield from _wrong("deadline", state.call.deadline, (int, float), "seconds as a number")
        answer: object = state.call.answer
        if not (isinstance(answer, type) and issubclass(answer, Answered)):
            yield f"answer is of type {called(answer)}; write the class of the answer, a subclass of Answered"


def _wrong(what: str, given: object, kind: Any, write: str) -> Iterator[str]:
    if not isinstance(given, kind):
        yield f"{what} is of type {called(given)}; write {write}"


def _of_one_state(state: AnyState, names: set[str]) -> Iterator[str]:
    yield from _shape(state)
    for move in state.moves:
        if move.to is not None and move.to not in names:
            yield f"{_where(state, move)} leads to {move.to}, which is not declared; correct to="
        if not move.because:
            yield f"{_where(state, move)} does not say why; write because='the sentence that asks for it'"
        if move.to is None and issubclass(move.event, Outcome | Expired):
            yield f"{_where(state, move)} refuses what has already happened; write on({move.event.__name__}, to=...)"
    for event in _events(state):
        yield from _cases(state, [move for move in state.moves if move.event is event])


def _shape(state: AnyState) -> Iterator[str]:
    events = _events(state)
    if state.final:
        if state.moves or state.call or state.lifetime is not None:
            yield f"state {state.name} is final; drop its moves, call and lifetime, or final=True"
        return
    if not events:
        yield f"state {state.name} is a trap: nothing leads out of it; add moves or final=True"
    if state.call and (state.page or state.lifetime):
        yield f"state {state.name} makes a call; give its page or lifetime to the state where the answer leads"
    if state.lifetime is not None and state.lifetime <= timedelta():
        yield f"state {state.name} expires before it is entered; write a lifetime above zero, or drop it"
    if state.ends_by is not None and state.lifetime is None:
        yield f"state {state.name} has an end without a lifetime; add lifetime=, or drop ends_by="
    if (state.lifetime is not None) != (Expired in events):
        yield f"state {state.name} needs both lifetime= and on(Expired, ...), or neither"
    yield from _outcomes(state, events)


def _outcomes(state: AnyState, events: list[type]) -> Iterator[str]:
    outcomes = {event for event in events if issubclass(event, Outcome)}
    expected: set[type] = {state.call.answer, Unanswered, Unreachable} if state.call else set()
    for event in sorted(expected - outcomes, key=lambda one: one.__name__):
        yield f"state {state.name} leaves {event.__name__} of its call open; add on({event.__name__}, to=...)"
    for event in sorted(outcomes - expected, key=lambda one: one.__name__):
        yield f"state {state.name} makes no call that returns {event.__name__}; drop that move"
    if state.call and set(events) - outcomes:
        yield f"state {state.name} makes a call and can only take its outcome; drop the other events"
    if state.call and not 0 < state.call.deadline < inf:
        yield f"state {state.name} makes a call without a limit; write deadline= in seconds above zero"


def _cases(state: AnyState, moves: list[Transition[Any]]) -> Iterator[str]:
    seen: set[frozenset[str]] = set()
    for move in moves:
        names = frozenset(guard.name for guard in move.when)
        if any(earlier <= names for earlier in seen):
            yield f"{_where(state, move)} is a duplicate: an earlier one always wins; drop it or change its guards"
        seen.add(names)
    if moves[-1].when:
        event = moves[-1].event.__name__
        yield (
            f"state {state.name} leaves {event} open when no guard holds; "
            f"end its moves with on({event}, to=...) or refuse({event}, code=...) without when="
        )


def _one_predicate_a_guard(states: Iterable[AnyState]) -> Iterator[str]:
    known: dict[str, object] = {}
    for guard in (guard for state in states for move in state.moves for guard in move.when):
        if known.setdefault(guard.name, guard) is not guard:
            yield f"two guards are called {guard.name}; rename one"


def _one_class_an_event(states: Iterable[AnyState]) -> Iterator[str]:
    known: dict[str, type] = {}
    for event in (event for state in states for event in _events(state)):
        if known.setdefault(event.__name__, event) is not event:
            yield f"two events are called {event.__name__}; rename one"


def _of_the_graph(states: tuple[AnyState, ...], initial: str) -> Iterator[str]:
    forward = {state.name: {move.to for move in state.moves if move.to is not None} for state in states}
    backward = {name: {other for other, targets in forward.items() if name in targets} for name in forward}
    finals = {state.name for state in states if state.final}
    if not finals:
        yield "no state is final; mark where the flow ends with final=True"
    reachable = _closure({initial}, forward)
    ending = _closure(finals, backward)
    yield from _rings(states)
    for state in states:
        if state.name not in reachable:
            yield f"state {state.name} is unreachable; add a transition to it or drop it"
        elif finals and state.name not in ending and state.moves:
            yield f"state {state.name} is a trap: no final state can be reached from it; add a way out"


def _rings(states: tuple[AnyState, ...]) -> Iterator[str]:
    calling = {state.name for state in states if state.call}
    onward = {
        state.name: {move.to for move in state.moves if move.to is not None} & calling for state in states if state.call
    }
    for name in sorted(calling):
        if name in _closure(set(onward[name]), onward):
            yield f"state {name} can call for ever without a person; put a state that waits between its calls"


def _closure(start: set[str], edges: dict[str, set[str]]) -> set[str]:
    found, todo = set(start), list(start)
    while todo:
        fresh = edges.get(todo.pop(), set()) - found
        found |= fresh
        todo.extend(fresh)
    return found


def _events(state: AnyState) -> list[type]:
    return list(dict.fromkeys(move.event for move in state.moves))


def _where(state: AnyState, move: Transition[Any]) -> str:
    return f"state {state.name}: the transition on {move.event.__name__}"
