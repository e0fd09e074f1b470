"""4.1: what the sandbox refuses is refused by the registration request before anyone signs it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.sandbox.rules import person_problems
from esozflow.adapters.sandbox.settings import SandboxSettings
from esozflow.adapters.sandbox.validation import schema_problems
from esozflow.flow import InvalidInput
from esozflow.states.registration import RegistrationRequest, rules_on

from ..sizes import size

TODAY = date(2024, 2, 1)
ABSENT: Any = object()
OTHER_ID = "b075f148-7f93-4fc2-b2ec-2d81b19a9b7b"


def every_field(value: Any = REQUEST, above: str = "") -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(name, str):
            yield above + name
        if isinstance(inner, dict | list):
            yield from every_field(inner, f"{above}{name}.")


def at(path: str, request: Any = REQUEST) -> Any:
    for step in path.split("."):
        request = request[int(step) if step.isdecimal() else step]
    return request


FIELDS = tuple(every_field())


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    request = copy.deepcopy(REQUEST)
    for path, value in changes.items():
        above, _, last = path.rpartition(".")
        place, key = (at(above, request) if above else request), int(last) if last.isdecimal() else last
        if value is ABSENT:
            del place[key]
        else:
            place[key] = value
    return request


# The sandbox is an independent reading of the same sources: what it refuses must never be signed.

SETTINGS = SandboxSettings()
WRONG: tuple[Any, ...] = (
    ABSENT, True, False, 0, 1, 1.5, float("nan"), [], {}, [[]], [{}], {"a": 1},
    "", "a", "Ы", "true", "1", "\0", "Іва\n", "а  б", "--", "2015-07-05\n", "2015-13-01", "20150705", "2024-02-02",
    "0001-01-01", "+380501112233\n", "1234567890\n", "PASSPORT", "NATIONAL_ID", "OTP", "UA", "а@b", "a@b.c", "0",
    "5e1d8c2a-3b4f-0c6d-9a7e-1f2b3c4d5e6f", OTHER_ID.upper(), OTHER_ID, "x" * 256,
)  # fmt: skip


def sandbox_refuses(request: Any, today: date = TODAY) -> bool:
    if schema_problems(request):
        return True
    consents = request["patient_signed"] and request["process_disclosure_data_consent"]
    return bool(not consents or person_problems(request["person"], today, SETTINGS))


def we_refuse(request: Any, today: date = TODAY) -> bool:
    try:
        return bool(rules_on(RegistrationRequest.read(request), today))
    except InvalidInput:
        return True


@pytest.mark.parametrize("field", FIELDS)
def test_what_the_sandbox_refuses_is_refused_here_before_it_is_signed(field: str) -> None:
    for value in WRONG:
        request = changed({field: value})
        if sandbox_refuses(request):
            assert we_refuse(request), value


@given(st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(WRONG)), min_size=1, max_size=3), st.dates())
@settings(max_examples=size(300), deadline=None)
def test_what_is_signed_after_several_changes_is_accepted_by_the_sandbox(
    changes: list[tuple[str, Any]], today: date
) -> None:
    request = copy.deepcopy(REQUEST)
    for field, value in changes:
        try:
            place = at(field.rpartition(".")[0], request) if "." in field else request
            if value is ABSENT:
                del place[field.rpartition(".")[2]]
            else:
                place[field.rpartition(".")[2]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away

    if not we_refuse(request, today):
        assert not sandbox_refuses(json.loads(RegistrationRequest.read(request).to_signed_json()), today)


CERTIFICATE = REQUEST["person"]["documents"][0]
HOME = REQUEST["person"]["addresses"][0]
PHONE = REQUEST["person"]["phones"][0]
PASSPORT = {**CERTIFICATE, "type": "PASSPORT"}
CARD = {**CERTIFICATE, "type": "NATIONAL_ID", "number": "123456789", "expiration_date": "2030-01-01"}


@pytest.mark.parametrize(
    ("changes", "today"),
    [
        ({"documents": [CERTIFICATE, CERTIFICATE]}, TODAY),
        ({"documents": [PASSPORT]}, TODAY),
        ({"documents": [CERTIFICATE, PASSPORT, CARD]}, TODAY),
        ({"documents": [CERTIFICATE, CARD], "unzr": ABSENT}, TODAY),
        ({"documents": [CERTIFICATE, {**CARD, "expiration_date": "2024-01-31"}]}, TODAY),
        ({"documents.0.issued_at": "2015-07-04"}, TODAY),
        ({"phones": [PHONE, PHONE]}, TODAY),
        ({"addresses": [HOME, HOME]}, TODAY),
        ({"addresses": [{**HOME, "type": "REGISTRATION"}]}, TODAY),
        ({"no_tax_id": True}, TODAY),
        ({"tax_id": ABSENT}, date(2029, 7, 5)),
        ({"unzr": "20150706-00011"}, TODAY),
        ({}, date(2015, 7, 4)),
        ({}, date(2166, 7, 5)),
    ],
)
def test_both_refuse_the_same_broken_rule(changes: dict[str, Any], today: date) -> None:
    request = changed({f"person.{path}": value for path, value in changes.items()})

    assert sandbox_refuses(request, today)
    assert we_refuse(request, today)


@pytest.mark.parametrize("field", ["person.email", "person.phones", "person.addresses.0.zip"])
def test_a_null_that_the_sandbox_refuses_is_read_as_absent_and_not_signed(field: str) -> None:
    request = changed({field: None})

    assert sandbox_refuses(request)
    assert not sandbox_refuses(json.loads(RegistrationRequest.read(request).to_signed_json()))
