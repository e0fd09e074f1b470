"""4.1: what holds for every registration request, and for everything that is not one."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esozflow.flow import InvalidInput, Problem
from esozflow.states.dictionaries import (
    AddressType,
    DocumentRelationshipType,
    DocumentType,
    Gender,
    PhoneType,
    PreferredWayCommunication,
    SettlementType,
    StreetType,
)
from esozflow.states.registration import RegistrationRequest, rules_on
from esozflow.states.rules import RULES

from ..people import EXAMPLE_REQUEST, example_request

LETTERS = "".join(sorted(set("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ'-")))
DIGITS = "0123456789"
SAFE = "ABCabc" + LETTERS + DIGITS

names_of_people = st.lists(st.text(LETTERS, min_size=1, max_size=20), min_size=1, max_size=3).map(" ".join)
names = st.builds(str.__add__, st.sampled_from("Aa№(5Ї_"), st.text(SAFE + " /,'\"", max_size=30))
any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
some_text = any_text.filter(bool)
uuids = st.uuids(version=4).map(str)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)).map(date.isoformat)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


phones = st.lists(
    st.fixed_dictionaries({"type": st.sampled_from([*PhoneType]).map(str), "number": digits(10).map("+38{}".format)}),
    min_size=1,
    unique_by=lambda phone: phone["type"],
)
addresses = st.fixed_dictionaries(
    {
        "type": st.just(str(AddressType.RESIDENCE)),
        "country": st.sampled_from(["UA", "PL"]),
        "area": names,
        "settlement": names,
        "settlement_type": st.sampled_from([*SettlementType]).map(str),
        "settlement_id": uuids,
    },
    optional={
        "region": names,
        "street_type": st.sampled_from([*StreetType]).map(str),
        "street": names,
        "building": st.builds(str.__add__, st.sampled_from("19"), st.text("АБє /'-0", max_size=20)),
        "apartment": any_text,
        "zip": digits(5),
    },
)
SERIES = digits(6).map("АЇ{}".format)
NUMBERS = {
    DocumentType.PASSPORT: SERIES,
    DocumentType.BIRTH_CERTIFICATE: st.text("AЖ№/()-09", min_size=2, max_size=25),
    DocumentType.REFUGEE_CERTIFICATE: SERIES,
    DocumentType.TEMPORARY_CERTIFICATE: digits(9),
}


@st.composite
def documents(draw: st.DrawFn, born: str) -> list[dict[str, Any]]:
    kinds = draw(st.lists(st.sampled_from(sorted(NUMBERS)), min_size=1, unique=True))
    return [
        {
            "type": kind.value,
            "number": draw(NUMBERS[kind]),
            "issued_by": draw(some_text),
            "issued_at": max(draw(days), born),
            "expiration_date": draw(days),
        }
        for kind in kinds
    ]


relationships = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from([*DocumentRelationshipType]).map(str), "number": some_text},
        optional={"issued_by": some_text, "issued_at": days},
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    born, confidant = draw(days), draw(uuids)
    taxed = draw(st.booleans())
    method = {"type": "THIRD_PERSON", "value": confidant, "alias": draw(any_text)}
    optional: dict[str, Any] = {
        "second_name": draw(names_of_people),
        "email": "a.b+c@example.com",
        "unzr": born.replace("-", "") + "-" + draw(digits(5)),
        "phones": draw(phones),
        "authentication_methods": [method],
        "preferred_way_communication": draw(st.sampled_from([*PreferredWayCommunication])).value,
    }
    kept = draw(st.sets(st.sampled_from(sorted(optional))))
    person = {
        "first_name": draw(names_of_people),
        "last_name": draw(names_of_people),
        "birth_date": born,
        "birth_country": draw(some_text),
        "birth_settlement": draw(names),
        "gender": draw(st.sampled_from([*Gender])).value,
        "no_tax_id": not taxed,
        **({"tax_id": draw(digits(10))} if taxed else {}),
        "secret": draw(st.text(SAFE.replace("'", ""), min_size=6, max_size=20)),
        "documents": draw(documents(born)),
        "addresses": [draw(addresses)],
        "emergency_contact": {
            "first_name": draw(names_of_people),
            "last_name": draw(names_of_people),
            "phones": draw(phones),
        },
        "confidant_person": {
            "person_id": confidant,
            "relation_type": draw(st.sampled_from(["PRIMARY", "SECONDARY"])),
            "documents_relationship": draw(relationships),
        },
        **{name: optional[name] for name in kept},
    }
    return {"person": person, "patient_signed": True, "process_disclosure_data_consent": True}


@given(requests())
def test_what_is_signed_is_what_was_given_and_reads_back_equal(wanted: dict[str, Any]) -> None:
    request = RegistrationRequest.read(wanted)
    signed = request.to_signed_json()
    assert json.loads(signed) == wanted
    again = RegistrationRequest.read_json(signed)
    assert again == request
    assert again.to_signed_json() == signed


@given(requests(), st.dates())
def test_the_rules_of_the_day_never_fail_and_are_all_in_the_table(wanted: dict[str, Any], today: date) -> None:
    found = rules_on(RegistrationRequest.read(wanted), today)
    assert {problem.rule for problem in found} <= set(RULES)
    assert all(problem.path.startswith("person.") for problem in found)


hostile_text = st.one_of(
    st.text(st.characters(exclude_categories=[]), max_size=40),
    st.sampled_from(["\ud800", "\0", "NaN", "2015-07-05", "MALE", "true", "\n", "1" * 5000]),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | hostile_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(hostile_text, inner, max_size=4),
    max_leaves=10,
)


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


@given(anything)
def test_anything_like_json_is_read_or_refused(value: object) -> None:
    read_or_refused(value)


def places_in(value: Any, above: str = "") -> list[str]:
    found = []
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        found.append(f"{above}{name}")
        if isinstance(inner, dict | list):
            found += places_in(inner, f"{above}{name}__")
    return found


PLACES = places_in(EXAMPLE_REQUEST)


@given(st.dictionaries(st.sampled_from([place for place in PLACES if place.count("__") > 1]), anything, max_size=1))
def test_anything_in_any_one_place_is_read_or_refused(changes: dict[str, object]) -> None:
    read_or_refused(example_request(**changes))


@given(hostile_text, anything)
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
