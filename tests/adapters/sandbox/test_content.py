"""The patient's data: texts of the schema errors, business rules, dictionaries."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esozflow.adapters.sandbox import SandboxSettings
from esozflow.adapters.sandbox.rules import person_problems
from esozflow.adapters.sandbox.validation import schema_problems

from ...people import EXAMPLE_REQUEST

TODAY = date(2026, 3, 1)

TEXTS = {
    "required": ["required property %{property} was not present"],
    "schema": ["schema does not allow additional properties"],
    "length": [
        "expected a minimum of %{min} items but got %{actual}",
        "expected value to have a minimum length of %{min} but was %{actual}",
        "expected value to have a maximum length of %{max} but was %{actual}",
    ],
    "inclusion": ["value is not allowed in enum"],
    "format": ['string does not match pattern "%{pattern}"'],
    "cast": ["type mismatch. Expected %{expected} but got %{actual}"],
    "date": [
        'expected "%{actual}" to be a valid ISO 8601 date',
        'expected "%{actual}" to be an existing date',
    ],
    "email": ['expected "%{actual}" to be an email address'],
    "schemata": [
        "expected exactly one of the schemata to match, but none of them did",
        "expected all of the schemata to match, but the schemata at the following indexes did not: %{indexes}",
    ],
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def steps(value, path=()):
    """Every place in a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield from steps(one, (*path, step))


PLACES = list(steps(EXAMPLE_REQUEST))


def changed(path, value, found=EXAMPLE_REQUEST):
    if not path:
        return value
    if isinstance(found, dict):
        return {**found, path[0]: changed(path[1:], value, found[path[0]])}
    return [changed(path[1:], value, one) if index == path[0] else one for index, one in enumerate(found)]


@given(place=st.sampled_from(PLACES), value=JSON)
def test_every_schema_error_has_a_documented_text_with_its_parameters(place, value):
    for problem in schema_problems(changed(place, value)):
        item = problem.as_json()
        (rule,) = item["rules"]
        assert rule["raw_description"] in TEXTS[rule["rule"]]
        filled = rule["raw_description"]
        for name in re.findall(r"%\{(\w+)\}", filled):
            assert name in rule["params"]
            filled = filled.replace(f"%{{{name}}}", str(rule["params"][name]), 1)
        assert rule["description"] == filled
        assert item["entry"].startswith("$")


@given(place=st.sampled_from(PLACES), value=JSON)
def test_what_the_schema_accepts_never_breaks_the_rules(place, value):
    content = changed(place, value)
    if not schema_problems(content):
        person_problems(content["person"], TODAY, SandboxSettings())


SCHEMA = [
    (("person", "first_name"), 5, "$.person.first_name", "type mismatch. Expected string but got integer"),
    (("person", "first_name"), None, "$.person.first_name", "type mismatch. Expected string but got null"),
    (("person", "no_tax_id"), "so", "$.person.no_tax_id", "type mismatch. Expected boolean but got string"),
    (("person", "phones"), {}, "$.person.phones", "type mismatch. Expected array but got object"),
    (("person", "phones"), 1.5, "$.person.phones", "type mismatch. Expected array but got number"),
    (("person",), [], "$.person", "type mismatch. Expected object but got array"),
    (("person", "addresses"), [], "$.person.addresses", "expected a minimum of 1 items but got 0"),
    (
        ("person", "last_name"),
        "Я" * 256,
        "$.person.last_name",
        "expected value to have a maximum length of 255 but was 256",
    ),
    (
        ("person", "birth_country"),
        "",
        "$.person.birth_country",
        "expected value to have a minimum length of 1 but was 0",
    ),
    (
        ("person", "preferred_way_communication"),
        "fax",
        "$.person.preferred_way_communication",
        "value is not allowed in enum",
    ),
    (
        ("person", "authentication_methods", 0, "type"),
        "OTP",
        "$.person.authentication_methods.[0].type",
        "value is not allowed in enum",
    ),
    (("person", "tax_id"), "1", "$.person.tax_id", 'string does not match pattern "^[0-9]{10}$"'),
    (
        ("person", "birth_date"),
        "05.07.2015",
        "$.person.birth_date",
        'expected "05.07.2015" to be a valid ISO 8601 date',
    ),
    (
        ("person", "birth_date"),
        "2015-02-30",
        "$.person.birth_date",
        'expected "2015-02-30" to be an existing date',
    ),
    (("person", "email"), "x@", "$.person.email", 'expected "x@" to be an email address'),
    (
        ("person", "documents", 0, "type"),
        "WISH",
        "$.person.documents.[0]",
        "expected exactly one of the schemata to match, but none of them did",
    ),
    (
        ("person", "secret"),
        "коротк"[:5],
        "$.person.secret",
        "expected all of the schemata to match, but the schemata at the following indexes did not: 1",
    ),
    (
        ("person", "emergency_contact", "phones"),
        [],
        "$.person.emergency_contact.phones",
        "expected a minimum of 1 items but got 0",
    ),
    ((), 5, "$", "type mismatch. Expected object but got integer"),
]


