"""4.4, 4.6: the patient's data as they came, read-only; who gives whom which access."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from esozflow.flow import Message
from esozflow.states.answers import MAX_DEPTH, MAX_PARTS
from esozflow.states.flow import auth_ui
from esozflow.states.person_page import groups_of
from esozflow.states.settings import Settings
from esozflow.states.signup import SignUp
from esozflow.states.texts import render

from ..sizes import size

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
objects = st.dictionaries(
    st.text(max_size=8)
    | st.sampled_from(["type", "secret", "gender", "documents", "phones", "confidant_person", "addresses", "name"]),
    st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "secret", "a", "gender"]), inner)
        ),
        max_leaves=15,
    ),
    max_size=6,
)


def shown(person: object) -> list[tuple[str, str, str | tuple[str, dict[str, str]]]]:
    """Give (group, field, value) of every field on the page."""
    groups = groups_of(SignUp(patient=SecretStr(json.dumps(person, ensure_ascii=False))))
    return [
        (
            group.title.params["name"],
            field.label.params["name"],
            field.value if isinstance(field.value, str) else (field.value.code, dict(field.value.params)),
        )
        for group in groups
        for field in group.fields
    ]


def leaves_of(value: Any, name: str = "") -> Iterator[Any]:
    if name == "secret":
        yield "secret"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves_of(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves_of(inner, name)
    elif value is not None:
        yield value


@pytest.mark.asks("4.4.1")
def test_every_datum_of_the_patient_is_shown_in_its_group(examples: SimpleNamespace) -> None:
    def day(year: str, month: str, day: str) -> tuple[str, dict[str, str]]:
        return ("date", {"year": year, "month": month, "day": day})

    def coded(dictionary: str, value: str) -> tuple[str, dict[str, str]]:
        return ("dictionary", {"dictionary": dictionary, "value": value})

    assert shown(examples.patient()) == [
        ("person", "last_name", "Тест"),
        ("person", "first_name", "canary-patient-name"),
        ("person", "second_name", "Тестович"),
        ("person", "birth_date", day("2013", "05", "19")),
        ("person", "gender", coded("GENDER", "FEMALE")),
        ("person", "tax_id", "4218901133"),
        ("person", "patient_signed", ("yes", {})),
        ("person", "process_disclosure_data_consent", ("no", {})),
        ("person", "secret", ("masked", {})),
        ("person", "preferred_way_communication", coded("WAY", "email")),
        ("documents", "type", coded("DOCUMENT_TYPE", "BIRTH_CERTIFICATE")),
        ("documents", "number", "І-БК №123456"),
        ("documents", "issued_at", day("2013", "06", "01")),
        ("documents", "type", coded("DOCUMENT_TYPE", "NATIONAL_ID")),
        ("documents", "number", "001234567"),
        ("addresses", "type", coded("ADDRESS_TYPE", "RESIDENCE")),
        ("addresses", "country", "UA"),
        ("addresses", "settlement_type", coded("SETTLEMENT_TYPE", "CITY")),
        ("addresses", "street_type", coded("STREET_TYPE", "STREET")),
        ("addresses", "zip", "02090"),
        ("phones", "type", coded("PHONE_TYPE", "MOBILE")),
        ("phones", "number", "+380501112233"),
        ("authentication_methods", "type", coded("AUTHENTICATION_METHOD", "THIRD_PERSON")),
        ("authentication_methods", "alias", "мама"),
        ("emergency_contact", "first_name", "Емма"),
        ("emergency_contact", "type", coded("PHONE_TYPE", "LAND_LINE")),
        ("emergency_contact", "number", "+380441112233"),
        ("confidant_person", "relation_type", coded("CONFIDANT_PERSON_TYPE", "PRIMARY")),
        ("confidant_person", "person_id", "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6f"),
        ("documents_relationship", "type", coded("DOCUMENT_RELATIONSHIP_TYPE", "BIRTH_CERTIFICATE")),
        ("documents_relationship", "number", "АА111"),
    ]


def test_a_date_is_shown_as_a_day_and_anything_else_in_its_place_as_it_came() -> None:
    groups = groups_of(SignUp(patient=SecretStr('{"birth_date": "2013-05-19", "documents": [{"issued_at": "soon"}]}')))
    values = [field.value for group in groups for field in group.fields]

    assert isinstance(values[0], Message)
    assert (render(values[0]), render(values[0], "en")) == ("19.05.2013", "2013-05-19")
    assert values[1] == "soon"


def test_what_looks_like_a_date_is_one_only_where_a_date_is_expected() -> None:
    assert shown({"last_name": "2013-05-19"}) == [("person", "last_name", "2013-05-19")]


def test_a_type_is_looked_up_by_the_list_that_holds_it() -> None:
    assert shown({"documents": [{"type": "PASSPORT", "phones": [{"type": "MOBILE"}]}]}) == [
        ("documents", "type", ("dictionary", {"dictionary": "DOCUMENT_TYPE", "value": "PASSPORT"})),
        ("documents", "type", ("dictionary", {"dictionary": "PHONE_TYPE", "value": "MOBILE"})),
    ]


def test_what_is_no_object_is_shown_under_the_name_of_its_group() -> None:
    assert shown({"documents": ["text", ["inner"]]}) == [
        ("documents", "documents", "text"),
        ("documents", "documents", "inner"),
    ]


def test_each_document_of_the_relationship_is_a_group_after_the_confidant() -> None:
    confidant = {"documents_relationship": [{"number": "1"}, "text", {"number": "2"}], "last_name": "Садова"}
    groups = groups_of(SignUp(patient=SecretStr(json.dumps({"confidant_person": confidant}))))

    assert [(group.title.params["name"], group.fields[0].value) for group in groups] == [
        ("confidant_person", "Садова"),
        ("documents_relationship", "1"),
        ("documents_relationship", "text"),
        ("documents_relationship", "2"),
    ]


def test_two_documents_are_two_groups() -> None:
    groups = groups_of(SignUp(patient=SecretStr('{"documents": [{"number": "1"}, {}, {"number": "2"}]}')))

    assert [group.title.params["name"] for group in groups] == ["documents", "documents"]


@pytest.mark.parametrize(
    "secret", ["слово", 5, True, ["слово"], {"value": "слово"}, {"type": {"a": ["слово"]}}, [{"a": "слово"}]]
)
@pytest.mark.parametrize("place", [(), ("documents",), ("confidant_person", "x")])
def test_the_secret_is_masked_whatever_it_is_made_of_and_wherever_it_stands(
    secret: object, place: tuple[str, ...]
) -> None:
    person: object = {"secret": secret}
    for name in reversed(place):
        person = {name: person}

    found = shown(person)

    assert [(name, value) for _, name, value in found] == [("secret", ("masked", {}))]


@pytest.mark.parametrize("documents", ["text", 5, {"number": "1"}, [["a"], "b"], [[]], None, {}])
def test_a_group_of_an_unexpected_shape_is_shown_as_far_as_it_goes(documents: object) -> None:
    values = [value for _, _, value in shown({"documents": documents})]

    assert values == [str(leaf) for leaf in leaves_of(documents)]


@settings(deadline=None, max_examples=size(300))
@given(person=objects)
def test_every_leaf_of_any_json_object_is_shown_once(person: dict[str, Any]) -> None:
    read_back = json.loads(json.dumps(person))

    found = shown(read_back)

    assert len(found) == len(list(leaves_of(read_back)))
    assert all(value != "secret" for _, name, value in found if name == "secret")


@settings(deadline=None, max_examples=size(100))
@given(person=objects)
def test_any_object_that_a_validation_returns_leads_to_a_page(
    examples: SimpleNamespace, person: dict[str, Any]
) -> None:
    flow = auth_ui()
    answer = examples.answered(200, {"person": person, "token": "t"})

    snapshot = examples.at(flow, examples.opened(), answer)

    page = flow.page(snapshot)
    assert page.name == ("confirm" if person else "validation_unavailable")
    assert len([field for group in page.groups for field in group.fields]) <= MAX_PARTS


def test_the_largest_patient_data_make_a_bounded_page() -> None:
    wide: dict[str, Any] = {"documents": [{"number": str(number)} for number in range(MAX_PARTS // 2 - 1)]}
    deep: Any = "x"
    for _ in range(MAX_DEPTH):
        deep = [deep]

    assert len(shown(wide)) == MAX_PARTS // 2 - 1
    assert shown({"a": deep}) == [("person", "a", "x")]


@pytest.mark.asks("4.4.1", "4.4.2")
@pytest.mark.parametrize(("asked", "asks"), [(True, ("otp",)), (False, ())])
def test_the_page_offers_to_accept_or_to_decline_and_nothing_to_edit(
    examples: SimpleNamespace, asked: bool, asks: tuple[str, ...]
) -> None:
    flow = auth_ui(Settings(ask_otp=asked))

    page = flow.page(examples.at(flow, *examples.way_to("confirm", part="auth_ui")))

    assert [(action.label.code, action.event.__name__, action.asks) for action in page.actions] == [
        ("accept_and_proceed", "Confirm", asks),
        ("decline", "Decline", ()),
    ]
    assert page.leads_to is None
    assert page.messages == ()


def consent_fields(examples: SimpleNamespace, *events: Any) -> dict[str, list[tuple[str, object]]]:
    flow = auth_ui()
    page = flow.page(examples.at(flow, *events))
    assert page.name == "consent"
    return {
        group.title.params["name"]: [
            (field.label.params.get("name") or field.label.params["scope"], field.value) for field in group.fields
        ]
        for group in page.groups
    }


@pytest.mark.asks("4.6.3")
def test_the_consent_page_shows_user_client_and_translated_scopes(examples: SimpleNamespace) -> None:
    assert consent_fields(examples, *examples.way_to("consent", part="auth_ui")) == {
        "user": [("full_name", "Тест canary-patient-name Тестович"), ("tax_id", "4218901133")],
        "client": [("client_name", "Кабінет пацієнта"), ("redirect_host", "pis.example.ua")],
        "scopes": [("person:details_pis", "Дані пацієнта"), ("declaration:read_pis", "declaration:read_pis")],
    }


def test_the_consent_page_names_the_confidant_when_the_validation_told_who_that_is(examples: SimpleNamespace) -> None:
    way = list(examples.way_to("consent", part="auth_ui"))
    confidant = {"first_name": "Олена", "last_name": "Садова", "second_name": "Петрівна"}
    way[1] = examples.answered(200, {"person": {"last_name": "Тест", "confidant_person": confidant}, "token": "t"})

    assert consent_fields(examples, *way)["user"][-1] == ("confidant_name", "Садова Олена Петрівна")


def test_a_patient_without_tax_id_or_second_name_is_shown_without_them(examples: SimpleNamespace) -> None:
    way = list(examples.way_to("consent", part="auth_ui"))
    way[1] = examples.answered(200, {"person": {"last_name": "Тест", "first_name": "", "second_name": 5}, "token": "t"})
    way[3] = examples.answered(201, examples.registered(id=examples.USER_ID))

    assert consent_fields(examples, *way)["user"] == [("full_name", "Тест")]


def test_a_client_whose_details_are_not_read_is_shown_by_its_id(examples: SimpleNamespace) -> None:
    flow = auth_ui(examples.Settings(client_details_path=""))
    way = [event for event in examples.way_to("consent", part="auth_ui") if event is not examples.CLIENT]

    page = flow.page(examples.at(flow, *way))

    assert page.groups[1].fields[0].value == examples.CLIENT_ID


def test_a_page_of_nothing_has_no_groups() -> None:
    assert groups_of(SignUp()) == ()


def test_no_repr_of_a_page_shows_a_datum(examples: SimpleNamespace) -> None:
    flow = auth_ui()
    for name in ("confirm", "consent"):
        page = flow.page(examples.at(flow, *examples.way_to(name, part="auth_ui")))
        text = repr(page)
        assert not any(canary in text for canary in examples.CANARIES.values())
        assert isinstance(page.title, Message)
