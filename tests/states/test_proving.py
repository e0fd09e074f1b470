"""The sign-up is proved; a credential that goes astray is found."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from esozflow.flow.proof import Known
from esozflow.states import case_space, credentials
from esozflow.states.calls import HttpRequest, Service
from esozflow.states.flow import sign_up
from esozflow.states.names import Name
from esozflow.states.proving import prove
from esozflow.states.settings import RegisterAuth, Settings


def test_the_sign_up_and_both_parts_hold() -> None:
    for report in prove():
        assert report.findings == ()
        assert report.open == ()


def test_the_proof_tells_what_goes_where_under_its_settings_and_keeps_what_it_decided() -> None:
    decided: Known = {}
    whole, *_, back = prove(Settings(register_auth=RegisterAuth.TOKEN_HEADER), known=decided)

    assert whole.facts[-1] == (
        "what goes where: access token: save_tokens; client secret: exchange; grant code: exchange; jwt: register; "
        "otp: register; query token: register, validate; refresh token: save_tokens; "
        "session token: approve, client_details, global_roles, user_roles; user data: register, validate"
    )
    assert back.facts[-1].startswith("what goes where: access token: save_tokens; client secret: exchange; ")
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
    from pydantic import SecretStr

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


def test_every_status_of_http_is_a_case_of_every_answer() -> None:
    for state in case_space.SHAPES:
        from esozflow.states.answers import Answered

        space = case_space.cases(str(state), Answered)
        assert space is not None
        assert {answer.status for _, answer in space} == set(range(100, 600))
    assert set(case_space.SHAPES) <= set(Name)
