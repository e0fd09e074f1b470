"""4.1: the registration request, field by field and rule by rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from esozflow.flow import InvalidInput, Problem, UsageError
from esozflow.states.dictionaries import UKRAINIAN_NAMES_OF_OURS, DocumentType, Entry, Gender, PhoneType
from esozflow.states.formats import MOST_ITEMS
from esozflow.states.person import NEVER_EXPIRING, Document, Phone
from esozflow.states.registration import RegistrationRequest, rules_on
from esozflow.states.rules import RULES, RULES_OF_OURS

from tests.people import ABSENT, CONFIDANT_ID, EXAMPLE_REQUEST, PATIENT_BORN, TODAY, example_request

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


def fields_of(given: Any, above: str = "") -> Iterator[str]:
    for name, value in given.items() if isinstance(given, dict) else enumerate(given):
        if isinstance(name, str):
            yield f"{above}{name}"
        if isinstance(value, dict | list):
            yield from fields_of(value, f"{above}{name}.")


FIELDS = sorted(fields_of(EXAMPLE_REQUEST))
TEXTS = [
    field
    for field in FIELDS
    if field.rpartition(".")[2] not in {"no_tax_id", "patient_signed", "process_disclosure_data_consent"}
    and isinstance(next(v for k, v in [(field, json.loads(json.dumps(EXAMPLE_REQUEST)))] if k), dict)
]


def value_at(field: str) -> Any:
    place: Any = EXAMPLE_REQUEST
    for step in field.split("."):
        place = place[int(step) if step.isdecimal() else step]
    return place


TEXTS = [field for field in FIELDS if isinstance(value_at(field), str)]
ONE_RULE = [field for field in FIELDS if isinstance(value_at(field), dict | list)]


def changed(field: str, value: object) -> dict[str, Any]:
    return example_request(**{field.replace(".", "__"): value})


def problems_of(given: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        RegistrationRequest.read(given)
    as_read = refused.value.problems
    with pytest.raises(InvalidInput) as refused:
        RegistrationRequest.read_json(json.dumps(given))
    assert refused.value.problems == as_read
    return [(problem.path, problem.rule) for problem in as_read]


def problems_on(day: date, **changes: object) -> list[tuple[str, str]]:
    request = RegistrationRequest.read(example_request(**changes))
    return [(problem.path, problem.rule) for problem in rules_on(request, day)]
