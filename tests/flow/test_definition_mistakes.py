"""A flow that breaks a rule cannot be built, and the error says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

import pytest

from esozflow.flow import (
    Answered,
    Calling,
    DefinitionError,
    Event,
    Expired,
    Flow,
    Guard,
    Outcome,
    Page,
    Repeat,
    State,
    Unanswered,
    Unreachable,
    UsageError,
    guard,
    on,
    refuse,
)


class Borrowed(Event):
    pass


class Returned(Event):
    pass


class Scanned(Answered):
    pass


@guard("the reader has a card")
def has_card(context: Any, event: Event) -> bool:
    return True


@guard("the reader has a fine")
def has_fine(context: Any, event: Event) -> bool:
    return True


def state(name: str, *moves: Any, **given: Any) -> State[Any]:
    return State(**{"name": name, "section": "1", "actor": "library", "moves": moves, **given})


def calling(**given: Any) -> Calling[Any]:
    return Calling(
        **{"name": "scan", "port": "scanner", "repeat": Repeat.FREELY, "request": lambda context: None, **given}
    )


def to(event: type[Event], target: str = "end", **given: Any) -> Any:
    return on(event, to=target, **{"because": "the rules of the library", **given})


END = state("end", final=True)
LOST = (to(Unanswered), to(Unreachable))
OPEN = (to(Borrowed),)


def renamed(one: type[Event], name: str) -> type[Event]:
    return type(name, (one,), {})


MISTAKES: dict[str, tuple[tuple[State[Any], ...], str, str]] = {
    # what is wrong: (states, the mistake, what to write)
    "a state declared twice": (
        (state("start", *OPEN), state("start", *OPEN), END),
        "state start is declared 2 times",
        "keep one",
    ),
    "a name that is no identifier": (
        (state("start", to(Borrowed, "the end")), state("the end", final=True)),
        "state 'the end' has no usable name",
        "write a lower-case identifier",
    ),
    "an initial state that is not there": (
        (state("begin", *OPEN), END),
        "the initial state start is not declared",
        "add it or name another",
    ),
    "two guards of one name": (
        (
            state("start", to(Borrowed, when=has_card), to(Borrowed, when=Guard("has_card", "another", bool)), *OPEN),
            END,
        ),
        "two guards are called has_card",
        "rename one",
    ),
    "two events of one name": (
        (state("start", *OPEN, to(renamed(Returned, "Borrowed"))), END),
        "two events are called Borrowed",
        "rename one",
    ),
    "a state that is only named": (
        (cast(Any, "start"), END),
        "states holds str",
        "write State(...)",
    ),
    "a transition that is no tuple": (
        (state("start", moves=to(Borrowed)), END),
        "state start: moves is of type Transition",
        "write a tuple of on(...) and refuse(...): mind the comma behind a single one",
    ),
    "moves that are none": (
        (state("start", Borrowed), END),
        "state start: moves holds the class Borrowed",
        "write on(...) or refuse(...)",
    ),
    "a lifetime without a unit": (
        (state("start", *OPEN, to(Expired), lifetime=30), END),
        "state start: lifetime is of type int",
        "write a timedelta",
    ),
    "a call that is none": (
        (state("start", to(Answered), *LOST, call="scan"), END),
        "state start: call is of type str",
        "write Calling(...)",
    ),
    "a call whose repetition is only a word": (
        (state("start", to(Answered), *LOST, call=calling(repeat="never")), END),
        "state start: repeat is of type str",
        "write Repeat.FREELY, Repeat.WHEN_ASKED or Repeat.NEVER",
    ),
    "a call of which nobody says whether it is repeated": (
        (state("start", to(Answered), *LOST, call=calling(repeat=None)), END),
        "state start: repeat is of type NoneType",
        "write Repeat.FREELY, Repeat.WHEN_ASKED or Repeat.NEVER",
    ),
    "a deadline that is no number": (
        (state("start", to(Answered), *LOST, call=calling(deadline=timedelta(seconds=3))), END),
        "state start: deadline is of type timedelta",
        "write seconds as a number",
    ),
    "an answer that is no class": (
        (state("start", to(Answered), *LOST, call=calling(answer=Answered(status=200))), END),
        "state start: answer is of type Answered",
        "write the class of the answer, a subclass of Answered",
    ),
    "a request that cannot be built": (
        (state("start", to(Answered), *LOST, call=calling(request="scan")), END),
        "state start: request is of type str",
        "write a function of the context",
    ),
    "a page that cannot be made": (
        (state("start", *OPEN, page="page"), END),
        "state start: page is of type str",
        "write a function of the context",
    ),
    "a target that is not there": (
        (state("start", *OPEN, to(Returned, "shelf")), END),
        "state start: the transition on Returned leads to shelf, which is not declared",
        "correct to=",
    ),
    "a transition without a reason": (
        (state("start", to(Borrowed, because="")), END),
        "state start: the transition on Borrowed does not say why",
        "write because='the sentence that asks for it'",
    ),
    "an answer that is refused": (
        (state("start", refuse(Answered, code="no", because="no"), *LOST, call=calling()), END),
        "state start: the transition on Answered refuses what has already happened",
        "write on(Answered, to=...)",
    ),
    "an expiry that is refused": (
        (
            state("start", *OPEN, refuse(Expired, code="no", because="no"), lifetime=timedelta(1)),
            END,
        ),
        "state start: the transition on Expired refuses what has already happened",
        "write on(Expired, to=...)",
    ),
    "a final state that goes on": (
        (state("start", *OPEN), state("end", to(Returned, "start"), final=True)),
        "state end is final",
        "drop its moves, call and lifetime, or final=True",
    ),
    "a final state that calls": (
        (state("start", *OPEN), state("end", call=calling(), final=True)),
        "state end is final",
        "drop its moves, call and lifetime, or final=True",
    ),
    "a final state that expires at once": (
        (state("start", *OPEN), state("end", lifetime=timedelta(), final=True)),
        "state end is final",
        "drop its moves, call and lifetime, or final=True",
    ),
    "a state that nothing leads out of": (
        (state("start", *OPEN, to(Returned, "shelf")), state("shelf"), END),
        "state shelf is a trap: nothing leads out of it",
        "add moves or final=True",
    ),
    "a call with a page": (
        (
            state(
                "start",
                to(Answered),
                *LOST,
                call=calling(),
                page=lambda context: Page(name="start", section="1", title=None),
            ),
            END,
        ),
        "state start makes a call",
        "give its page or lifetime to the state where the answer leads",
    ),
    "a call with a lifetime": (
        (state("start", to(Answered), *LOST, to(Expired), call=calling(), lifetime=timedelta(1)), END),
        "state start makes a call",
        "give its page or lifetime to the state where the answer leads",
    ),
    "a lifetime that leads nowhere": (
        (state("start", *OPEN, lifetime=timedelta(1)), END),
        "state start needs both lifetime= and on(Expired, ...)",
        "or neither",
    ),
    "an expiry without a lifetime": (
        (state("start", *OPEN, to(Expired)), END),
        "state start needs both lifetime= and on(Expired, ...)",
        "or neither",
    ),
    "a lifetime of nothing": (
        (state("start", *OPEN, to(Expired), lifetime=timedelta()), END),
        "state start expires before it is entered",
        "write a lifetime above zero, or drop it",
    ),
    "an end without a lifetime": (
        (state("start", *OPEN, ends_by=lambda context: None), END),
        "state start has an end without a lifetime",
        "add lifetime=, or drop ends_by=",
    ),
    "a call without an answer": (
        (state("start", *LOST, call=calling()), END),
        "state start leaves Answered of its call open",
        "add on(Answered, to=...)",
    ),
    "a call that cannot be lost": (
        (state("start", to(Answered), to(Unreachable), call=calling()), END),
        "state start leaves Unanswered of its call open",
        "add on(Unanswered, to=...)",
    ),
    "a call that cannot fail": (
        (state("start", to(Answered), to(Unanswered), call=calling()), END),
        "state start leaves Unreachable of its call open",
        "add on(Unreachable, to=...)",
    ),
    "an answer of another kind": (
        (state("start", to(Answered), *LOST, call=calling(answer=Scanned)), END),
        "state start leaves Scanned of its call open",
        "add on(Scanned, to=...)",
    ),
    "an answer that no call returns": (
        (state("start", to(Answered), to(Scanned), *LOST, call=calling()), END),
        "state start makes no call that returns Scanned",
        "drop that move",
    ),
    "an answer without a call": (
        (state("start", *OPEN, to(Unanswered)), END),
        "state start makes no call that returns Unanswered",
        "drop that move",
    ),
    "a user's event during a call": (
        (state("start", to(Answered), *LOST, *OPEN, call=calling()), END),
        "state start makes a call and can only take its outcome",
        "drop the other events",
    ),
    "a call without a deadline": (
        (state("start", to(Answered), *LOST, call=calling(deadline=0.0)), END),
        "state start makes a call without a limit",
        "write deadline= in seconds above zero",
    ),
    "a call with an endless deadline": (
        (state("start", to(Answered), *LOST, call=calling(deadline=float("inf"))), END),
        "state start makes a call without a limit",
        "write deadline= in seconds above zero",
    ),
    "a call whose deadline is no number": (
        (state("start", to(Answered), *LOST, call=calling(deadline=float("nan"))), END),
        "state start makes a call without a limit",
        "write deadline= in seconds above zero",
    ),
    "the same case twice": (
        (state("start", to(Borrowed, when=has_card), to(Borrowed, when=has_card), *OPEN), END),
        "state start: the transition on Borrowed is a duplicate: an earlier one always wins",
        "drop it or change its guards",
    ),
    "a narrower case after a wider one": (
        (state("start", to(Borrowed, when=has_card), to(Borrowed, when=(has_fine, has_card)), *OPEN), END),
        "state start: the transition on Borrowed is a duplicate: an earlier one always wins",
        "drop it or change its guards",
    ),
    "a case after the one that always holds": (
        (state("start", *OPEN, to(Borrowed, when=has_card)), END),
        "state start: the transition on Borrowed is a duplicate: an earlier one always wins",
        "drop it or change its guards",
    ),
    "a case left to chance": (
        (state("start", to(Borrowed, when=has_card)), END),
        "state start leaves Borrowed open when no guard holds",
        "end its moves with on(Borrowed, to=...) or refuse(Borrowed, code=...) without when=",
    ),
    "no final state": (
        (state("start", to(Borrowed, "lent")), state("lent", to(Returned, "start"))),
        "no state is final",
        "mark where the flow ends with final=True",
    ),
    "a state that nothing leads to": (
        (state("start", *OPEN), state("shelf", *OPEN), END),
        "state shelf is unreachable",
        "add a transition to it or drop it",
    ),
    "a call that leads to itself": (
        (state("start", to(Answered), to(Unanswered, "start"), to(Unreachable), call=calling()), END),
        "state start can call for ever without a person",
        "put a state that waits between its calls",
    ),
    "a ring without a way out": (
        (
            state("start", *OPEN, to(Returned, "lent")),
            state("lent", to(Returned, "shelf")),
            state("shelf", to(Borrowed, "lent")),
            END,
        ),
        "state lent is a trap: no final state can be reached from it",
        "add a way out",
    ),
}


def build(*states: State[Any], initial: str = "start") -> Flow[Any]:
    return Flow("loans", states=states, initial=initial, begin=lambda ids: None)


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_stops_the_building_and_says_what_to_write(what: str) -> None:
    states, mistake, remedy = MISTAKES[what]
    with pytest.raises(DefinitionError) as caught:
        build(*states)
    assert f"{mistake}; {remedy}" in caught.value.hint or f"{mistake}, {remedy}" in caught.value.hint
    assert "Flow loans cannot be built" in str(caught.value)
    assert caught.value.code == "definition"
    assert isinstance(caught.value, UsageError)


@pytest.mark.parametrize("lifetime", [timedelta(), timedelta(seconds=-1)])
def test_a_flow_lives_longer_than_nothing(lifetime: timedelta) -> None:
    with pytest.raises(DefinitionError, match="the flow expires before it begins; write a lifetime above zero"):
        Flow("loans", states=(state("start", *OPEN), END), initial="start", begin=lambda ids: None, lifetime=lifetime)


@pytest.mark.parametrize("version", [True, 2.0, "3", None])
def test_a_version_is_a_whole_number(version: Any) -> None:
    with pytest.raises(DefinitionError, match="the version of the flow is no whole number; write 1"):
        Flow("loans", states=(state("start", *OPEN), END), initial="start", begin=lambda ids: None, version=version)


def test_a_definition_without_mistakes_is_built() -> None:
    flow = build(
        state("start", to(Borrowed, "scan"), to(Expired), lifetime=timedelta(1)),
        state(
            "scan",
            to(Scanned, when=(has_card, has_fine)),
            to(Scanned, when=has_card),
            to(Scanned),
            *LOST,
            call=calling(answer=Scanned, deadline=0.5),
        ),
        END,
    )
    assert list(flow.states) == ["start", "scan", "end"]
    assert flow.ports == {"scanner"}
    assert flow.events == {Borrowed, Expired, Scanned, Unanswered, Unreachable}
    assert repr(flow) == "<Flow loans v1: 3 states>"


def test_one_guard_may_serve_many_transitions() -> None:
    build(state("start", to(Borrowed, when=has_card), *OPEN, to(Returned, when=has_card), to(Returned)), END)


def test_all_mistakes_are_listed_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        build(
            state("begin", to(Borrowed, "shelf"), to(Returned, because="")),
            state("begin", to(Borrowed, when=has_card)),
            state("Not A Name", to(Unanswered), lifetime=timedelta(1)),
        )
    for mistake in (
        "state begin is declared 2 times",
        "state 'Not A Name' has no usable name",
        "the initial state start is not declared",
        "leads to shelf",
        "does not say why",
        "leaves Borrowed open",
        "needs both lifetime=",
        "makes no call that returns Unanswered",
    ):
        assert mistake in caught.value.hint


def test_mistakes_are_told_one_after_another() -> None:
    with pytest.raises(DefinitionError) as caught:
        build(state("start", to(Borrowed, "lent", because="")), state("lent", to(Returned, "start")))
    assert caught.value.hint == (
        "state start: the transition on Borrowed does not say why; write because='the sentence that asks for it'; "
        "no state is final; mark where the flow ends with final=True"
    )


def test_outcomes_that_are_left_open_and_outcomes_that_no_call_has_are_told_in_the_order_of_their_names() -> None:
    with pytest.raises(DefinitionError) as caught:
        build(state("start", *OPEN, call=calling()), state("end", to(Unreachable), to(Scanned), *OPEN))
    told = re.findall(r"leaves (\w+) of its call|no call that returns (\w+)", caught.value.hint)
    assert ["".join(one) for one in told] == ["Answered", "Unanswered", "Unreachable", "Scanned", "Unreachable"]


def test_a_trap_is_told_once_and_not_also_as_a_dead_end() -> None:
    with pytest.raises(DefinitionError) as caught:
        build(state("start", *OPEN, to(Returned, "shelf")), state("shelf"), END)
    assert caught.value.hint.count("state shelf") == 1


UNFINISHED: dict[str, tuple[Callable[[], Any], str, str]] = {
    "a transition to nowhere": (
        lambda: on(Borrowed, to="", because="x"),
        "The transition on Borrowed is unfinished",
        "Write to='name of the next state', or use refuse(...) to forbid the event.",
    ),
    "a refusal without a code": (
        lambda: refuse(Borrowed, code="", because="x"),
        "The refusal of Borrowed is unfinished",
        "Write code='why_it_is_refused'.",
    ),
    "a guard that is only named": (
        lambda: on(Borrowed, to="end", when="has_card", because="x"),
        "Unknown guard 'has_card' on Borrowed",
        "Decorate the predicate with @guard('what it says') and pass the function itself, not its name.",
    ),
    "a guard that is not decorated": (
        lambda: refuse(Borrowed, code="no", when=(has_card, bool), because="x"),
        "Unknown guard <class 'bool'> on Borrowed",
        "Decorate the predicate with @guard('what it says') and pass the function itself, not its name.",
    ),
    "a transition on the name of an event": (
        lambda: on("Borrowed", to="", because="x"),
        "'Borrowed' is not an event",
        "Write the class of the event, a subclass of Event.",
    ),
    "a refusal of something else": (
        lambda: refuse(int, code="", because="x"),
        "<class 'int'> is not an event",
        "Write the class of the event, a subclass of Event.",
    ),
}


@pytest.mark.parametrize("what", UNFINISHED)
def test_an_unfinished_line_stops_where_it_is_written(what: str) -> None:
    write, mistake, remedy = UNFINISHED[what]
    with pytest.raises(DefinitionError) as caught:
        write()
    assert caught.value.args[0] == mistake
    assert caught.value.hint == remedy


def test_a_guard_carries_the_name_of_its_function_and_its_sentence() -> None:
    assert (has_card.name, has_card.says) == ("has_card", "the reader has a card")
    assert has_card.holds(None, Borrowed()) is True


def test_states_may_be_named_by_an_enum_and_are_known_by_its_words() -> None:
    class Name(StrEnum):
        START = "start"
        END = "the_end"

    flow = build(
        state(Name.START, to(Borrowed, Name.END), actor=Name.START), state(Name.END, final=True), initial=Name.START
    )
    assert list(flow.machine.states) == list(flow.states) == ["start", "the_end"]
    [row] = flow.table["start", Borrowed]
    for word in (flow.states["start"].name, flow.states["start"].actor, row.to, flow.initial):
        assert type(word) is str


def test_a_move_of_the_base_outcome_is_no_answer() -> None:
    with pytest.raises(DefinitionError, match="makes no call that returns Outcome"):
        build(state("start", *OPEN, to(Outcome)), END)
