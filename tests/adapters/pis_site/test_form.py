"""The registration form: from what was typed to the request, and from its problems to the fields."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esozflow.adapters.demo.pis_site import form
from esozflow.adapters.demo.pis_site.form import FIELDS, SECTIONS, Kind
from esozflow.flow import InvalidInput, Problem
from esozflow.states import RegistrationRequest, render
from esozflow.states.texts import DICTIONARIES

from ...people import CONFIDANT_ID, EXAMPLE_REQUEST, TODAY, example_request

EXAMPLE = form.entered_from(EXAMPLE_REQUEST)
CHECKBOXES = {name for name, field in FIELDS.items() if field.kind is Kind.CHECKBOX}
OPTIONAL_PARTS = ("person.phones.0", "person.authentication_methods.0")


def read(typed: form.Entered, today: date = TODAY, person: str = CONFIDANT_ID) -> RegistrationRequest:
    return form.read(typed, today=today, signed_in_person_id=person)


def refused(typed: form.Entered, **asked: Any) -> tuple[Problem, ...]:
    try:
        read(typed, **asked)
    except InvalidInput as refusal:
        return refusal.problems
    return ()


def problems(**changes: str) -> dict[str, str]:
    """Fill in the example, changed, and give what is wrong: the rule by the field beside which it is shown."""
    found: dict[str, str] = {}
    for problem in refused({**EXAMPLE, **{name.replace("__", "."): value for name, value in changes.items()}}):
        field = form.field_of(problem)
        assert field is not None
        found[field.name] = problem.rule
    return found


def test_the_example_is_typed_and_read_back_to_the_letter() -> None:
    assert json.loads(read(EXAMPLE).to_signed_json()) == EXAMPLE_REQUEST


def test_what_is_typed_is_what_a_browser_sends_back() -> None:
    assert form.entered(EXAMPLE.items()) == EXAMPLE


def test_the_form_has_a_field_for_every_datum_of_the_request() -> None:
    def leaves(schema: dict[str, Any], path: str) -> set[str]:
        found = set()
        for name, field in schema.get("properties", {}).items():
            inner = next((one for one in field.get("anyOf", [field]) if one.get("type") != "null"), field)
            below = resolved(inner)
            if below.get("type") == "array":
                found |= leaves(resolved(below["items"]), f"{path}{name}.0.")
            elif below.get("type") == "object":
                found |= leaves(below, f"{path}{name}.")
            else:
                found.add(path + name)
        return found

    whole = RegistrationRequest.model_json_schema()

    def resolved(one: dict[str, Any]) -> dict[str, Any]:
        return whole["$defs"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one

    assert leaves(whole, "") == set(FIELDS)


def test_a_field_is_marked_optional_exactly_when_it_may_stay_empty() -> None:
    for name, field in FIELDS.items():
        if name in CHECKBOXES or name.startswith(OPTIONAL_PARTS):
            continue
        found = refused({one: value for one, value in EXAMPLE.items() if one != name})
        expected = [] if field.optional else [(name, "missing")]
        assert [(one.path, one.rule) for one in found] == expected


def test_an_optional_part_is_left_out_only_when_nothing_is_in_it() -> None:
    typed = {name: value for name, value in EXAMPLE.items() if not name.startswith(OPTIONAL_PARTS)}
    person = read(typed).person
    assert (person.phones, person.authentication_methods) == (None, None)
    assert problems(person__phones__0__number="") == {"person.phones.0.number": "missing"}
    assert problems(person__authentication_methods__0__value="") == {"person.authentication_methods.0.value": "missing"}


def test_an_empty_form_says_of_each_mandatory_field_that_it_is_missing() -> None:
    found = refused({})
    missing = {problem.path for problem in found if problem.rule == "missing"}
    assert missing == {name for name, field in FIELDS.items() if not field.optional} - CHECKBOXES
    consents = {problem.path for problem in found if problem.rule == "consent_required"}
    assert consents == {"patient_signed", "process_disclosure_data_consent"}
    assert len(found) == len(missing) + len(consents)


def test_a_consent_that_is_not_ticked_is_asked_for_at_its_box() -> None:
    assert problems(patient_signed="") == {"patient_signed": "consent_required"}
    assert problems(process_disclosure_data_consent="") == {"process_disclosure_data_consent": "consent_required"}


def test_a_box_holds_a_tick_or_nothing() -> None:
    assert read({**EXAMPLE, "person.no_tax_id": "on", "person.tax_id": ""}).person.no_tax_id is True
    assert problems(patient_signed="true") == {"patient_signed": "bool_type"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"person__last_name": "Smith"}, {"person.last_name": "person_name_format"}),
        ({"person__birth_date": "2015-02-30"}, {"person.birth_date": "date_existence"}),
        ({"person__birth_date": "05.07.2015"}, {"person.birth_date": "date_format"}),
        ({"person__gender": "OTHER"}, {"person.gender": "enum"}),
        ({"person__secret": "мало"}, {"person.secret": "string_too_short"}),
        ({"person__documents__0__number": "1"}, {"person.documents.0.number": "string_too_short"}),
        ({"person__documents__0__issued_at": "2015-01-01"}, {"person.documents.0.issued_at": "issued_before_birth"}),
        ({"person__documents__0__issued_at": "2024-02-02"}, {"person.documents.0.issued_at": "issued_in_future"}),
        ({"person__documents__0__type": "NATIONAL_ID", "person__documents__0__number": "123456789"},
         {"person.documents.0.expiration_date": "expiration_date_required"}),
        ({"person__documents__0__type": "PASSPORT"}, {"person.documents.0.type": "birth_certificate_required"}),
        ({"person__addresses__0__type": "REGISTRATION"}, {"person.addresses.0.type": "residence_missing"}),
        ({"person__unzr": "20150706-00011"}, {"person.unzr": "unzr_birth_date"}),
        ({"person__no_tax_id": "on"}, {"person.tax_id": "tax_id_refused_but_given"}),
        ({"person__authentication_methods__0__type": "OTP"},
         {"person.authentication_methods.0.type": "third_person_only"}),
        ({"person__authentication_methods__0__value": "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6a"},
         {"person.authentication_methods.0.value": "third_person_not_confidant"}),
        ({"person__birth_date": "2024-02-02", "person__unzr": ""},
         {"person.documents.0.issued_at": "issued_before_birth"}),
    ],
    ids=lambda one: json.dumps(one) if isinstance(one, dict) else None,
)  # fmt: skip
def test_a_broken_rule_is_shown_beside_its_field(changes: dict[str, str], expected: dict[str, str]) -> None:
    assert problems(**changes) == expected


def test_a_confidant_who_is_not_signed_in_is_shown_beside_the_confidant() -> None:
    (problem,) = refused(EXAMPLE, person="5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6a")
    assert (problem.rule, problem.path) == ("confidant_not_signer", "person.confidant_person.person_id")
    assert problem.path in FIELDS


def test_rules_of_today_are_checked_on_the_day_that_is_given() -> None:
    typed = {name: value for name, value in EXAMPLE.items() if name != "person.tax_id"}
    assert refused(typed, today=date(2029, 7, 4)) == ()
    assert [(one.path, one.rule) for one in refused(typed, today=date(2029, 7, 5))] == [
        ("person.tax_id", "tax_id_required")
    ]


def test_a_problem_of_no_field_belongs_to_the_form_as_a_whole() -> None:
    assert form.field_of(Problem(path="", rule="too_deep")) is None
    assert form.field_of(Problem(path="*", rule="extra_forbidden")) is None
    assert form.field_of(Problem(path="person.documents.1.number", rule="missing")) is None


def test_a_value_of_absurd_length_is_refused_at_its_field_before_anything_reads_it() -> None:
    assert problems(person__documents__0__issued_by="і" * 501) == {"person.documents.0.issued_by": "string_too_long"}
    read({**EXAMPLE, "person.documents.0.issued_by": "і" * 500})


def test_fields_that_the_form_does_not_have_are_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidInput) as caught:
        form.entered([*EXAMPLE.items(), ("person.canary", "canary"), ("person.documents.1.number", "1")])
    assert [(one.path, one.rule) for one in caught.value.problems] == [("*", "extra_forbidden")]
    assert "canary" not in str(caught.value)


def test_a_field_that_comes_twice_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        form.entered([*EXAMPLE.items(), ("person.gender", "FEMALE")])
    assert [(one.path, one.rule) for one in caught.value.problems] == [("person.gender", "doubled")]


def test_blanks_around_a_value_do_not_count() -> None:
    typed = form.entered([("person.last_name", "  Садовий \n"), ("person.email", "   ")])
    assert typed == {"person.last_name": "Садовий"}


def test_what_the_form_has_no_field_for_is_left_out_of_it() -> None:
    request = deepcopy(example_request())
    request["person"]["phones"] = []
    request["person"]["emergency_contact"] = None
    typed = form.entered_from(request)
    assert typed == {
        name: value
        for name, value in EXAMPLE.items()
        if not name.startswith(("person.phones", "person.emergency_contact"))
    }


def test_every_field_and_part_has_a_name_for_people_and_every_choice_too() -> None:
    for section in SECTIONS:
        for field in section.fields:
            last = field.name.rpartition(".")[2]
            assert render(field.label) != last, field.name
            assert (field.kind is Kind.CHOICE) == bool(field.choices), field.name
            assert all(render(name) != code for code, name in field.choices.items())
    assert {field.dictionary for field in FIELDS.values() if field.dictionary} == set(DICTIONARIES)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=600)))
def test_whatever_is_typed_it_is_a_request_or_a_problem_at_a_field(typed: dict[str, str]) -> None:
    assert all(form.field_of(problem) for problem in refused(form.entered({**EXAMPLE, **typed}.items())))
