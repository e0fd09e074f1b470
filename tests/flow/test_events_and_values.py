"""Values and events: checked once at the door, immutable behind it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from threading import Barrier
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, field_validator

from esozflow.flow import (
    Answered,
    Event,
    Expired,
    InvalidInput,
    Outcome,
    Problem,
    Unanswered,
    Unreachable,
    UsageError,
    Value,
)

from ..sizes import size

CANARY = "canary-7f3a"


class Document(Value):
    type: Literal["PASSPORT", "NATIONAL_ID"]
    number: str = Field(min_length=6, max_length=9, pattern=r"^[A-Z0-9]+$")


class Registered(Event):
    name: str
    age: int = Field(ge=0, lt=150)
    documents: tuple[Document, ...] = ()

    @field_validator("name")
    @classmethod
    def not_rude(cls, name: str) -> str:
        if name == CANARY:
            raise ValueError(f"{name} is not a name")
        return name


GOOD: dict[str, Any] = {"name": "Ivan", "age": 7, "documents": [{"type": "PASSPORT", "number": "AB123456"}]}


def test_a_value_is_frozen() -> None:
    event = Registered(name="Ivan", age=7)
    with pytest.raises(AttributeError, match="Registered is frozen: name cannot be set") as caught:
        event.name = CANARY
    assert CANARY not in str(caught.value)
    assert event.name == "Ivan"
    assert hash(event) == hash(Registered(name="Ivan", age=7))


def test_a_value_is_built_by_keyword_only() -> None:
    with pytest.raises(TypeError):
        Unanswered("timeout")


def test_nothing_extra_is_taken() -> None:
    with pytest.raises(InvalidInput) as caught:
        Registered(name="Ivan", age=7, nickname=CANARY)
    assert caught.value.problems == (Problem(path="*", rule="extra_forbidden"),)
    with pytest.raises(InvalidInput):
        Expired(at="now")


def test_the_name_of_a_field_that_is_not_ours_is_never_repeated() -> None:
    with pytest.raises(InvalidInput) as caught:
        Registered.read({"name": "Ivan", "age": 7, CANARY: 1})
    assert CANARY not in str(caught.value)


def test_a_million_problems_are_not_listed() -> None:
    with pytest.raises(InvalidInput) as caught:
        Registered.read({str(n): n for n in range(1_000)})
    assert len(caught.value.problems) == 100


@pytest.mark.parametrize("wrong", [{"age": "7"}, {"age": 7.0}, {"age": True}, {"name": 7}, {"name": b"Ivan"}], ids=str)
def test_in_the_program_no_type_is_coerced_into_another(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Registered(**{"name": "Ivan", "age": 7, **wrong})


def test_every_problem_is_listed_with_its_path_and_its_rule_and_never_a_value() -> None:
    with pytest.raises(InvalidInput) as caught:
        Registered.read(
            {
                "name": CANARY,
                "age": 150,
                "documents": [
                    {"type": "PASSPORT", "number": "AB1"},
                    {"type": CANARY, "number": f"{CANARY} way too long"},
                    {"number": "abcdef"},
                ],
            }
        )
    error = caught.value
    assert {(p.path, p.rule): dict(p.params) for p in error.problems} == {
        ("name", "value_error"): {},
        ("age", "less_than"): {"lt": 150},
        ("documents.0.number", "string_too_short"): {"min_length": 6},
        ("documents.1.type", "literal_error"): {"expected": "'PASSPORT' or 'NATIONAL_ID'"},
        ("documents.1.number", "string_too_long"): {"max_length": 9},
        ("documents.2.type", "missing"): {},
        ("documents.2.number", "string_pattern_mismatch"): {"pattern": "^[A-Z0-9]+$"},
    }
    assert all(problem.path in str(error) for problem in error.problems)
    assert str(error).startswith("Registered is not valid: name: value_error; age: less_than;")
    assert error.hint == "Correct the named fields and send it again."
    assert CANARY not in str(error) + repr(error) + repr(error.problems)
    assert isinstance(error, UsageError)


def test_a_problem_of_the_whole_is_named_after_the_whole() -> None:
    with pytest.raises(InvalidInput) as caught:
        Registered.read([CANARY])
    assert caught.value.problems == (Problem(path="", rule="model_type"),)
    assert str(caught.value).startswith("Registered is not valid: Registered: model_type.")


def test_a_value_is_read_from_parsed_json_and_from_text() -> None:
    built = Registered(name="Ivan", age=7, documents=(Document(type="PASSPORT", number="AB123456"),))
    assert Registered.read(GOOD) == built
    assert Registered.read_json(json.dumps(GOOD)) == built
    assert Registered.read_json(json.dumps(GOOD).encode()) == built
    assert isinstance(built.documents, tuple)


def test_what_was_read_nested_is_frozen_too() -> None:
    document = Registered.read(GOOD).documents[0]
    with pytest.raises(AttributeError):
        document.number = "CD123456"


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", '"x"', "{}", '{"name": "\\ud800", "age": 1}', "[" * 20_000, b"\xff\xfe", "\x00", "NaN"],
    ids=lambda text: repr(text[:12]),
)
def test_text_that_is_no_such_json_is_invalid_input(text: str | bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        Registered.read_json(text)
    assert caught.value.problems


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=size(500), deadline=None, database=None)
@given(parsed=JSON | st.fixed_dictionaries({"name": JSON, "age": JSON, "documents": JSON}))
def test_whatever_is_read_is_valid_or_invalid_input(parsed: Any) -> None:
    try:
        event = Registered.read(parsed)
    except InvalidInput as refused:
        problems = refused.problems
    else:
        problems = ()
        assert event == Registered.read(event.model_dump())
    assert isinstance(parsed, dict) or problems


@settings(max_examples=size(500), deadline=None, database=None)
@given(text=st.text() | st.binary() | JSON.map(json.dumps))
def test_whatever_text_is_read_is_valid_or_invalid_input(text: Any) -> None:
    with pytest.raises(InvalidInput):
        Registered.read_json(text)


def test_outcomes_and_expiry_are_events_of_their_kinds() -> None:
    assert {one for one in Event.__subclasses__() if one.__module__.startswith("esozflow.flow.")} == {Outcome, Expired}
    assert all(issubclass(one, Outcome) for one in (Answered, Unanswered, Unreachable))
    assert repr(Answered(status=200)) == "Answered(status=200)"
    assert repr(Unanswered(reason="timeout")) == "Unanswered(reason='timeout')"
    assert repr(Unreachable(reason="refused")) == "Unreachable(reason='refused')"
    assert repr(Expired()) == "Expired()"


def test_values_of_two_classes_are_never_equal() -> None:
    assert Unanswered(reason="x") != Unreachable(reason="x")
    assert Registered(name="Ivan", age=7) == Registered(name="Ivan", age=7)


class Colour(StrEnum):
    RED = "red"


class Coloured(Value):
    colour: Colour


def test_an_input_too_deep_to_be_described_is_refused_like_any_other() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(InvalidInput) as caught:
        Coloured.read({"colour": deep})
    assert caught.value.problems == (Problem(path="", rule="too_deep"),)
    assert str(caught.value).startswith("Coloured is not valid: Coloured: too_deep.")


def test_a_value_that_many_threads_are_the_first_to_use_is_whole_for_each_of_them() -> None:
    for number in range(20):

        class Fresh(Value):
            number: int
            documents: tuple[Document, ...] = ()

        assert not Fresh.__pydantic_complete__, "what nobody uses is not built"
        together = Barrier(8)

        def make(_: int, kind: Any = Fresh, number: int = number, together: Barrier = together) -> Any:
            together.wait()
            return kind(number=number) if _ % 2 else kind.read({"number": number})

        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(make, range(8)))
        assert made == [Fresh(number=number)] * 8
