"""Invented people: registration requests that hold, and requests that somebody meant to do harm with (4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from hypothesis import strategies as st

from ...flow.testing import hostile_json
from ..dictionaries import (
    AddressType,
    DocumentRelationshipType,
    DocumentType,
    Gender,
    PhoneType,
    PreferredWayCommunication,
    SettlementType,
    StreetType,
)

_LETTERS = "".join(sorted(set("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ'-")))
_DIGITS = "0123456789"
_SAFE = "ABCabc" + _LETTERS + _DIGITS

_names_of_people = st.lists(st.text(_LETTERS, min_size=1, max_size=20), min_size=1, max_size=3).map(" ".join)
_names = st.builds(str.__add__, st.sampled_from("Aa№(5Ї_"), st.text(_SAFE + " /,'\"", max_size=30))
_any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
_some_text = _any_text.filter(bool)
_secrets = st.text(_SAFE.replace("'", ""), min_size=6, max_size=20)
_uuids = st.uuids(version=4).map(str)
_days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)).map(date.isoformat)


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text(_DIGITS, min_size=count, max_size=count)


_phones = st.lists(
    st.fixed_dictionaries({"type": st.sampled_from([*PhoneType]).map(str), "number": _digits(10).map("+38{}".format)}),
    min_size=1,
    unique_by=lambda phone: phone["type"],
)
_addresses = st.fixed_dictionaries(
    {
        "type": st.just(str(AddressType.RESIDENCE)),
        "country": st.sampled_from(["UA", "PL"]),
        "area": _names,
        "settlement": _names,
        "settlement_type": st.sampled_from([*SettlementType]).map(str),
        "settlement_id": _uuids,
    },
    optional={
        "region": _names,
        "street_type": st.sampled_from([*StreetType]).map(str),
        "street": _names,
        "building": st.builds(str.__add__, st.sampled_from("19"), st.text("АБє /'-0", max_size=20)),
        "apartment": _any_text,
        "zip": _digits(5),
    },
)
_series = _digits(6).map("АЇ{}".format)
_numbers = {
    DocumentType.PASSPORT: _series,
    DocumentType.BIRTH_CERTIFICATE: st.text("AЖ№/()-09", min_size=2, max_size=25),
    DocumentType.REFUGEE_CERTIFICATE: _series,
    DocumentType.TEMPORARY_CERTIFICATE: _digits(9),
}


@st.composite
def _documents(draw: st.DrawFn, born: str) -> list[dict[str, Any]]:
    kinds = draw(st.lists(st.sampled_from(sorted(_numbers)), min_size=1, unique=True))
    return [
        {
            "type": kind.value,
            "number": draw(_numbers[kind]),
            "issued_by": draw(_some_text),
            "issued_at": max(draw(_days), born),
            "expiration_date": draw(_days),
        }
        for kind in kinds
    ]


_relationships = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from([*DocumentRelationshipType]).map(str), "number": _some_text},
        optional={"issued_by": _some_text, "issued_at": _days},
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def persons(draw: st.DrawFn) -> dict[str, Any]:
    """Give patients as JSON: the form is right, and whether it holds on a day is for `rules_on` to say."""
    born, confidant = draw(_days), draw(_uuids)
    taxed = draw(st.booleans())
    method = {"type": "THIRD_PERSON", "value": confidant, "alias": draw(_any_text)}
    optional: dict[str, Any] = {
        "second_name": draw(_names_of_people),
        "email": "a.b+c@example.com",
        "unzr": born.replace("-", "") + "-" + draw(_digits(5)),
        "phones": draw(_phones),
        "authentication_methods": [method],
        "preferred_way_communication": draw(st.sampled_from([*PreferredWayCommunication])).value,
    }
    kept = draw(st.sets(st.sampled_from(sorted(optional))))
    return {
        "first_name": draw(_names_of_people),
        "last_name": draw(_names_of_people),
        "birth_date": born,
        "birth_country": draw(_some_text),
        "birth_settlement": draw(_names),
        "gender": draw(st.sampled_from([*Gender])).value,
        "no_tax_id": not taxed,
        **({"tax_id": draw(_digits(10))} if taxed else {}),
        "secret": draw(_secrets),
        "documents": draw(_documents(born)),
        "addresses": [draw(_addresses)],
        "emergency_contact": {
            "first_name": draw(_names_of_people),
            "last_name": draw(_names_of_people),
            "phones": draw(_phones),
        },
        "confidant_person": {
            "person_id": confidant,
            "relation_type": draw(st.sampled_from(["PRIMARY", "SECONDARY"])),
            "documents_relationship": draw(_relationships),
        },
        **{name: optional[name] for name in kept},
    }


def requests() -> st.SearchStrategy[dict[str, Any]]:
    """Give registration requests as JSON whose form is right."""
    return persons().map(
        lambda person: {"person": person, "patient_signed": True, "process_disclosure_data_consent": True}
    )


@st.composite
def hostile_requests(draw: st.DrawFn, of: Mapping[str, Any]) -> dict[str, Any]:
    """Give the request `of` with anything at all in any one place of it."""
    request = deepcopy(dict(of))
    place: Any = request
    *above, last = draw(st.sampled_from(places_in(request)))
    for step in above:
        place = place[step]
    place[last] = draw(hostile_json)
    return request


def places_in(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the path to every object, list and value within some JSON."""
    found: list[tuple[Any, ...]] = []
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        found.append((*above, name))
        if isinstance(inner, dict | list):
            found += places_in(inner, (*above, name))
    return found