@pytest.mark.parametrize(("place", "value", "entry", "text"), SCHEMA)
def test_a_schema_error_reads_as_the_platform_writes_it(place, value, entry, text):
    (problem,) = schema_problems(changed(place, value))
    assert (problem.entry, problem.description) == (entry, text)


def test_several_errors_are_listed_each_with_its_own_entry(example):
    del example["person"]["gender"], example["person"]["secret"]
    example["person"]["addresses"][0]["planet"] = example["moon"] = 1
    problems = schema_problems(example)
    assert sorted((problem.entry, problem.rule) for problem in problems) == [
        ("$.moon", "schema"),
        ("$.person.addresses.[0].planet", "schema"),
        ("$.person.gender", "required"),
        ("$.person.secret", "required"),
    ]


def test_a_million_errors_are_not_all_told_and_a_long_name_is_not_matched(example):
    example["person"]["phones"] = [{}] * 10_000
    assert len(schema_problems(example)) == 100
    example["person"]["phones"] = []
    example["person"]["addresses"][0]["street"] = "а " * 500_000
    (problem,) = schema_problems(example)
    assert problem.rule == "format"


DOCUMENT = EXAMPLE_REQUEST["person"]["documents"][0]
ADDRESS = EXAMPLE_REQUEST["person"]["addresses"][0]
PHONE = EXAMPLE_REQUEST["person"]["phones"][0]
ID_CARD = {
    "type": "NATIONAL_ID",
    "number": "123456789",
    "issued_by": "8012",
    "issued_at": "2016-01-01",
    "expiration_date": "2030-01-01",
}
PASSPORT = {"type": "PASSPORT", "number": "АВ123456", "issued_by": "РВ", "issued_at": "2016-01-01"}
ADULT = {"birth_date": "2000-01-01", "unzr": "20000101-00011"}
REFUSED_TAX_ID = {"no_tax_id": True}

