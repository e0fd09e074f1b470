"""4.1: the registration request, field by field and rule by rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

import pytest
from pydantic import model_validator

from esozflow.flow import InvalidInput, Problem, UsageError, Value
from esozflow.states import dictionaries
from esozflow.states.dictionaries import UKRAINIAN_NAMES_OF_OURS, DocumentType, Entry, Gender, PhoneType
from esozflow.states.formats import MOST_ITEMS, TAX_ID, Items
from esozflow.states.person import DOCUMENT_NUMBERS, Document, Phone
from esozflow.states.registration import RegistrationRequest, rules_on
from esozflow.states.rules import RULES, RULES_OF_OURS, Broken, refuse

from ..people import ABSENT, CONFIDANT_ID, EXAMPLE_REQUEST, PATIENT_BORN, TODAY, example_request

OPTIONAL = {
    "person.second_name",
    "person.email",
    "person.tax_id",
    "person.unzr",
    "person.phones",
    "person.authentication_methods",
    "person.preferred_way_communication",
    "person.addresses.0.region",
    "person.addresses.0.street_type",
    "person.addresses.0.street",
    "person.addresses.0.building",
    "person.addresses.0.apartment",
    "person.addresses.0.zip",
    "person.emergency_contact.second_name",
    "person.confidant_person.documents_relationship.0.issued_by",
    "person.confidant_person.documents_relationship.0.issued_at",
}
DATES = {
    "person.birth_date",
    "person.documents.0.issued_at",
    "person.documents.0.expiration_date",
    "person.confidant_person.documents_relationship.0.issued_at",
}
SERIES = "АМ123456"
EXPIRES = {"expiration_date": "2030-01-01"}


def fields_of(given: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in given.items() if isinstance(given, dict) else enumerate(given):
        if isinstance(name, str):
            yield f"{above}{name}", value
        if isinstance(value, dict | list):
            yield from fields_of(value, f"{above}{name}.")


FIELDS = dict(fields_of(EXAMPLE_REQUEST))
OBJECTS = ["", *(field for field, value in FIELDS.items() if isinstance(value, dict))]
LISTS = [field for field, value in FIELDS.items() if isinstance(value, list)]


def changed(field: str, value: object) -> dict[str, Any]:
    return example_request(**{field.replace(".", "__"): value})


def problems_of(given: object) -> list[tuple[str, str]]:
    """Path and rule of each problem, which are the same for parsed JSON and for its text."""
    with pytest.raises(InvalidInput) as parsed:
        RegistrationRequest.read(given)
    with pytest.raises(InvalidInput) as text:
        RegistrationRequest.read_json(json.dumps(given))
    assert text.value.problems == parsed.value.problems
    return [(problem.path, problem.rule) for problem in parsed.value.problems]


def accepted(given: object) -> RegistrationRequest:
    request = RegistrationRequest.read(given)
    assert RegistrationRequest.read_json(json.dumps(given)) == request
    return request


def broken_on(day: date, **changes: object) -> list[tuple[str, str]]:
    return [(problem.path, problem.rule) for problem in rules_on(accepted(example_request(**changes)), day)]


def document(kind: str, number: str, **more: str) -> dict[str, str]:
    return {"type": kind, "number": number, "issued_by": "ДРАЦС", "issued_at": "2015-07-20", **more}


# What is signed


def test_the_example_is_accepted_and_signed_as_it_stands() -> None:
    signed = accepted(EXAMPLE_REQUEST).to_signed_json()
    assert signed == json.dumps(EXAMPLE_REQUEST, ensure_ascii=False, separators=(",", ":")).encode()


def test_absent_optionals_are_not_signed() -> None:
    few = EXAMPLE_REQUEST
    for field in OPTIONAL:
        few = changed_in(few, field)
    assert json.loads(accepted(few).to_signed_json()) == few


def changed_in(request: dict[str, Any], field: str) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(request))
    *above, last = [int(step) if step.isdecimal() else step for step in field.split(".")]
    place: Any = copy
    for step in above:
        place = place[step]
    del place[last]
    return copy


@pytest.mark.parametrize("field", sorted(OPTIONAL))
def test_a_null_is_an_absent_optional(field: str) -> None:
    assert accepted(changed(field, None)) == accepted(changed(field, ABSENT))


def test_text_is_neither_normalised_nor_escaped() -> None:
    decomposed = "кв. 5 и\u0306 \U0001f3e0 \u2028"
    signed = accepted(changed("person.addresses.0.apartment", decomposed)).to_signed_json()
    assert decomposed.encode() in signed


def test_it_can_be_made_from_python_values() -> None:
    phone = Phone(type=PhoneType.MOBILE, number="+380501112233")
    assert accepted(EXAMPLE_REQUEST).person.phones == (phone,)


def test_python_values_are_not_converted() -> None:
    with pytest.raises(InvalidInput) as refused:
        Document(type="PASSPORT", number=SERIES, issued_by="ДМС", issued_at="2020-01-01")  # type: ignore[arg-type]
    assert {(problem.path, problem.rule) for problem in refused.value.problems} == {
        ("type", "is_instance_of"),
        ("issued_at", "date_type"),
    }


# The shape


@pytest.mark.parametrize("field", sorted(set(FIELDS) - OPTIONAL))
def test_a_mandatory_field_may_not_be_missing(field: str) -> None:
    assert problems_of(changed(field, ABSENT)) == [(field, "missing")]


@pytest.mark.parametrize("field", sorted(OPTIONAL))
def test_an_optional_field_may_be_missing(field: str) -> None:
    accepted(changed(field, ABSENT))


@pytest.mark.parametrize("above", [*OBJECTS, *(f"{field}.0" for field in LISTS)])
def test_an_unknown_field_is_refused_at_every_level(above: str) -> None:
    field = f"{above}.nonce".lstrip(".")
    assert problems_of(changed(field, "x")) == [(f"{above}.*".lstrip("."), "extra_forbidden")]


@pytest.mark.parametrize("wrong", [5, 5.5, True, [], {}, float("nan")])
@pytest.mark.parametrize("field", [field for field, value in FIELDS.items() if isinstance(value, str)])
def test_only_text_stands_where_text_is_due(field: str, wrong: object) -> None:
    rule = "date_type" if field in DATES else "string_type"
    assert (field, rule) in problems_of(changed(field, wrong))


@pytest.mark.parametrize("wrong", [0, 1, "true", "yes", None, [], {}])
@pytest.mark.parametrize("field", ["person.no_tax_id", "patient_signed", "process_disclosure_data_consent"])
def test_only_a_boolean_stands_where_a_boolean_is_due(field: str, wrong: object) -> None:
    assert problems_of(changed(field, wrong)) == [(field, "bool_type")]


@pytest.mark.parametrize("wrong", ["x", 1, {}, True])
@pytest.mark.parametrize("field", LISTS)
def test_only_a_list_stands_where_a_list_is_due(field: str, wrong: object) -> None:
    assert problems_of(changed(field, wrong)) == [(field, "tuple_type")]


@pytest.mark.parametrize("field", [field for field in LISTS if field not in OPTIONAL])
def test_a_mandatory_list_holds_something(field: str) -> None:
    assert problems_of(changed(field, [])) == [(field, "too_short")]


@pytest.mark.parametrize("field", [field for field in LISTS if field in OPTIONAL])
def test_an_optional_list_may_be_empty_and_is_signed_as_such(field: str) -> None:
    given = changed(field, [])
    assert json.loads(accepted(given).to_signed_json()) == given


@pytest.mark.parametrize("field", LISTS)
def test_a_long_list_is_refused_as_a_whole(field: str) -> None:
    assert problems_of(changed(field, [0] * (MOST_ITEMS + 1))) == [(field, "too_long")]
    assert len(problems_of(changed(field, [0] * MOST_ITEMS))) == MOST_ITEMS


@pytest.mark.parametrize("field", [*OBJECTS[1:], *(f"{field}.0" for field in LISTS)])
def test_only_an_object_stands_where_an_object_is_due(field: str) -> None:
    assert problems_of(changed(field, "x")) == [(field, "model_type")]


@pytest.mark.parametrize("given", [b"", "{", "nul", b"\xff", "[" * 10_000, '{"person":"\\ud800"}'])
def test_what_is_not_json_is_refused(given: str | bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        RegistrationRequest.read_json(given)
    assert [(problem.path, problem.rule) for problem in refused.value.problems] == [("", "json_invalid")]


def test_all_problems_are_reported_at_once() -> None:
    wrong = example_request(
        person__first_name="",
        person__documents__0__number="$$",
        person__addresses__0__zip="1",
        person__confidant_person__person_id="x",
        patient_signed=False,
    )
    assert problems_of(wrong) == [
        ("person.first_name", "string_too_short"),
        ("person.documents.0.number", "birth_certificate_number_invalid"),
        ("person.addresses.0.zip", "zip_format"),
        ("person.confidant_person.person_id", "uuid_format"),
        ("patient_signed", "consent_required"),
    ]


# The formats

PERSON_NAMES = [
    "person.first_name",
    "person.last_name",
    "person.second_name",
    "person.emergency_contact.first_name",
    "person.emergency_contact.last_name",
    "person.emergency_contact.second_name",
]
NAMES = [
    "person.birth_settlement",
    "person.addresses.0.area",
    "person.addresses.0.region",
    "person.addresses.0.settlement",
    "person.addresses.0.street",
]
UUIDS = [
    "person.addresses.0.settlement_id",
    "person.authentication_methods.0.value",
    "person.confidant_person.person_id",
]
PHONES = ["person.phones.0.number", "person.emergency_contact.phones.0.number"]
CODES = [
    "person.gender",
    "person.documents.0.type",
    "person.addresses.0.type",
    "person.addresses.0.settlement_type",
    "person.addresses.0.street_type",
    "person.phones.0.type",
    "person.authentication_methods.0.type",
    "person.preferred_way_communication",
    "person.emergency_contact.phones.0.type",
    "person.confidant_person.relation_type",
    "person.confidant_person.documents_relationship.0.type",
]


@pytest.mark.parametrize("field", PERSON_NAMES)
@pytest.mark.parametrize("name", ["Ї", "Анна-Марія", "Ґалаґан Сан", "Мар'яна", "-", "Ж" * 255])
def test_a_person_name_is_ukrainian_letters_apostrophes_hyphens_and_single_spaces(field: str, name: str) -> None:
    accepted(changed(field, name))


@pytest.mark.parametrize("field", PERSON_NAMES)
@pytest.mark.parametrize(
    "name", ["Mark", "Мaрко", "Ыван", "Элла", "Марко2", "Мар’яна", " Марко", "Марко ", "Марко\n", "Ан  на", "О@", "."]
)
def test_a_person_name_of_other_characters_is_refused(field: str, name: str) -> None:
    assert problems_of(changed(field, name)) == [(field, "person_name_format")]


@pytest.mark.parametrize("field", [*PERSON_NAMES, "person.birth_country", "person.birth_settlement"])
def test_a_name_has_1_to_255_characters(field: str) -> None:
    accepted(changed(field, "Ж"))
    accepted(changed(field, "Ж" * 255))
    assert problems_of(changed(field, "Ж" * 256)) == [(field, "string_too_long")]
    assert problems_of(changed(field, "")) == [(field, "string_too_short")]


@pytest.mark.parametrize("field", NAMES)
@pytest.mark.parametrize("name", ["Kyiv", "№5", "(Стара) Вулиця, 3/5", "1 Травня", '"Х"', "_", "*"])
def test_a_name_starts_with_a_letter_a_digit_or_a_listed_sign(field: str, name: str) -> None:
    accepted(changed(field, name))


@pytest.mark.parametrize("field", [*NAMES, "person.secret"])
@pytest.mark.parametrize(
    "name",
    [" Вінниця", "'Вінниця", "Вінниця\n", "Він\nниця", "Вінницы", "Вінниця&", "\nВінниця", "+Вінниця", "^Вінниця"],
)
def test_a_name_with_a_forbidden_sign_is_refused(field: str, name: str) -> None:
    assert problems_of(changed(field, name)) == [(field, "name_format")]


@pytest.mark.parametrize(
    ("secret", "rule"),
    [("5" * 5, "string_too_short"), ("6" * 6, None), ("к" * 20, None), ("к" * 21, "string_too_long")],
)
def test_a_secret_has_6_to_20_characters(secret: str, rule: str | None) -> None:
    if rule is None:
        accepted(changed("person.secret", secret))
    else:
        assert problems_of(changed("person.secret", secret)) == [("person.secret", rule)]


@pytest.mark.parametrize("field", UUIDS)
@pytest.mark.parametrize(
    "wrong",
    ["", "x", CONFIDANT_ID.upper(), CONFIDANT_ID + "\n", "5e1d8c2a3b4f4c6d9a7e1f2b3c4d5e6f", CONFIDANT_ID[:-1] + "٣"],
)
def test_an_id_is_a_lower_case_uuid(field: str, wrong: str) -> None:
    assert problems_of(changed(field, wrong)) == [(field, "uuid_format")]


@pytest.mark.parametrize("field", PHONES)
@pytest.mark.parametrize(
    "wrong", ["", "0501112233", "+38050111223", "+3805011122334", "+380501112233\n", "+38050111223٣"]
)
def test_a_phone_is_plus_38_and_ten_digits(field: str, wrong: str) -> None:
    assert problems_of(changed(field, wrong)) == [(field, "phone_number_format")]


@pytest.mark.parametrize("field", CODES)
@pytest.mark.parametrize("wrong", ["", "male", "PAPER", "MALE\n", "\ud800"])
def test_a_code_stands_in_its_dictionary(field: str, wrong: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        RegistrationRequest.read(changed(field, wrong))
    found = {(problem.path, problem.rule) for problem in refused.value.problems}
    assert (field, "text_character" if wrong == "\ud800" else "enum") in found


@pytest.mark.parametrize(
    ("field", "rule", "wrong"),
    [
        *(
            ("person.tax_id", "tax_id_format", x)
            for x in ["", "123456789", "12345678901", "123456789а", "4218901133\n"]
        ),
        *(("person.unzr", "unzr_format", x) for x in ["", "2015070500011", "20150705-0001", "20150705-00011\n"]),
        *(("person.addresses.0.zip", "zip_format", x) for x in ["", "2100", "210000", "2100a", "21000\n"]),
        *(("person.addresses.0.country", "country_format", x) for x in ["", "ua", "UKR", "УА", "UA\n"]),
        *(
            ("person.addresses.0.building", "building_format", x)
            for x in ["", "0", "А1", "1ы", "1Ё", "15\n", "1" * 22, "1b"]
        ),
        *(
            ("person.email", "email_format", x)
            for x in ["", "a", "a@b", "@b.ua", "a@b.ua\n", "a b@c.ua", "a@b..ua", "а@б.укр", "a@b.u", ".a@b.ua"]
        ),
    ],
)
def test_a_field_keeps_to_its_format(field: str, rule: str, wrong: str) -> None:
    assert problems_of(changed(field, wrong)) == [(field, rule)]


@pytest.mark.parametrize("building", ["1", "15", "15/2 А", "1" * 21, "9-є'ї"])
def test_a_building_starts_with_a_digit_and_has_at_most_20_more_characters(building: str) -> None:
    accepted(changed("person.addresses.0.building", building))


def test_an_email_has_at_most_255_characters() -> None:
    accepted(changed("person.email", "a" * 248 + "@b.c.ua"))
    assert problems_of(changed("person.email", "a" * 249 + "@b.c.ua")) == [("person.email", "string_too_long")]


@pytest.mark.parametrize("field", sorted(DATES))
@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        *((x, "date_format") for x in ["", "20150705", "2015-7-5", "05.07.2015", "2015-07-05\n", "2015-W10-1"]),
        *((x, "date_format") for x in ["2015-07-05T00:00:00", "٢٠١٥-٠٧-٠٥", "now"]),
        *((x, "date_existence") for x in ["2015-02-29", "2015-13-01", "0000-01-01"]),
    ],
)
def test_a_date_is_an_existing_day_in_iso_8601(field: str, wrong: str, rule: str) -> None:
    assert problems_of(changed(field, wrong)) == [(field, rule)]


def test_a_moment_is_not_a_date() -> None:
    with pytest.raises(InvalidInput, match="date_type"):
        RegistrationRequest.read(changed("person.birth_date", datetime(2015, 7, 5)))


def test_a_python_date_may_be_read() -> None:
    assert RegistrationRequest.read(changed("person.birth_date", PATIENT_BORN)) == accepted(EXAMPLE_REQUEST)


@pytest.mark.parametrize("text", ["\0", "а\0", "\ud800", "х\udfff"])
@pytest.mark.parametrize(
    "field",
    [field for field, value in FIELDS.items() if isinstance(value, str) and field not in DATES],
)
def test_what_cannot_be_sent_is_refused_everywhere(field: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        RegistrationRequest.read(changed(field, text))
    assert (field, "text_character") in {(problem.path, problem.rule) for problem in refused.value.problems}


@pytest.mark.parametrize(
    "field", ["person.documents.0.issued_by", "person.confidant_person.documents_relationship.0.issued_by"]
)
def test_an_issuer_is_named(field: str) -> None:
    assert problems_of(changed(field, "")) == [(field, "string_too_short")]


def test_a_relationship_document_has_a_number() -> None:
    field = "person.confidant_person.documents_relationship.0.number"
    assert problems_of(changed(field, "")) == [(field, "string_too_short")]


# Documents


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("PASSPORT", SERIES),
        ("COMPLEMENTARY_PROTECTION_CERTIFICATE", SERIES),
        ("REFUGEE_CERTIFICATE", SERIES),
        ("NATIONAL_ID", "123456789"),
        ("BIRTH_CERTIFICATE", "1-АМ№(123)/4"),
        ("BIRTH_CERTIFICATE", "AM"),
        ("BIRTH_CERTIFICATE", "A" * 25),
        ("BIRTH_CERTIFICATE_FOREIGN", "ABC-123"),
        ("TEMPORARY_PASSPORT", "ТП12"),
        ("PERMANENT_RESIDENCE_PERMIT", "АМ1234"),
        ("PERMANENT_RESIDENCE_PERMIT", "123456789"),
        ("TEMPORARY_CERTIFICATE", "АМ12345/12345"),
        ("TEMPORARY_CERTIFICATE", "АМ123456"),
    ],
)
def test_each_document_type_has_its_numbers(kind: str, number: str) -> None:
    accepted(example_request(person__documents__0=document(kind, number, **EXPIRES)))


@pytest.mark.parametrize(
    ("kind", "number", "rule"),
    [
        ("PASSPORT", "AM123456", "document_number_format"),
        ("PASSPORT", "ЫМ123456", "document_number_format"),
        ("PASSPORT", "АМ12345", "document_number_format"),
        ("PASSPORT", "АМ123456\n", "document_number_format"),
        ("COMPLEMENTARY_PROTECTION_CERTIFICATE", "123456789", "document_number_format"),
        ("REFUGEE_CERTIFICATE", "123456789", "document_number_format"),
        ("NATIONAL_ID", "12345678", "document_number_format"),
        ("NATIONAL_ID", SERIES, "document_number_format"),
        ("BIRTH_CERTIFICATE", "ам123456", "birth_certificate_number_invalid"),
        ("BIRTH_CERTIFICATE", "Ы1", "birth_certificate_number_invalid"),
        ("BIRTH_CERTIFICATE", "АМ 123", "birth_certificate_number_invalid"),
        ("BIRTH_CERTIFICATE_FOREIGN", "abc", "birth_certificate_number_invalid"),
        ("BIRTH_CERTIFICATE", "A", "string_too_short"),
        ("BIRTH_CERTIFICATE", "A" * 26, "string_too_long"),
        ("TEMPORARY_PASSPORT", "тп12", "document_number_format"),
        ("PERMANENT_RESIDENCE_PERMIT", "АМ123", "document_number_format"),
        ("PERMANENT_RESIDENCE_PERMIT", "АМ1234567", "document_number_format"),
        ("TEMPORARY_CERTIFICATE", "АМ1234/12345", "document_number_format"),
    ],
)
def test_a_number_of_another_form_is_refused(kind: str, number: str, rule: str) -> None:
    given = example_request(person__documents__0=document(kind, number, **EXPIRES))
    assert problems_of(given) == [("person.documents.0.number", rule)]


def test_a_refused_number_says_which_form_its_type_has() -> None:
    with pytest.raises(InvalidInput) as refused:
        accepted(example_request(person__documents__0=document("PASSPORT", "AM123456", **EXPIRES)))
    [problem] = refused.value.problems
    assert problem.params == {"pattern": DOCUMENT_NUMBERS[DocumentType.PASSPORT]}


def test_a_refused_field_with_a_pattern_says_which_it_is() -> None:
    with pytest.raises(InvalidInput) as refused:
        accepted(changed("person.tax_id", "12345"))
    [problem] = refused.value.problems
    assert (problem.path, problem.params) == ("person.tax_id", {"pattern": TAX_ID})


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("NATIONAL_ID", "123456789"),
        ("TEMPORARY_PASSPORT", "ТП12"),
        ("COMPLEMENTARY_PROTECTION_CERTIFICATE", SERIES),
        ("REFUGEE_CERTIFICATE", SERIES),
        ("PERMANENT_RESIDENCE_PERMIT", SERIES),
        ("TEMPORARY_CERTIFICATE", SERIES),
    ],
)
@pytest.mark.parametrize("absent", [{}, {"expiration_date": None}])
def test_a_document_that_expires_says_when(kind: str, number: str, absent: dict[str, Any]) -> None:
    given = example_request(person__documents__0=document(kind, number, **absent))
    assert problems_of(given) == [("person.documents.0.expiration_date", "expiration_date_required")]


@pytest.mark.parametrize("kind", ["PASSPORT", "BIRTH_CERTIFICATE", "BIRTH_CERTIFICATE_FOREIGN"])
def test_other_documents_need_no_expiration_date(kind: str) -> None:
    accepted(example_request(person__documents__0=document(kind, SERIES)))


def test_a_document_of_an_unknown_type_is_reported_once() -> None:
    given = example_request(person__documents__0=document("PAPER", "12"))
    assert problems_of(given) == [("person.documents.0.type", "enum")]


def test_each_document_type_stands_once() -> None:
    twice = [document("PASSPORT", SERIES), document("BIRTH_CERTIFICATE", SERIES), document("PASSPORT", SERIES)]
    assert problems_of(example_request(person__documents=twice)) == [("person.documents.2.type", "duplicate")]


def test_every_repeated_document_is_named() -> None:
    given = example_request(person__documents=[document("PASSPORT", SERIES)] * 3)
    assert problems_of(given) == [("person.documents.1.type", "duplicate"), ("person.documents.2.type", "duplicate")]


def test_old_and_new_passport_exclude_each_other() -> None:
    both = [document("PASSPORT", SERIES), document("NATIONAL_ID", "123456789", **EXPIRES)]
    assert problems_of(example_request(person__documents=both)) == [("person.documents", "passport_and_national_id")]


# Rules across fields


@pytest.mark.parametrize("field", ["patient_signed", "process_disclosure_data_consent"])
def test_both_consents_are_given(field: str) -> None:
    assert problems_of(changed(field, False)) == [(field, "consent_required")]


@pytest.mark.parametrize("field", ["person.phones", "person.emergency_contact.phones"])
def test_each_phone_type_stands_once(field: str) -> None:
    mobile, land = ({"type": kind, "number": "+380501112233"} for kind in ("MOBILE", "LAND_LINE"))
    accepted(changed(field, [mobile, land]))
    assert problems_of(changed(field, [mobile, land, mobile])) == [(f"{field}.2.type", "duplicate")]


def test_exactly_one_address_is_the_residence() -> None:
    residence = EXAMPLE_REQUEST["person"]["addresses"][0]
    registration = {**residence, "type": "REGISTRATION"}
    accepted(example_request(person__addresses=[residence, registration]))
    for listed, rule in (
        ([registration], "residence_missing"),
        ([residence, registration, residence], "residence_repeated"),
    ):
        assert problems_of(example_request(person__addresses=listed)) == [("person.addresses", rule)]


def test_who_refused_a_tax_id_has_none() -> None:
    accepted(example_request(person__no_tax_id=True, person__tax_id=ABSENT))
    assert problems_of(example_request(person__no_tax_id=True)) == [("person.tax_id", "tax_id_refused_but_given")]


def test_an_unzr_begins_with_the_birth_date() -> None:
    assert problems_of(changed("person.unzr", "20150706-00011")) == [("person.unzr", "unzr_birth_date")]


def test_a_national_id_needs_an_unzr() -> None:
    cards = [document("NATIONAL_ID", "123456789", **EXPIRES)]
    accepted(example_request(person__documents=cards))
    given = example_request(person__documents=cards, person__unzr=ABSENT)
    assert problems_of(given) == [("person.unzr", "unzr_required")]


def test_a_document_is_not_issued_before_birth() -> None:
    accepted(changed("person.documents.0.issued_at", "2015-07-05"))
    given = changed("person.documents.0.issued_at", "2015-07-04")
    assert problems_of(given) == [("person.documents.0.issued_at", "issued_before_birth")]


@pytest.mark.parametrize("method", ["OTP", "OFFLINE", "NA"])
def test_only_a_third_person_can_be_named_as_authentication_method(method: str) -> None:
    field = "person.authentication_methods.0.type"
    assert problems_of(changed(field, method)) == [(field, "third_person_only")]


def test_the_third_person_is_the_confidant() -> None:
    field = "person.authentication_methods.0.value"
    given = changed(field, "b075f148-7f93-4fc2-b2ec-2d81b19a9b7b")
    assert problems_of(given) == [(field, "third_person_not_confidant")]


# Rules that need the day


def test_the_example_holds_on_its_day() -> None:
    request = accepted(EXAMPLE_REQUEST)
    assert rules_on(request, TODAY, signed_in_person_id=CONFIDANT_ID) == ()
    request.check(today=TODAY)


def test_a_check_raises_what_the_day_shows() -> None:
    with pytest.raises(InvalidInput) as refused:
        accepted(EXAMPLE_REQUEST).check(today=date(2015, 7, 1), signed_in_person_id="someone else")
    assert [(problem.path, problem.rule) for problem in refused.value.problems] == [
        ("person.birth_date", "birth_date_invalid"),
        ("person.documents.0.issued_at", "issued_in_future"),
        ("person.confidant_person.person_id", "confidant_not_signer"),
    ]
    assert str(refused.value).startswith("RegistrationRequest is not valid: person.birth_date: birth_date_invalid;")


def test_a_day_has_no_time() -> None:
    with pytest.raises(UsageError) as refused:
        rules_on(accepted(EXAMPLE_REQUEST), datetime(2024, 2, 1))
    assert str(refused.value) == (
        "A moment was given where a day is needed. [day_needed] "
        "Pass the date in Kyiv: datetime.now(ZoneInfo('Europe/Kyiv')).date()."
    )


def test_a_patient_may_be_born_today_but_not_tomorrow() -> None:
    newborn = {"person__documents__0__issued_at": "2015-07-05"}
    assert broken_on(PATIENT_BORN, **newborn) == []
    assert ("person.birth_date", "birth_date_invalid") in broken_on(date(2015, 7, 4), **newborn)


def test_nobody_is_older_than_150() -> None:
    old = {"person__birth_date": "1870-07-05", "person__unzr": ABSENT}
    assert broken_on(date(2021, 7, 4), **old) == []
    assert broken_on(date(2021, 7, 5), **old) == [("person.birth_date", "birth_date_invalid")]


def test_from_14_a_tax_id_is_due_or_refused() -> None:
    eve, birthday = date(2029, 7, 4), date(2029, 7, 5)
    assert broken_on(eve, person__tax_id=ABSENT) == []
    assert broken_on(birthday, person__tax_id=ABSENT) == [("person.tax_id", "tax_id_required")]
    assert broken_on(birthday, person__tax_id=ABSENT, person__no_tax_id=True) == []
    assert broken_on(birthday) == []


def test_a_leap_day_child_is_14_on_the_first_of_march() -> None:
    born = {"person__birth_date": "2012-02-29", "person__unzr": ABSENT, "person__tax_id": ABSENT}
    assert broken_on(date(2026, 2, 28), **born) == []
    assert broken_on(date(2026, 3, 1), **born) == [("person.tax_id", "tax_id_required")]


@pytest.mark.parametrize("kind", ["BIRTH_CERTIFICATE", "BIRTH_CERTIFICATE_FOREIGN"])
def test_under_14_a_birth_certificate_is_due(kind: str) -> None:
    passport = {"person__documents": [document("PASSPORT", SERIES)]}
    request = accepted(example_request(**passport))
    (problem,) = rules_on(request, date(2029, 7, 4))
    assert (problem.path, problem.rule) == ("person.documents", "birth_certificate_required")
    assert problem.params == {"needed": "BIRTH_CERTIFICATE"}
    assert rules_on(request, date(2029, 7, 5)) == ()
    certificate = [document("PASSPORT", SERIES), document(kind, SERIES)]
    assert broken_on(date(2029, 7, 4), person__documents=certificate) == []


def test_a_document_may_be_issued_today_but_not_tomorrow() -> None:
    assert broken_on(date(2015, 7, 20)) == []
    assert broken_on(date(2015, 7, 19)) == [("person.documents.0.issued_at", "issued_in_future")]


def test_a_document_holds_on_its_last_day_and_not_after() -> None:
    expires = {"person__documents__0__expiration_date": "2024-02-01"}
    assert broken_on(date(2024, 2, 1), **expires) == []
    assert broken_on(date(2024, 2, 2), **expires) == [("person.documents.0.expiration_date", "expired")]


# What is never shown


def test_neither_text_nor_representation_shows_personal_data() -> None:
    request = accepted(EXAMPLE_REQUEST)
    person = request.person
    phone = person.emergency_contact.phones[0]
    for value in (request, person, *person.documents, *person.addresses, person.confidant_person, phone):
        name = type(value).__name__
        assert (repr(value), str(value), f"{value}") == (f"{name}()", "", "")


def test_problems_never_repeat_a_value() -> None:
    marker = "ТАЄМНИЦЯ@"
    for field in (field for field, value in FIELDS.items() if isinstance(value, str)):
        if field.endswith(("apartment", "alias", "birth_country", "issued_by", "documents_relationship.0.number")):
            continue
        with pytest.raises(InvalidInput) as refused:
            RegistrationRequest.read(changed(field, marker))
        assert marker not in f"{refused.value!r} {refused.value} {refused.value.problems}"
        assert refused.value.__context__ is None


# The tables


def test_our_own_rules_stand_in_the_table() -> None:
    assert set(RULES) >= RULES_OF_OURS
    assert all(code.isascii() and code.replace("_", "").isalnum() and code.islower() for code in RULES)


def test_texts_of_the_platform_are_kept_to_the_letter() -> None:
    assert RULES["tax_id_required"] == "Only persons who refused the tax_id could be without tax_id"
    assert RULES["issued_before_birth"] == "Document issued date should greater than person.birth_date"
    assert RULES["unzr_birth_date"] == "Birthdate or unzr is not correct"


@pytest.mark.parametrize("dictionary", Entry.__subclasses__(), ids=lambda found: found.__name__)
def test_each_entry_of_a_dictionary_is_its_code_and_has_two_names(dictionary: type[Entry]) -> None:
    for entry in dictionary:
        assert isinstance(entry, Entry)
        assert json.dumps(entry) == f'"{entry.value}"'
        assert dictionary(entry.value) is entry  # type: ignore[call-arg]
        assert entry.uk
        assert entry.en.isascii()


def test_the_dictionaries_have_the_published_sizes_and_names() -> None:
    assert len(dictionaries.StreetType) == 42
    assert Gender.FEMALE.uk == "жіноча"
    assert DocumentType.NATIONAL_ID.uk == "Біометричний паспорт громадянина України"
    assert Gender.FEMALE not in UKRAINIAN_NAMES_OF_OURS
    assert DocumentType.BIRTH_CERTIFICATE_FOREIGN in UKRAINIAN_NAMES_OF_OURS


class Wanted(Value):
    """A form of its own that breaks a rule with a parameter, and one that holds a list."""

    some: Annotated[tuple[int, ...], Items] = ()
    broken: bool = False

    @model_validator(mode="after")
    def _breaks(self) -> Wanted:
        refuse([Broken("birth_certificate_required", ("documents", 0), {"needed": "PASSPORT"})] if self.broken else [])
        return self


def test_a_broken_rule_is_told_at_its_place_with_its_parameters() -> None:
    with pytest.raises(InvalidInput) as refused:
        Wanted(broken=True)
    assert refused.value.problems == (
        Problem(path="documents.0", rule="birth_certificate_required", params={"needed": "PASSPORT"}),
    )


def test_a_list_is_read_from_json_and_refused_by_the_constructor() -> None:
    assert Wanted.read({"some": [1]}) == Wanted.read_json('{"some": [1]}') == Wanted(some=(1,))
    with pytest.raises(InvalidInput, match="some: tuple_type"):
        Wanted(some=[1])  # type: ignore[arg-type]
