"""What every page says and offers: messages, actions, where it leads, and what of an answer it repeats."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretBytes, SecretStr

from esozflow.flow import Message, Page
from esozflow.states.flow import sign_up
from esozflow.states.settings import Settings
from esozflow.states.signup import Query, SignUp, User

# The page, its messages after one that was kept from an answer, its actions. Captions and events in order.
PAGES: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "prepare": ((), (("to_signing", "RequestFilled"),)),
    "sign": (("kept",), (("sign", "RequestSigned"), ("edit", "EditAgain"))),
    "hand_over": ((), ()),
    "validation_unavailable": (("kept", "nothing_done"), (("retry", "Retry"),)),
    "confirm": (("kept",), (("accept_and_proceed", "Confirm"), ("decline", "Decline"))),
    "register_unknown": (
        ("register_unknown", "sign_in_instead", "kept"),
        (("leave", "Leave"), ("register_again", "RegisterAgain")),
    ),
    "consent_unavailable": (("kept", "registered_not_approved"), (("retry", "Retry"),)),
    "consent": (("kept",), (("accept_and_proceed", "Accept"), ("decline", "Decline"))),
    "redirect": ((), ()),
    "decline_redirect": ((), ()),
    "exchange_unsent": (("kept",), (("retry", "Retry"),)),
    "tokens_unsaved": (("kept",), (("retry", "Retry"),)),
    "not_handed_over": (("kept", "not_handed_over"), ()),
    "params_refused": (("kept", "nothing_done"), ()),
    "validation_refused": (("kept", "nothing_done"), ()),
    "register_refused": (("kept", "not_registered"), ()),
    "left_unknown": (("kept", "register_unknown"), ()),
    "client_refused": (("kept", "registered_not_approved"), ()),
    "no_access": (("kept", "registered_not_approved"), ()),
    "redirect_refused": (("kept", "registered_not_approved"), ()),
    "declined": (("kept", "registered_not_approved"), ()),
    "expired": (("kept", "registered_not_approved"), ()),
    "exchange_refused": (("kept", "no_tokens"), ()),
    "exchange_unknown": (("kept", "exchange_unknown"), ()),
    "signed_up": (("kept", "tokens_saved"), ()),
    "returned_error": (("kept", "no_tokens"), ()),
    "not_returned": (("kept", "not_returned"), ()),
}
WITHOUT_REQUEST_ID = {"prepare", "sign", "hand_over", "redirect", "decline_redirect"}
RETURNED = "https://pis.example.ua/oauth/callback?"


@pytest.fixture
def settings(examples: SimpleNamespace) -> Settings:
    known = frozenset({(examples.CLIENT_ID, examples.REDIRECT_URI)})
    return Settings(available_scopes_check=True, redirect_errors=True, known_redirects=known)


@pytest.fixture
def signup(examples: SimpleNamespace) -> SignUp:
    return SignUp(
        client=examples.client(),
        confidant_token=SecretStr("t"),
        content=SecretBytes("на підпис".encode()),
        user_data=SecretStr("AAAA"),
        query=Query(
            client_id=examples.CLIENT_ID,
            redirect_uri=examples.REDIRECT_URI,
            scope=examples.SCOPE,
            user_data=SecretStr("AAAA"),
            token=SecretStr("t"),
            state=SecretStr("s"),
        ),
        patient=SecretStr('{"last_name": "Тест"}'),
        user=User(person_id="p"),
        redirect_url=SecretStr(f"{RETURNED}code=c"),
        messages=(Message(code="kept"),),
        request_id="request",
        error="server_error",
        error_description="It failed.",
    )


def pages(settings: Settings, signup: SignUp) -> dict[str, Page]:
    return {name: state.page(signup) for name, state in sign_up(settings).states.items() if state.page}


def test_every_page_is_named_for_its_state_and_says_and_offers_exactly_this(settings: Settings, signup: SignUp) -> None:
    states = sign_up(settings).states
    found = pages(settings, signup)

    assert {
        str(page.name): (
            tuple(message.code for message in page.messages),
            tuple((action.label.code, action.event.__name__) for action in page.actions),
        )
        for page in found.values()
    } == PAGES
    for name, page in found.items():
        assert (page.name, page.section) == (name, states[name].section)
        assert page.title == Message(code="declined.title" if name == "decline_redirect" else f"{name}.title")
        assert all(not action.asks for action in page.actions)


def test_a_page_that_an_answer_led_to_has_the_id_to_quote_to_support(settings: Settings, signup: SignUp) -> None:
    for name, page in pages(settings, signup).items():
        assert page.request_id == (None if name in WITHOUT_REQUEST_ID else "request")


def test_only_these_pages_lead_elsewhere(settings: Settings, signup: SignUp) -> None:
    leading = {
        name: page.leads_to.get_secret_value() for name, page in pages(settings, signup).items() if page.leads_to
    }

    assert leading.pop("hand_over").startswith("https://auth.example.ua/confidant/sign-up?client_id=")
    assert leading == {
        "redirect": f"{RETURNED}code=c",
        "decline_redirect": f"{RETURNED}error=access_denied&error_description=The+user+declined&state=s",
        "validation_refused": f"{RETURNED}error=server_error&error_description=It+failed.&state=s",
        "register_refused": f"{RETURNED}error=server_error&error_description=It+failed.&state=s",
    }


@pytest.mark.parametrize(
    ("changes", "query"),
    [
        ({"error": None}, "error=server_error&error_description=It+failed.&state=s"),
        ({"error": "access_denied", "error_description": None}, "error=access_denied&state=s"),
        ({"error_description": ""}, "error=server_error&state=s"),
    ],
)
def test_an_error_that_is_taken_back_names_what_is_known_of_it(
    changes: dict[str, Any], query: str, settings: Settings, signup: SignUp
) -> None:
    leads_to = pages(settings, replace(signup, **changes))["validation_refused"].leads_to

    assert leads_to is not None
    assert leads_to.get_secret_value() == RETURNED + query


def test_only_the_ends_show_where_the_pis_is_and_only_when_that_is_known(settings: Settings, signup: SignUp) -> None:
    ends = {name for name, state in sign_up(settings).states.items() if state.final}
    restarts = {name: page.restarts_at for name, page in pages(settings, signup).items() if page.restarts_at}

    assert restarts == dict.fromkeys(ends, "https://pis.example.ua/")
    assert not any(page.restarts_at for page in pages(Settings(), signup).values())


def test_the_page_of_signing_gives_what_is_to_be_signed_and_no_other_page_does(
    settings: Settings, signup: SignUp
) -> None:
    payloads = {name: page.payload.get_secret_value() for name, page in pages(settings, signup).items() if page.payload}

    assert payloads == {"sign": "на підпис"}


def test_data_are_shown_on_two_pages_alone(settings: Settings, signup: SignUp) -> None:
    assert {name for name, page in pages(settings, signup).items() if page.groups} == {"confirm", "consent"}


def test_the_one_time_code_is_asked_for_only_where_it_is_wanted(settings: Settings, signup: SignUp) -> None:
    asked = pages(settings.model_copy(update={"ask_otp": True}), signup)["confirm"].actions

    assert [action.asks for action in asked] == [("otp",), ()]
