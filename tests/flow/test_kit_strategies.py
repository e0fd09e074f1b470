"""What the strategies of the kit give: events of any class, answers of every kind, snapshots that can be reached."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import Field, SecretBytes, SecretStr, StringConstraints, model_validator

from esozflow.flow import Answered, Event, SecretUtf8, Unanswered, UsageError, Value
from esozflow.flow.testing import (
    HOSTILE,
    MALFORMED,
    Repertoire,
    answers_of,
    documented_answers,
    events,
    events_of,
    hostile_answers,
    malformed_answers,
    simplest,
    snapshots,
)
from esozflow.flow.testing.fingerprint import fingerprint
from esozflow.flow.testing.recorded import values_of

FEW = settings(max_examples=20, database=None, suppress_health_check=list(HealthCheck))


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(Value):
    number: Annotated[int, Field(ge=1, le=9)]


class Ordered(Event):
    colour: Colour
    size: Literal["s", "m"]
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    code: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}\z")]
    secret: Annotated[SecretStr, Field(min_length=3)]
    raw: SecretBytes | None
    text: SecretUtf8
    long: Annotated[SecretUtf8, Field(min_length=3)] | None
    grade: Annotated[int, Field(ge=1, le=2)] | None
    note: str | None = None
    pair: tuple[int, str] = (1, "a")


class Even(Event):
    number: int

    @model_validator(mode="after")
    def _is_even(self) -> Even:
        if self.number % 2:
            raise ValueError("odd")
        return self


class Hopeless(Event):
    word: str

    @model_validator(mode="after")
    def _never(self) -> Hopeless:
        raise ValueError("never")


class Said(Answered):
    data: Any = None
    count: int = 0


class Many(Event):
    some: Annotated[tuple[int, ...], Field(min_length=2, max_length=9)]
    few: Annotated[tuple[int, ...], Field(max_length=9)]
    any_: tuple[int, ...]


class Graded(Event):
    best: tuple[Annotated[int, Ge(1)]]
    others: tuple[Annotated[int, Ge(1)], ...]


class Dated(Event):
    on: date


class Weighed(Answered):
    grams: int


class Told(Event):
    what: Any


class Sealed(SecretStr):
    """A secret of another kind."""


class Counted(int):
    """A number of another kind, which looks like any."""


@dataclass(frozen=True)
class Box:
    secret: SecretStr


@dataclass(frozen=True)
class Bag:
    secret: SecretStr


def drawn(strategy: st.SearchStrategy[Any], count: int = 100) -> list[Any]:
    """Give what the strategy gives, in the order in which it does."""
    found: list[Any] = []

    @settings(FEW, max_examples=count, derandomize=True, phases=(Phase.generate,))
    @given(strategy)
    def note(one: Any) -> None:
        found.append(one)

    note()
    return found


@FEW
@given(events_of(Ordered))
def test_events_are_made_from_the_types_of_their_fields(event: Ordered) -> None:
    assert event.parts
    assert all(1 <= part.number <= 9 for part in event.parts)
    assert len(event.secret.get_secret_value()) >= 3
    assert event.grade in {None, 1, 2}


def test_events_of_a_class_take_every_kind_of_value_that_their_fields_allow() -> None:
    made = drawn(events_of(Ordered), 200)

    assert {event.colour for event in made} == {*Colour}
    assert {event.size for event in made} == {"s", "m"}
    assert {len(event.parts) for event in made} == {1, 2, 3, 4}
    assert {part.number for event in made for part in event.parts} <= {*range(1, 10)}
    assert all(re.fullmatch("[a-z]{2}", event.code) for event in made)
    assert all(type(event.secret) is SecretStr and len(event.secret.get_secret_value()) >= 3 for event in made)
    assert {type(event.secret.get_secret_value()) for event in made} == {str}
    assert {type(event.raw) for event in made} == {type(None), SecretBytes}
    assert {type(event.raw.get_secret_value()) for event in made if event.raw} == {bytes}
    assert {type(event.text.get_secret_value().decode()) for event in made} == {str}
    assert {len(event.long.get_secret_value().decode()) >= 3 for event in made if event.long} == {True}
    assert {event.grade for event in made} == {None, 1, 2}
    assert {type(event.note) for event in made} == {type(None), str}
    assert {event.pair == (1, "a") for event in made} == {True, False}


class Encoded(Event):
    text: SecretUtf8


def test_bytes_of_a_text_are_drawn_from_overriding_texts_that_have_some() -> None:
    texts = st.sampled_from(["ї", "\ud800"])
    assert {event.text for event in drawn(events_of(Encoded, {str: texts}), 50)} == {SecretBytes("ї".encode())}


def test_answers_have_any_status_and_what_is_not_answered_a_reason() -> None:
    answers = drawn(events_of(Said))

    assert len({answer.status for answer in answers}) > 10
    assert {answer.count == 0 for answer in answers} == {True, False}
    assert {event.reason for event in drawn(events_of(Unanswered))} == {"timeout", "dropped", "malformed", "refused"}


def test_a_list_is_as_long_as_it_must_be_and_up_to_three_longer() -> None:
    made = drawn(events_of(Many))

    assert {len(event.some) for event in made} == {2, 3, 4, 5}
    assert {len(event.few) for event in made} == {len(event.any_) for event in made} == {0, 1, 2, 3}


def test_what_is_within_a_list_keeps_its_own_limits() -> None:
    made = drawn(events_of(Graded))

    assert {len(event.best) for event in made} == {1}
    assert min(one for event in made for one in (*event.best, *event.others)) == 1


def test_a_field_that_must_be_given_holds_json() -> None:
    assert json.dumps([event.what for event in drawn(events_of(Told))], allow_nan=False)


@FEW
@given(events_of(Even))
def test_what_the_class_refuses_is_not_given(event: Even) -> None:
    assert event.number % 2 == 0


@FEW
@given(
    events_of(Ordered, {Part: st.just(Part(number=7)), Ordered: events_of(Ordered, {Part: st.just(Part(number=7))})})
)
def test_a_strategy_of_ones_own_replaces_any_type(event: Ordered) -> None:
    assert {part.number for part in event.parts} == {7}


def test_the_simplest_event_is_found_and_a_class_that_needs_help_says_so() -> None:
    assert simplest(Even) == Even(number=0)
    assert simplest(Ordered).colour is Colour.RED
    assert (simplest(Ordered).raw, simplest(Ordered).grade, simplest(Ordered).note) == (None, None, None)
    assert simplest(Weighed) == Weighed(status=200, grams=0)
    assert simplest(Answered) == Answered(status=200)
    assert simplest(Unanswered) == Unanswered(reason="timeout")
    with pytest.raises(UsageError) as refused:
        simplest(Hopeless)
    assert refused.value.code == "no_case"
    assert refused.value.args == ("No event of Hopeless could be made from the types of its fields",)
    assert refused.value.hint == "Let your cases give one: cases(state, Hopeless) -> [(context, event)]."


@FEW
@given(events_of(Unanswered))
def test_an_unanswered_call_has_a_reason_for_logs(event: Unanswered) -> None:
    assert event.reason.isidentifier()


@FEW
@given(malformed_answers(Said) | events_of(Said))
def test_malformed_answers_hold_json_of_any_shape(answer: Said) -> None:
    json.dumps(answer.data, allow_nan=False)
    assert 100 <= answer.status <= 599


@pytest.mark.parametrize("kind", [malformed_answers, hostile_answers])
def test_answers_of_each_shape_are_given(kind: Any) -> None:
    seen: set[type] = set()

    @settings(max_examples=60, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @given(kind(Said))
    def check(answer: Said) -> None:
        seen.add(type(answer.data))

    check()
    assert seen >= {dict, list}


@pytest.mark.parametrize("kind", [malformed_answers, hostile_answers])
def test_answers_of_each_shape_take_strategies_of_ones_own(kind: Any) -> None:
    assert {answer.count for answer in drawn(kind(Said, {int: st.just(7)}))} == {0, 7}


@FEW
@given(answers_of(Said, st.just("only this")))
def test_answers_hold_what_ones_own_strategy_gives(answer: Said) -> None:
    assert answer.data in {None, "only this"}


def test_what_is_declared_is_what_is_documented(parcels: Any) -> None:
    answers = drawn(documented_answers(parcels.flow, "pricing", parcels.cases))
    happened = drawn(events(parcels.flow, parcels.cases), 300)

    assert set(answers) == {parcels.Priced(status=100), parcels.Priced(status=200)}
    assert set(happened) == {one.event for one in Repertoire(parcels.flow, parcels.cases).all}
    assert {type(event) for event in happened} == parcels.flow.events


def test_snapshots_are_reached_by_walking(parcels: Any) -> None:
    seen: set[str] = set()

    @settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
    @given(snapshots(parcels.flow, parcels.cases, ids=parcels.FixedIds()))
    def check(snapshot: Any) -> None:
        parcels.flow.belongs(snapshot)
        assert (snapshot.state == "draft") or snapshot.revision > 0
        if snapshot.state in {"quoted", "paying"}:
            assert snapshot.context.weight
        seen.add(snapshot.state)

    check()
    assert {"draft", "discarded"} <= seen


def test_events_that_no_guard_tells_apart_are_one_and_each_has_its_own_name(parcels: Any) -> None:
    repertoire = Repertoire(parcels.flow, parcels.cases)
    names = [one.name for one in repertoire.all]

    assert {one.name for one in repertoire.known("paying")} == {
        "Paid(status=100)",
        "Paid(status=200)",
        "Unanswered(reason='timeout')",
        "Unreachable(reason='timeout')",
    }
    assert len(set(names)) == len(names)
    assert all(repertoire.of(name).name == name for name in names)
    assert "Described() #10" in names
    assert [type(one) for one in repertoire.told_apart("draft", parcels.Described)] == [parcels.Described] * 6
    assert repertoire.told_apart("draft", parcels.Discarded) == ()


def test_a_guard_that_raises_in_a_context_where_it_never_stands_is_a_verdict(parcels: Any) -> None:
    def cases(state: str, event: type[Event]) -> Any:
        return (
            [(None, parcels.Accepted(pin="1")), (parcels.Parcel(pin="1"), parcels.Accepted(pin="1"))]
            if (event is parcels.Accepted)
            else None
        )

    assert len(Repertoire(parcels.flow, cases).known("quoted")) == 5


def test_guards_that_raise_differently_tell_events_apart() -> None:
    from esozflow.flow import Flow, State, guard, on

    @guard("it raises what it is told to")
    def raises(context: Any, event: Told) -> bool:
        raise event.what

    telling = State[None](
        name="tell",
        section="1",
        actor="a",
        moves=(on(Told, when=raises, to="end", because="so"), on(Told, to="end", because="so")),
    )
    flow = Flow[None](
        "telling",
        states=(telling, State(name="end", section="1", actor="a", final=True)),
        initial="tell",
        begin=lambda ids: None,
    )
    space = [(None, Told(what=kind)) for kind in (KeyError, ValueError, KeyError)]

    assert [one.what for one in Repertoire(flow, lambda *choice: space).told_apart("tell", Told)] == [
        KeyError,
        ValueError,
    ]


def test_hostile_json_is_as_deep_as_it_says() -> None:
    levels, inner = 0, HOSTILE["five hundred levels"]
    while inner:
        [inner] = inner
        levels += 1
    assert (levels, inner) == (500, [])


def test_an_answer_that_takes_any_json_is_spoilt_in_every_known_way() -> None:
    from esozflow.flow import Calling, Flow, Repeat, State, Unreachable, on

    call = Calling[None](name="ask", port="p", repeat=Repeat.FREELY, request=lambda context: None, answer=Said)
    moves = tuple(on(one, to="end", because="so") for one in (Said, Unanswered, Unreachable))
    asking = State[None](name="ask", section="1", actor="a", call=call, moves=moves)
    flow = Flow[None](
        "asking",
        states=(asking, State(name="end", section="1", actor="a", final=True)),
        initial="ask",
        begin=lambda ids: None,
    )
    answers = Repertoire(flow).answers("ask")
    names = [one.name for one in answers]

    assert set(names[:3]) == {"Said(status=200)", "Unanswered(reason='timeout')", "Unreachable(reason='timeout')"}
    assert names[3:] == [f"Said(status=200) with data: {what}" for what in (*MALFORMED, *HOSTILE)]
    spoilt = {one.name.partition(": ")[2]: one.event for one in answers[3:]}
    assert all(spoilt[what].data is data for what, data in {**MALFORMED, **HOSTILE}.items())  # type: ignore[attr-defined]

    said = [(None, Said(status=200)), (None, Said(status=200, count=1))]
    both = Repertoire(flow, lambda state, event: said if event is Said else None).answers("ask")
    assert [one.name for one in both[4:]] == names[3:]


def test_a_fingerprint_tells_values_of_different_kinds_apart_that_hold_the_same() -> None:
    alike = [
        (SecretStr("1"), Sealed("1")),
        (Box(SecretStr("1")), Box(SecretStr("2")), Bag(SecretStr("1"))),
        ({"a": 1}, MappingProxyType({"a": 1})),
        (1, Counted(1)),
    ]
    for values in alike:
        assert len({fingerprint(one) for one in values}) == len(values)


def test_a_fingerprint_tells_secrets_apart_and_values_of_an_event_come_back(parcels: Any) -> None:
    assert fingerprint(parcels.Parcel(pin="1")) != fingerprint(parcels.Parcel(pin="2"))
    one, two = simplest(Ordered), simplest(Ordered).model_copy(update={"secret": SecretStr("other")})
    bytes_ = one.model_copy(update={"raw": SecretBytes(b"x")})

    assert repr(one) == repr(two)
    assert len({fingerprint(each) for each in (one, two, bytes_, {"a": [one]}, {"a": [two]}, (1,), [1], 1, True)}) == 9
    assert Ordered.read(values_of(two)) == two
    leap_day = Dated(on=date(2024, 2, 29))
    assert values_of(leap_day) == {"on": "2024-02-29"}
    assert Dated.read(values_of(leap_day)) == leap_day
