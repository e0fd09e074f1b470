"""4.2: five parameters that exist and are not empty, in the document's order; nothing is called for a bad query."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from esozflow.flow import InvalidInput
from esozflow.states.events import Opened, OpenedMalformed
from esozflow.states.flow import auth_ui, sign_up
from esozflow.states.settings import Settings
from esozflow.states.texts import render
from esozflow.states.validate_params import CHECKS

MISSING = {
    "client_id": "client_id_missing",
    "redirect_uri": "redirect_uri_missing",
    "scope": "scope_missing",
    "user_data": "user_data_empty",
    "token": "token_missing",
}
SECRET = {"user_data", "token"}


def without(*names: str) -> dict[str, Any]:
    return {name: SecretStr("") if name in SECRET else "" for name in names}


@pytest.mark.asks("4.2.0")
def test_the_five_checks_come_first_and_in_the_order_of_the_document() -> None:
    assert [code for _, code, _ in CHECKS][:5] == list(MISSING.values())
    assert [because.split(":")[0] for _, _, because in CHECKS] == [
        "4.2.1",
        "4.2.2",
        "4.2.3",
        "4.2.4",
        "4.2.5",
        "ours",
        "ours",
    ]


@pytest.mark.asks("4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5")
@pytest.mark.parametrize("name", list(MISSING))
def test_a_missing_parameter_is_told_and_nothing_is_called(examples: SimpleNamespace, name: str) -> None:
    flow = auth_ui()

    *_, (snapshot, call) = examples.walk(flow, examples.opened(**without(name)))

    assert call is None
    assert snapshot.state == "params_refused"
    assert examples.codes(flow.page(snapshot)) == (MISSING[name], "nothing_done")
    assert flow.page(snapshot).leads_to is None


@settings(deadline=None)
@given(names=st.sets(st.sampled_from(list(MISSING)), min_size=1))
def test_of_several_missing_parameters_the_first_of_the_document_is_told(
    examples: SimpleNamespace, names: set[str]
) -> None:
    flow = auth_ui()

    *_, (snapshot, call) = examples.walk(flow, examples.opened(**without(*names)))

    assert call is None
    first = next(name for name in MISSING if name in names)
    assert examples.codes(flow.page(snapshot)) == (MISSING[first], "nothing_done")


def test_a_query_without_any_parameter_lacks_the_client_id(examples: SimpleNamespace) -> None:
    flow = auth_ui()

    snapshot = examples.at(flow, examples.Opened())

    assert examples.codes(flow.page(snapshot)) == ("client_id_missing", "nothing_done")


@pytest.mark.parametrize("uri", ["http://pis.example.ua/cb", "//evil.example", "javascript:alert(1)", " ", "cb"])
def test_a_redirect_uri_that_could_lead_astray_is_refused(examples: SimpleNamespace, uri: str) -> None:
    flow = auth_ui()

    *_, (snapshot, call) = examples.walk(flow, examples.opened(redirect_uri=uri))

    assert call is None
    assert examples.codes(flow.page(snapshot)) == ("redirect_uri_unsafe", "nothing_done")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("client_id=a&client_id=b", "link.doubled", "client_id"),
        ("token=%00", "link.control_character", "token"),
        ("state=%C3%BC", "link.printable_ascii", "state"),
        ("a=%", "link.bad_escape", ""),
        ("a=%ff", "link.not_utf_8", ""),
        ("&".join("x=1" for _ in range(60)), "link.too_many_parameters", ""),
        ("x" * 400_000, "link.too_long", ""),
    ],
)
def test_a_query_that_cannot_be_read_ends_on_a_page_that_says_what_is_wrong(
    examples: SimpleNamespace, query: str, code: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Opened.from_query(query)
    flow = auth_ui()

    *_, (snapshot, call) = examples.walk(flow, OpenedMalformed.of(refusal.value))

    page = flow.page(snapshot)
    assert (snapshot.state, call, examples.codes(page)) == ("params_refused", None, (code, "nothing_done"))
    assert page.messages[0].params["field"] == field
    assert "{" not in render(page.messages[0])


def test_a_rule_without_a_text_of_its_own_is_told_in_general(examples: SimpleNamespace) -> None:
    flow = auth_ui()

    page = flow.page(examples.at(flow, OpenedMalformed(path="", rule="made_up")))

    assert examples.codes(page) == ("link.malformed", "nothing_done")


def test_an_error_is_never_redirected_while_the_query_is_in_doubt(examples: SimpleNamespace) -> None:
    uri = "https://pis.example.ua/oauth/callback"
    flow = auth_ui(Settings(redirect_errors=True, known_redirects=frozenset({(examples.CLIENT_ID, uri)})))

    snapshot = examples.at(flow, examples.opened(**without("scope")))

    assert flow.page(snapshot).leads_to is None


def test_a_complete_query_is_kept_and_its_scopes_are_read_once_each_in_order(examples: SimpleNamespace) -> None:
    snapshot = examples.at(auth_ui(), examples.opened(scope=" b:read  a:read b:read\u00a0c:read "))

    assert snapshot.state == "init_validation"
    assert snapshot.context.scopes == ("b:read", "a:read", "c:read")
    assert snapshot.context.query.scope == " b:read  a:read b:read\u00a0c:read "


def test_a_refused_query_leaves_no_credential_in_the_sign_up(examples: SimpleNamespace) -> None:
    snapshot = examples.at(auth_ui(), examples.opened(**without("scope")))

    assert snapshot.context.query is None


def test_the_party_of_the_pis_knows_nothing_of_the_query(examples: SimpleNamespace) -> None:
    snapshot = examples.at(sign_up(), *examples.way_to("validate_params"), examples.opened())

    assert snapshot.context.client.client_id == snapshot.context.query.client_id
