"""What a sign-up says and remembers when a call fails, by the call and the way in which it failed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from esozflow.flow import Expired, Unanswered, Unreachable
from esozflow.states.flow import auth_ui, sign_up
from esozflow.states.settings import Settings
from esozflow.states.testing import IDS, never, sign_ups

SETTINGS = Settings(available_scopes_check=True)
LOST = Unanswered(reason="timeout")
UNSENT = Unreachable(reason="refused")


def after(examples: SimpleNamespace, state: str, *events: Any) -> Any:
    flow = auth_ui(SETTINGS if state == "available_scopes" else Settings())
    way = "register" if state == "available_scopes" else state
    before: tuple[Any, ...] = examples.way_to(way, part="auth_ui")
    return examples.at(flow, *before, *events)


@pytest.mark.parametrize(
    ("state", "event", "leads_to", "told"),
    [
        ("init_validation", LOST, "validation_unavailable", "no_answer"),
        ("init_validation", UNSENT, "validation_unavailable", "no_connection"),
        ("register", UNSENT, "confirm", "no_connection"),
        ("client_details", LOST, "consent_unavailable", "no_answer"),
        ("client_details", UNSENT, "consent_unavailable", "no_connection"),
        ("approve", LOST, "consent", "no_answer"),
        ("approve", UNSENT, "consent", "no_connection"),
    ],
)
def test_a_lost_answer_and_a_call_that_was_not_sent_are_told_apart(
    state: str, event: Any, leads_to: str, told: str, examples: SimpleNamespace
) -> None:
    found = after(examples, state, event)

    assert (found.state, [message.code for message in found.context.messages]) == (leads_to, [told])


def test_a_registration_whose_result_is_unknown_is_remembered_whatever_comes_then(examples: SimpleNamespace) -> None:
    for event, told in (
        (LOST, []),
        (examples.answered(502), None),
        (examples.answered(201, {}), None),
        (examples.refused(500, "Failed to save signed content"), None),
    ):
        found = after(examples, "register", event)
        assert found.context.maybe_registered
        assert told is None or [message.code for message in found.context.messages] == told
    again = after(examples, "register", LOST, examples.RegisterAgain(), UNSENT)
    assert (again.state, again.context.maybe_registered) == ("register_unknown", True)
    assert [message.code for message in again.context.messages] == ["no_connection"]
    assert not after(examples, "register", UNSENT).context.maybe_registered


def test_a_failure_inside_esoz_ends_the_registration_with_its_text_and_without_its_data(
    examples: SimpleNamespace,
) -> None:
    found = after(examples, "register", examples.refused(500, "Failed to save signed content", type="internal_error"))

    assert found.state == "register_refused"
    assert found.context.messages
    assert found.context.request_id == "request-500"
    assert found.context.jwt is None
    assert found.context.patient is None


def test_a_client_that_esoz_does_not_know_is_told_so(examples: SimpleNamespace) -> None:
    for status in (404, 422):
        found = after(examples, "client_details", examples.refused(status))
        assert (found.state, [message.code for message in found.context.messages]) == (
            "client_refused",
            ["client_not_found"],
        )
        assert found.context.session_token is None
    refused = after(examples, "client_details", examples.refused(400, "Invalid signature"))
    assert refused.state == "consent_unavailable"
    assert refused.context.messages


def test_a_patient_without_any_access_to_give_is_told_so(examples: SimpleNamespace) -> None:
    for scope in ("", "other:read"):
        found = after(examples, "available_scopes", examples.REGISTERED, examples.answered(200, {"scope": scope}))
        assert (found.state, [message.code for message in found.context.messages]) == ("no_access", ["no_access"])
        assert found.context.session_token is None


def test_a_user_whose_roles_bring_no_scope_is_told_that_there_is_no_access(examples: SimpleNamespace) -> None:
    none = examples.answered(200, [])
    nameless = examples.answered(201, examples.registered())
    for registered, reads in ((examples.REGISTERED, (none, none)), (nameless, (none,))):
        confirmed = examples.way_to("register", part="auth_ui")[1:]
        found = examples.at(auth_ui(), examples.opened(scope=" "), *confirmed, registered, *reads)
        assert (found.state, [message.code for message in found.context.messages]) == ("no_access", ["no_access"])
        assert found.context.session_token is None


def test_a_link_that_nobody_opened_expires_and_drops_what_it_was_made_of(examples: SimpleNamespace) -> None:
    found = examples.at(sign_up(), *examples.way_to("validate_params"), Expired())

    assert found.state == "expired"
    assert found.context.messages == ()
    assert found.context.user_data is None
    assert found.context.confidant_token is None


def test_who_is_registered_already_is_told_to_sign_in_and_others_what_is_true(examples: SimpleNamespace) -> None:
    exists = examples.refused(409, "User with such tax_id already exists", type="conflict")
    told = {
        (state, answer.status): auth_ui().page(after(examples, state, answer)).messages[-1].code
        for state in ("init_validation", "register")
        for answer in (exists, examples.refused(403, "Your scope does not allow to access this resource."))
    }

    assert told == {
        ("init_validation", 409): "user_exists",
        ("init_validation", 403): "nothing_done",
        ("register", 409): "user_exists",
        ("register", 403): "not_registered",
    }


def test_an_approval_in_doubt_is_remembered_with_what_was_answered_or_was_not(examples: SimpleNamespace) -> None:
    for event, told in ((examples.refused(502, "Bad gateway"), "answer"), (LOST, "no_answer")):
        found = after(examples, "approve", event)

        assert (found.state, found.context.maybe_approved) == ("consent", True)
        assert [message.code for message in found.context.messages] == [told]


def test_the_kit_gives_sign_ups_that_documented_events_lead_to_and_says_what_never_happens() -> None:
    flow, found = sign_up(), list[Any]()

    @settings(max_examples=60, database=None, derandomize=True, phases=(Phase.generate,))
    @given(sign_ups(flow, steps=6))
    def note(snapshot: Any) -> None:
        found.append(snapshot)

    note()

    assert {(one.flow, one.version) for one in found} == {(flow.name, flow.version)}
    assert {one.context.oauth_state.get_secret_value() for one in found if one.context.oauth_state} == {IDS.token()}
    assert {one.revision for one in found} <= {*range(7)}
    assert len({one.state for one in found}) > 3
    bare = Settings(client_details_path="")
    assert "neither read that follows the scopes is made, so only roles can be unavailable" in {
        *never(auth_ui(bare), bare).values()
    }