RULES = {
    "no tax id at fourteen": (
        {**ADULT, "tax_id": ...},
        "$.person.tax_id",
        "Only persons who refused the tax_id could be without tax_id",
    ),
    "a refused tax id that is there": (
        REFUSED_TAX_ID,
        "$.person.tax_id",
        "Persons who refused the tax_id should be without tax_id",
    ),
    "unzr of another day": ({"unzr": "20150706-00011"}, "$.person.unzr", "Birthdate or unzr is not correct"),
    "id card without unzr": (
        {"documents": [DOCUMENT, ID_CARD], "unzr": ...},
        "$.person",
        "unzr is mandatory for document type NATIONAL_ID",
    ),
    "a child without a birth certificate": (
        {"documents": [PASSPORT]},
        "$.person.documents",
        "Must contain required item.",
    ),
    "a certificate number with a line break": (
        {"documents": [{**DOCUMENT, "number": "АМ123456\n"}]},
        "$.person.documents.[0].number",
        "Birth certificate number is not valid",
    ),
    "two documents of one type": (
        {"documents": [DOCUMENT, DOCUMENT]},
        "$.person.documents.[1].type",
        "No duplicate values.",
    ),
    "two phones of one type": ({"phones": [PHONE, PHONE]}, "$.person.phones.[1].type", "No duplicate values."),
    "old and new passport": (
        {"documents": [DOCUMENT, PASSPORT, ID_CARD]},
        "$.person.documents",
        "Person can have only new passport NATIONAL_ID or old PASSPORT",
    ),
    "issued tomorrow": (
        {"documents": [{**DOCUMENT, "issued_at": "2026-03-02"}]},
        "$.person.documents.[0].issued_at",
        "Document issued date should be in the past",
    ),
    "issued before birth": (
        {"documents": [{**DOCUMENT, "issued_at": "2015-07-04"}]},
        "$.person.documents.[0].issued_at",
        "Document issued date should greater than person.birth_date",
    ),
    "expiration not told": (
        {"documents": [DOCUMENT, {**PASSPORT, "type": "REFUGEE_CERTIFICATE"}]},
        "$.person.documents.[1].expiration_date",
        "expiration_date is mandatory for document_type REFUGEE_CERTIFICATE",
    ),
    "expired yesterday": (
        {"documents": [DOCUMENT, {**ID_CARD, "expiration_date": "2026-02-28"}]},
        "$.person.documents.[1].expiration_date",
        "Document expiration_date should be in the future",
    ),
    "no residence": (
        {"addresses": [{**ADDRESS, "type": "REGISTRATION"}]},
        "$.addresses",
        "Addresses with type RESIDENCE should be present",
    ),
    "two residences": (
        {"addresses": [ADDRESS, ADDRESS]},
        "$.addresses",
        "Single address of type 'RESIDENCE' is required, got: 2",
    ),
    "born tomorrow": ({"birth_date": "2026-03-02"}, "$.birth_date", "Invalid birth date"),
    "born in the nineteenth century": ({"birth_date": "1875-01-01"}, "$.birth_date", "Invalid birth date"),
    "another person's method": (
        {"authentication_methods": [{"type": "THIRD_PERSON", "value": "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e60"}]},
        "$.person.authentication_methods.[0].value",
        "Authentication method value should be the confidant person",
    ),
    "gender": ({"gender": "OTHER"}, "$.person.gender", "value is not allowed in enum"),
    "country": (
        {"addresses": [{**ADDRESS, "country": "XX"}]},
        "$.person.addresses.[0].country",
        "value is not allowed in enum",
    ),
    "street type": (
        {"addresses": [{**ADDRESS, "street_type": "RUNWAY"}]},
        "$.person.addresses.[0].street_type",
        "value is not allowed in enum",
    ),
    "phone type": ({"phones": [{**PHONE, "type": "FAX"}]}, "$.person.phones.[0].type", "value is not allowed in enum"),
}


def problems(settings=None, **fields):
    person = {name: value for name, value in {**EXAMPLE_REQUEST["person"], **fields}.items() if value is not ...}
    assert not schema_problems({**EXAMPLE_REQUEST, "person": person})
    return person_problems(person, TODAY, settings or SandboxSettings())


@pytest.mark.parametrize("rule", RULES)
def test_a_business_rule_reads_as_the_platform_writes_it(rule):
    fields, entry, text = RULES[rule]
    assert (entry, text) in [(problem.entry, problem.description) for problem in problems(**fields)]


def test_the_example_breaks_no_rule():
    assert not problems()


@pytest.mark.parametrize(("born", "needed"), [("2012-03-01", True), ("2012-03-02", False)])
def test_the_fourteenth_birthday_asks_for_a_tax_id_and_frees_from_the_certificate(born, needed):
    unzr = f"{born.replace('-', '')}-00011"
    found = {problem.entry for problem in problems(birth_date=born, unzr=unzr, tax_id=..., documents=[PASSPORT])}
    assert found == ({"$.person.tax_id"} if needed else {"$.person.documents"})


def test_documents_and_ages_can_be_limited_by_settings():
    settings = SandboxSettings(registration_document_types=frozenset({"PASSPORT"}))
    assert [problem.description for problem in problems(settings)] == ["Submitted document type is not allowed"]
    settings = SandboxSettings(limit_patient_age=True)
    found = [problem.description for problem in problems(settings, **ADULT)]
    assert "Incorrect person age for such an action" in found


def test_today_is_the_day_of_the_injected_clock(driver, example, refusal):
    driver.clock.time = datetime(2015, 7, 19, 23, 59, tzinfo=UTC)
    driver.knobs({"knob": "reset"})
    assert refusal(driver.validate(example))[2] == "Document issued date should be in the past"
    driver.clock.time += timedelta(minutes=1)
    assert driver.validate(example).status_code == 200
