"""The sign-up is proved; a credential that goes astray is found."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.flow.proof import Known
from esozflow.states import case_space, credentials
from esozflow.states.answers import Answered
from esozflow.states.calls import HttpRequest, Service
from esozflow.states.events import CallbackReceived
from esozflow.states.flow import pis, sign_up
from esozflow.states.identifiers import is_identifier
from esozflow.states.names import Name
from esozflow.states.proving import prove
from esozflow.states.settings import RegisterAuth, Settings


def test_the_sign_up_and_both_parts_hold() -> None:
    for report in prove():
        assert report.findings == ()
        assert report.open == ()


def test_the_proof_tells_what_goes_where_under_its_settings_and_keeps_what_it_decided() -> None:
    decided: Known = {}
    switched = Settings(register_auth=RegisterAuth.TOKEN_HEADER, append_state=False)
    whole, *_, back = prove(switched, known=decided)

    assert whole.facts[-1] == (
        "what goes where: access token: save_tokens; client secret: exchange; grant code: exchange; jwt: register; "
        "otp: register; query token: register, validate; refresh token: save_tokens; "
        "session token: approve, client_details, global_roles, user_roles; user data: register, validate"
    )
    assert back.facts[-1].startswith("what goes where: access token: save_tokens; client secret: exchange; ")
    rows = sum(len(tried) for tried in pis(switched).table.values())
    assert rows < sum(len(tried) for tried in pis().table.values())
    assert f"{rows} rows, the same in the table, the Machine and the diagrams" in back.facts
    assert {(state, event.__name__) for state, event, _ in decided} >= {
        ("register", "Answered"),
        ("exchange", "Answered"),
    }


def test_the_space_knows_every_shape_that_the_examples_know(examples: SimpleNamespace) -> None:
    """Every row that some example takes is taken by some case, so the space is no narrower than the tests."""
    flow = sign_up()
    for (state, event), rows in flow.table.items():
        space = case_space.cases(state, event)
        if any(row.guards for row in rows):
            assert space is not None
            assert all(type(happened) is event for _, happened in space)
    assert case_space.cases("consent", type(examples.way_to("approve")[-1])) is None


@pytest.mark.parametrize(
    ("settings", "secret", "calls"),
    [
        (Settings(), "query token", {"validate"}),
        (Settings(), "jwt", {"register"}),
        (Settings(register_auth=RegisterAuth.TOKEN_HEADER), "query token", {"validate", "register"}),
        (Settings(register_auth=RegisterAuth.TOKEN_HEADER), "jwt", {"register"}),
        (Settings(), "session token", {"approve", "user_roles", "global_roles", "client_details"}),
        (Settings(), "grant code", {"exchange"}),
        (Settings(), "client secret", {"exchange"}),
        (Settings(), "refresh token", {"save_tokens"}),
    ],
)
def test_each_credential_is_sent_by_its_calls_alone(settings: Settings, secret: str, calls: set[str]) -> None:
    assert credentials.carried(sign_up(settings))[secret] == calls


def test_a_jwt_that_no_switch_sends_is_sent_nowhere() -> None:
    settings = Settings(register_auth=RegisterAuth.NONE, send_jwt_in_body=False)

    assert "jwt" not in credentials.carried(sign_up(settings))
    assert list(credentials.astray(sign_up(settings), settings)) == []


def test_a_credential_astray_is_found(monkeypatch: pytest.MonkeyPatch, examples: Any) -> None:
    def astray(flow: Any) -> dict[str, object]:
        leaking = {"secret": {"deep": SecretStr("session token")}, "x": SecretStr("odd")}
        return {
            "validate": HttpRequest(method="POST", service=Service.AUTH, path="/", body=leaking),
            "register": HttpRequest(
                method="POST", service=Service.AUTH, path="/", bearer=SecretStr("jwt"), body={"x": SecretStr("odd")}
            ),
        }

    monkeypatch.setattr(credentials, "requests", astray)

    found = list(credentials.astray(sign_up(), Settings()))

    assert {(one.where, one.says) for one in found} == {
        ("validate", "query token does not go to validate"),
        ("validate", "session token goes to validate"),
        ("register", "user data does not go to register"),
        ("validate", "user data does not go to validate"),
        ("register", "otp does not go to register"),
        ("register, validate", "odd is sent, and nothing allows it"),
    }
    assert {one.rule for one in found} == {credentials.RULE}


def test_only_an_approval_is_answered_with_a_redirect_and_a_walk_takes_one_status_of_each_kind() -> None:
    for state in case_space.SHAPES:
        answers = [event for _, event in case_space.walk_cases(str(state), Answered) or ()]
        assert {answer.status for answer in answers} == {*case_space.WALKED_STATUSES}
        assert any(answer.redirect for answer in answers) is (state == Name.APPROVE)


def test_what_a_callback_may_bring_is_absent_empty_and_there_in_some_case() -> None:
    callbacks = [event for _, event in case_space.cases("redirect", CallbackReceived) or ()]

    for secrets in ({one.state for one in callbacks}, {one.code for one in callbacks}):
        assert {None, SecretStr("")} < secrets
    assert {None, ""} < {one.error for one in callbacks}


def test_a_sign_up_has_scopes_where_its_query_names_some_and_each_is_a_case() -> None:
    sign_ups = [signup for signup, _ in case_space.cases("register", Answered) or ()]

    named = {(bool(signup.scopes), bool(signup.query.scope.split())) for signup in sign_ups}
    assert named == {(True, True), (False, False)}


def test_a_user_has_no_id_a_wrong_one_or_a_right_one_and_a_client_asks_for_scopes_or_for_whatever_there_is() -> None:
    users = {signup.user for signup, _ in case_space.cases("user_roles", Answered) or ()}
    clients = {signup.client for signup, _ in case_space.cases("exchange", Answered) or ()}

    ids = {user.id for user in users if user}
    assert None in users
    assert None in ids
    assert {is_identifier(one) for one in ids - {None}} == {True, False}
    assert {bool(client.scope.split()) for client in clients} == {True, False}


def test_every_status_of_http_is_a_case_of_every_answer() -> None:
    for state in case_space.SHAPES:
        space = case_space.cases(str(state), Answered)
        assert space is not None
        assert {answer.status for _, answer in space} == set(range(100, 600))
    assert set(case_space.SHAPES) <= set(Name)
