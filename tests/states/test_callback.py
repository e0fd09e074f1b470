"""4.8, 4.9: a browser comes back to the PIS. Only the one that was sent out may bring a code."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.flow import EventRefused, Flow
from esozflow.states.events import CallbackReceived
from esozflow.states.flow import pis, sign_up
from esozflow.states.settings import Settings

NO_STATE = Settings(append_state=False)


def waiting(examples: SimpleNamespace, flow: Flow[Any]) -> Any:
    return examples.at(flow, *examples.way_to("hand_over" if "redirect" not in flow.states else "redirect"))


def code_of(examples: SimpleNamespace, flow: Flow[Any], event: CallbackReceived) -> str:
    snapshot = waiting(examples, flow)
    with pytest.raises(EventRefused) as raised:
        flow.step(snapshot, event, examples.NOW)
    assert "canary" not in str(raised.value)
    return raised.value.code


@pytest.mark.parametrize("party", [sign_up, pis])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": None}, "state_missing"),
        ({"state": SecretStr("")}, "state_mismatch"),
        ({"state": SecretStr("another")}, "state_mismatch"),
        ({"state": SecretStr("canary-oauth-stat")}, "state_mismatch"),
        ({"state": SecretStr("canary-oauth-state ")}, "state_mismatch"),
        ({"state": SecretStr("CANARY-OAUTH-STATE")}, "state_mismatch"),
        ({"state": SecretStr("стан")}, "state_mismatch"),
        ({"state": SecretStr("\ud800")}, "state_mismatch"),
        ({"state": None, "code": None, "error": "access_denied"}, "state_missing"),
        ({"state": SecretStr("another"), "error": "access_denied"}, "state_mismatch"),
        ({"error": "access_denied"}, "code_and_error"),
        ({"error": ""}, "code_and_error"),
        ({"code": None}, "code_missing"),
        ({"code": SecretStr("")}, "code_missing"),
        ({"code": None, "error": ""}, "code_missing"),
    ],
)
def test_a_callback_that_is_not_what_it_should_be_is_refused_with_its_own_code(
    examples: SimpleNamespace, party: Any, changes: dict[str, Any], code: str
) -> None:
    assert code_of(examples, party(), examples.callback(**changes)) == code


@pytest.mark.parametrize("party", [sign_up, pis])
@pytest.mark.parametrize("state", [None, SecretStr("whatever")])
def test_without_states_a_code_is_taken_from_any_callback(
    examples: SimpleNamespace, party: Any, state: SecretStr | None
) -> None:
    flow = party(NO_STATE)

    stepped = flow.step(waiting(examples, flow), examples.callback(state=state), examples.NOW)

    assert stepped.snapshot.state == "exchange"


@pytest.mark.parametrize(
    ("changes", "code"), [({"error": "access_denied"}, "code_and_error"), ({"code": None}, "code_missing")]
)
def test_without_states_the_other_checks_still_hold(
    examples: SimpleNamespace, changes: dict[str, Any], code: str
) -> None:
    assert code_of(examples, pis(NO_STATE), examples.callback(**changes)) == code


@pytest.mark.parametrize("party", [sign_up, pis])
def test_a_refused_callback_does_not_spend_the_state(examples: SimpleNamespace, party: Any) -> None:
    flow = party()
    snapshot = waiting(examples, flow)

    with pytest.raises(EventRefused):
        flow.step(snapshot, examples.callback(state=SecretStr("another")), examples.NOW)

    assert flow.step(snapshot, examples.callback(), examples.NOW).snapshot.state == "exchange"


def test_a_replayed_callback_is_refused_wherever_the_sign_up_stands(examples: SimpleNamespace) -> None:
    flow = pis()
    outcomes = (
        examples.EXCHANGED,
        examples.refused(401, "Token has already been used."),
        examples.answered(502),
        examples.Unanswered(reason="timeout"),
        examples.Unreachable(reason="refused"),
    )
    for outcome in outcomes:
        snapshot = examples.at(flow, *examples.way_to("hand_over"), examples.callback(), outcome)
        for event in (examples.callback(), examples.callback(code=None, error="access_denied")):
            with pytest.raises(EventRefused) as raised:
                flow.step(snapshot, event, examples.NOW)
            assert raised.value.code == "not_expected_here"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        *(
            (known, known)
            for known in (
                "invalid_request",
                "unauthorized_client",
                "access_denied",
                "unsupported_response_type",
                "invalid_scope",
                "server_error",
                "temporarily_unavailable",
            )
        ),
        ("ACCESS_DENIED", "unknown_error"),
        ("<script>alert(1)</script>", "unknown_error"),
        ("x" * 100_000, "unknown_error"),
    ],
)
def test_an_error_that_comes_back_is_told_by_its_code_and_never_by_its_text(
    examples: SimpleNamespace, error: str, told: str
) -> None:
    flow = pis()
    event = examples.callback(code=None, error=error, error_description="<b>free money</b>")

    snapshot = examples.at(flow, *examples.way_to("hand_over"), event)

    page = flow.page(snapshot)
    assert snapshot.state == "returned_error"
    assert examples.codes(page) == (f"returned.{told}", "no_tokens")
    assert not any(message.params for message in page.messages)


def test_a_callback_is_read_from_its_query() -> None:
    read = CallbackReceived.from_query("code=c%201&state=s&error=access_denied&error_description=no&code_verifier=x")

    assert read.code is not None
    assert read.state is not None
    assert (read.code.get_secret_value(), read.state.get_secret_value()) == ("c 1", "s")
    assert (read.error, read.error_description) == ("access_denied", "no")
    assert CallbackReceived.from_query("") == CallbackReceived()


def test_the_pis_waits_on_the_hand_over_and_needs_no_event_of_its_own_to_wait(examples: SimpleNamespace) -> None:
    flow = pis()

    assert {kind.__name__ for state, kind in flow.table if state == "hand_over"} == {"CallbackReceived", "Expired"}
