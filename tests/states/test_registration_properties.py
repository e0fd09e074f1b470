"""4.1: what holds for every registration request, and for everything that is not one."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from copy import deepcopy
from datetime import date
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from esozflow.flow import InvalidInput, Problem
from esozflow.flow.testing import hostile_json, hostile_texts
from esozflow.states.registration import RegistrationRequest, rules_on
from esozflow.states.rules import RULES
from esozflow.states.testing import hostile_requests, places_in, requests

from ..people import EXAMPLE_REQUEST, example_request


@given(requests())
def test_what_is_signed_is_what_was_given_and_reads_back_equal(wanted: dict[str, Any]) -> None:
    request = RegistrationRequest.read(wanted)
    signed = request.to_signed_json()
    assert json.loads(signed) == wanted
    again = RegistrationRequest.read_json(signed)
    assert again == request
    assert again.to_signed_json() == signed


def drawn(strategy: st.SearchStrategy[Any], count: int = 100) -> list[Any]:
    """Give what the strategy gives, in the order in which it does."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def note(one: Any) -> None:
        found.append(one)

    note()
    return found


def test_patients_of_every_kind_are_invented() -> None:
    made = drawn(requests(), 40)
    people = [one["person"] for one in made]
    optional = {"second_name", "email", "unzr", "phones", "authentication_methods", "preferred_way_communication"}

    assert all(RegistrationRequest.read(one) for one in made)
    assert {(one["patient_signed"], one["process_disclosure_data_consent"]) for one in made} == {(True, True)}
    assert {name for one in people for name in one} - {name for name in people[0] if name not in optional} >= optional
    assert any(not optional & one.keys() for one in people)
    assert {("tax_id" in one, one["no_tax_id"]) for one in people} == {(True, False), (False, True)}
    assert {one["email"] for one in people if "email" in one} == {"a.b+c@example.com"}
    assert {len(one["documents"]) for one in people} >= {1, 2}
    assert {one["confidant_person"]["relation_type"] for one in people} == {"PRIMARY", "SECONDARY"}


def test_harm_is_done_in_any_one_place() -> None:
    whole = {"person": {"names": [{"first": "a"}, "b"]}, "signed": True}
    places = [
        ("person",),
        ("person", "names"),
        ("person", "names", 0),
        ("person", "names", 0, "first"),
        ("person", "names", 1),
        ("signed",),
    ]
    made = drawn(hostile_requests(whole), 100)

    assert places_in(whole) == places
    assert {changed(one, whole, places) for one in made} == set(places)
    assert len({repr(one["signed"]) for one in made}) > 5
    assert whole == {"person": {"names": [{"first": "a"}, "b"]}, "signed": True}


def changed(one: Any, whole: Any, places: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Give the innermost place in which alone one differs from the other."""
    for at in sorted(places, key=len, reverse=True):
        with suppress(LookupError, TypeError):
            mended = deepcopy(one)
            reduce(getitem, at[:-1], mended)[at[-1]] = reduce(getitem, at, whole)
            if mended == whole:
                return at
    raise AssertionError(f"{one} differs in more than one place")


@given(requests(), st.dates())
def test_the_rules_of_the_day_never_fail_and_are_all_in_the_table(wanted: dict[str, Any], today: date) -> None:
    found = rules_on(RegistrationRequest.read(wanted), today)
    assert {problem.rule for problem in found} <= set(RULES)
    assert all(problem.path.startswith("person.") for problem in found)


def problems_of(given: object) -> tuple[Problem, ...]:
    try:
        RegistrationRequest.read(given).to_signed_json()
    except InvalidInput as refused:
        return refused.problems
    return ()


def problems_of_text(given: str) -> tuple[Problem, ...]:
    try:
        RegistrationRequest.read_json(given).to_signed_json()
    except InvalidInput as refused:
        return refused.problems
    return ()


def read_or_refused(given: object) -> None:
    found = {*map(rule_of, problems_of(given)), *map(rule_of, problems_of_text(json.dumps(given)))}
    assert found <= set(RULES)


def rule_of(problem: Problem) -> str:
    return problem.rule


@given(hostile_json)
def test_anything_like_json_is_read_or_refused(value: object) -> None:
    read_or_refused(value)


PLACES = ["__".join(map(str, place)) for place in places_in(EXAMPLE_REQUEST)]


@given(hostile_requests(EXAMPLE_REQUEST))
def test_anything_in_any_one_place_is_read_or_refused(request: dict[str, object]) -> None:
    read_or_refused(request)


@given(hostile_texts, hostile_json)
def test_any_unknown_field_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        RegistrationRequest.read({**EXAMPLE_REQUEST, name + "_": value})
    assert {problem.rule for problem in refused.value.problems} <= {"extra_forbidden", "string_unicode"}


@given(st.text(max_size=200) | st.text(st.characters(exclude_categories=[]), max_size=20) | st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(given_text: str | bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        RegistrationRequest.read_json(given_text)
    assert {problem.rule for problem in refused.value.problems} <= set(RULES)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("place", PLACES)
def test_ten_thousand_levels_are_refused_in_any_place(place: str) -> None:
    with pytest.raises(InvalidInput):
        RegistrationRequest.read(example_request(**{place: nested(10_000)}))


def test_ten_thousand_levels_of_json_text_are_refused() -> None:
    with pytest.raises(InvalidInput):
        RegistrationRequest.read_json('{"person":' * 10_000 + "1" + "}" * 10_000)


@pytest.mark.parametrize("text", ["а" * 1_000_000, "а " * 500_000, "а@" * 500_000, "1." * 500_000, " " * 1_000_000])
def test_a_million_characters_in_any_place_are_judged_at_once(text: str) -> None:
    started = time.process_time()
    for place in PLACES:
        assert len(problems_of(example_request(**{place: text}))) <= 2
    assert time.process_time() - started < 10


@pytest.mark.parametrize("place", PLACES)
def test_the_longest_texts_that_reach_a_pattern_are_judged_at_once(place: str) -> None:
    for text in ("а " * 127 + "@", "а-" * 127 + "1", "a." * 127 + "@", "a@" + "a." * 126, "(" * 255, "-" * 25):
        started = time.process_time()
        read_or_refused(example_request(**{place: text}))
        assert time.process_time() - started < 1
