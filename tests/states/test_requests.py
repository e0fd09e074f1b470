"""What each call sends, against the documented requests (E2 – E9), and which credential it carries."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.flow import FlowBroken
from esozflow.states.calls import Credential, HttpRequest, SaveTokens, Service
from esozflow.states.flow import auth_ui, sign_up
from esozflow.states.hand_over import hand_over_url
from esozflow.states.settings import RegisterAuth, Settings
from esozflow.states.signup import SignUp


def request_at(examples: SimpleNamespace, settings: Settings, *events: Any) -> HttpRequest:
    *_, (_, call) = examples.walk(sign_up(settings), *events)
    assert isinstance(call.request, HttpRequest)
    return call.request


def shape(request: HttpRequest, revealed: Any) -> dict[str, Any]:
    return {
        "line": f"{request.method} {request.service} {request.path}",
        "query": request.query,
        "bearer": revealed(request.bearer),
        "body": revealed(request.body),
        "api_key": request.api_key,
    }


@pytest.mark.asks("2.1", "4.3.1")
def test_the_validation_sends_the_signed_content_with_the_token_of_the_query(examples: SimpleNamespace) -> None:
    request = request_at(examples, Settings(), *examples.way_to("init_validation"))

    assert shape(request, examples.revealed) == {
        "line": "POST auth /api/pis/confidant/sign-up_validation",
        "query": (),
        "bearer": "canary-query-token",
        "body": {"signed_content": "canaryUserData00", "signed_content_encoding": "base64"},
        "api_key": False,
    }


@pytest.mark.asks("2.1", "4.5.1", "4.5.2")
@pytest.mark.parametrize("in_body", [True, False])
@pytest.mark.parametrize(
    ("auth", "bearer"),
    [
        (RegisterAuth.JWT_HEADER, "canary-jwt"),
        (RegisterAuth.TOKEN_HEADER, "canary-query-token"),
        (RegisterAuth.NONE, None),
    ],
)
@pytest.mark.parametrize("otp", [True, False])
def test_the_registration_sends_the_content_and_the_jwt_where_the_settings_say(
    examples: SimpleNamespace, auth: RegisterAuth, bearer: str | None, in_body: bool, otp: bool
) -> None:
    settings = Settings(register_auth=auth, send_jwt_in_body=in_body)
    confirm = next(one for one in examples.EVENTS if type(one).__name__ == "Confirm" and bool(one.otp) is otp)

    request = request_at(examples, settings, *examples.way_to("confirm"), confirm)

    assert shape(request, examples.revealed) == {
        "line": "POST auth /api/pis/confidant/register",
        "query": (),
        "bearer": bearer,
        "body": {
            "signed_content": "canaryUserData00",
            "signed_content_encoding": "base64",
            **({"jwt": "canary-jwt"} if in_body else {}),
            **({"otp": "90210777"} if otp else {}),
        },
        "api_key": False,
    }


@pytest.mark.asks("4.6.2")
@pytest.mark.parametrize(("edition", "path"), [("v1", "/api/dictionaries"), ("v2", "/api/v2/dictionaries")])
def test_the_dictionary_of_scopes_is_read_without_a_credential(
    examples: SimpleNamespace, edition: Any, path: str
) -> None:
    request = request_at(examples, Settings(dictionaries_version=edition), *examples.way_to("scope_names"))

    assert shape(request, examples.revealed) == {
        "line": f"GET api {path}",
        "query": (("name", "SCOPES"),),
        "bearer": None,
        "body": None,
        "api_key": False,
    }


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/oauth/clients/{client_id}/details", "/oauth/clients/6498d88e-97fb-47e2-85a5-99e884f888aa/details"),
        ("/admin/clients/{client_id}/details", "/admin/clients/6498d88e-97fb-47e2-85a5-99e884f888aa/details"),
    ],
)
def test_the_clients_details_are_read_with_the_session_token(
    examples: SimpleNamespace, template: str, path: str
) -> None:
    request = request_at(examples, Settings(client_details_path=template), *examples.way_to("client_details"))

    assert shape(request, examples.revealed) == {
        "line": f"GET auth {path}",
        "query": (),
        "bearer": "canary-session-token",
        "body": None,
        "api_key": False,
    }


@pytest.mark.asks("4.6.1")
def test_the_roles_are_read_for_a_query_that_names_no_scope(examples: SimpleNamespace) -> None:
    blank = (*examples.way_to("validate_params"), examples.opened(scope="  "), *examples.way_to("register")[4:])
    settings = Settings(user_roles_path="/my/roles", global_roles_path="/users/{user_id}/roles/global")

    roles = request_at(examples, settings, *blank, examples.REGISTERED)
    global_ones = request_at(examples, settings, *blank, examples.REGISTERED, examples.ROLES)

    assert shape(roles, examples.revealed) == {
        "line": "GET api /my/roles",
        "query": (("client_id", examples.CLIENT_ID),),
        "bearer": "canary-session-token",
        "body": None,
        "api_key": False,
    }
    assert shape(global_ones, examples.revealed) == {
        "line": f"GET auth /users/{examples.USER_ID}/roles/global",
        "query": (),
        "bearer": "canary-session-token",
        "body": None,
        "api_key": False,
    }


def test_the_scopes_that_may_be_approved_are_asked_for_with_the_requested_ones(examples: SimpleNamespace) -> None:
    settings = Settings(available_scopes_check=True)

    request = request_at(examples, settings, *examples.way_to("register"), examples.REGISTERED)

    assert shape(request, examples.revealed) == {
        "line": "GET auth /oauth/user/apps",
        "query": (("client_id", examples.CLIENT_ID), ("scope", "person:details_pis declaration:read_pis")),
        "bearer": "canary-session-token",
        "body": None,
        "api_key": False,
    }


@pytest.mark.asks("4.7.1", "4.7.2")
def test_the_approval_names_client_scope_and_redirect_uri_under_app(examples: SimpleNamespace) -> None:
    request = request_at(examples, Settings(), *examples.way_to("approve"))

    assert shape(request, examples.revealed) == {
        "line": "POST auth /oauth/apps/authorize",
        "query": (),
        "bearer": "canary-session-token",
        "body": {
            "app": {
                "client_id": examples.CLIENT_ID,
                "scope": "person:details_pis declaration:read_pis",
                "redirect_uri": "https://pis.example.ua/oauth/callback",
            }
        },
        "api_key": False,
    }


def test_the_approval_asks_for_the_narrowed_scopes_only(examples: SimpleNamespace) -> None:
    narrowed = examples.answered(200, {"scope": "declaration:read_pis app:read_pis"})
    way = (*examples.way_to("register"), examples.REGISTERED, narrowed, *examples.way_to("approve")[-3:])

    request = request_at(examples, Settings(available_scopes_check=True), *way)

    assert examples.revealed(request.body)["app"]["scope"] == "declaration:read_pis"


@pytest.mark.asks("4.9.1")
def test_the_exchange_sends_the_code_and_the_client_secret_under_token(examples: SimpleNamespace) -> None:
    request = request_at(examples, Settings(), *examples.way_to("exchange"))

    assert shape(request, examples.revealed) == {
        "line": "POST auth /oauth/tokens",
        "query": (),
        "bearer": None,
        "body": {
            "token": {
                "grant_type": "authorization_code",
                "client_id": examples.CLIENT_ID,
                "client_secret": Credential.CLIENT_SECRET,
                "code": "canary-code",
                "redirect_uri": "https://pis.example.ua/oauth/callback",
                "scope": "person:details_pis declaration:read_pis",
            }
        },
        "api_key": True,
    }


@pytest.mark.asks("4.9.2")
def test_the_vault_gets_the_tokens_of_the_answer(examples: SimpleNamespace) -> None:
    *_, (_, call) = examples.walk(sign_up(), *examples.way_to("save_tokens"))

    assert isinstance(call.request, SaveTokens)
    tokens = call.request.tokens
    assert tokens.access_token.get_secret_value() == "canary-access-token"
    assert tokens.refresh_token.get_secret_value() == "canary-refresh-token"
    assert tokens.expires_at == 1_702_592_000
    assert tokens.scope == examples.SCOPE
    assert (tokens.user_id, tokens.person_id) == (examples.USER_ID, "1380df72-275a-41e7-93ae-92361f002671")


def allowed(settings: Settings) -> dict[str, set[str]]:
    """Which calls may carry which canary: the text of the document, and the chosen switches."""
    jwt = settings.send_jwt_in_body or settings.register_auth is RegisterAuth.JWT_HEADER
    token = settings.register_auth is RegisterAuth.TOKEN_HEADER
    reads = {"available_scopes", "client_details", "user_roles", "global_roles"}
    return {
        "query_token": {"validate"} | ({"register"} if token else set()),
        "jwt": {"register"} if jwt else set(),
        "session_token": {*reads, "approve"},
        "code": {"exchange"},
        "access_token": {"save_tokens"},
        "refresh_token": {"save_tokens"},
        "user_data": {"validate", "register"},
        "otp": {"register"},
        "content": set(),
        "patient": set(),
        "tax_id": set(),
        "oauth_state": set(),
    }


@pytest.mark.parametrize("scope", ["person:details_pis declaration:read_pis", "  "])
def test_each_credential_goes_only_to_the_calls_that_the_document_names(
    examples: SimpleNamespace, variation: Settings, scope: str
) -> None:
    may_carry, carried = allowed(variation), dict[str, set[str]]()
    flow = sign_up(variation)
    stepped = flow.begin("one", examples.FixedIds(), examples.NOW)
    events = {type(event): event for event, _ in examples.WAY} | {type(examples.opened()): examples.opened(scope=scope)}
    answers = {
        "validate": examples.VALIDATED,
        "register": examples.REGISTERED,
        "user_roles": examples.ROLES,
        "global_roles": examples.ROLES,
        "available_scopes": examples.answered(200, {"scope": examples.SCOPE}),
        "dictionaries": examples.DICTIONARY_V1,
        "client_details": examples.CLIENT,
        "approve": examples.APPROVED,
        "exchange": examples.EXCHANGED,
        "save_tokens": examples.VaultAnswered(status=200),
    }
    while not flow.states[stepped.snapshot.state].final:
        if stepped.call:
            text = examples.sent(stepped.call)
            for name, canary in examples.CANARIES.items():
                if canary in text:
                    carried.setdefault(name, set()).add(stepped.call.name)
            event = answers[stepped.call.name]
        else:
            state = stepped.snapshot.state
            event = next(event for kind, event in events.items() if (state, kind) in flow.table)
        stepped = flow.step(stepped.snapshot, event, examples.NOW)

    assert stepped.snapshot.state == "signed_up"
    for name, calls in carried.items():
        assert calls <= may_carry[name], name
    for name in ("query_token", "user_data", "code", "access_token", "refresh_token"):
        assert carried[name] == may_carry[name]


def test_only_the_exchange_asks_for_the_client_secret(examples: SimpleNamespace) -> None:
    asking = {
        call.name
        for _, call in examples.walk(sign_up(), *(event for event, _ in examples.WAY))
        if call
        and isinstance(call.request, HttpRequest)
        and (call.request.api_key or "CLIENT_SECRET" in str(call.request.body))
    }

    assert asking == {"exchange"}


@pytest.mark.parametrize("state", ["init_validation", "register", "approve", "exchange", "save_tokens", "hand_over"])
def test_a_sign_up_that_was_tampered_with_makes_no_call_and_no_page(examples: SimpleNamespace, state: str) -> None:
    flow = sign_up()
    snapshot = replace(examples.at(flow), state=state)

    made = flow.call if flow.states[state].call else flow.page

    with pytest.raises(FlowBroken):
        made(snapshot)


@pytest.mark.parametrize("hostile", ["../../x", "a/b", "..", ".", "a?b=c", "a#b", "a%2fb", "a\nb", "і", " ", "a" * 129])
def test_a_client_id_that_could_lead_a_call_astray_is_told_to_be_of_no_client(
    examples: SimpleNamespace, hostile: str
) -> None:
    flow = auth_ui()

    snapshot = examples.at(flow, examples.opened(client_id=hostile))

    assert snapshot.state == "params_refused"
    assert examples.codes(flow.page(snapshot)) == ("client_not_found", "nothing_done")


@pytest.mark.parametrize("user", [{}, {"id": None}, {"id": ""}, {"id": "../../x"}])
def test_a_user_without_a_usable_id_has_no_global_roles_to_ask_for(
    examples: SimpleNamespace, user: dict[str, Any]
) -> None:
    flow = auth_ui()
    registered = examples.answered(201, examples.registered(**user))
    blank = (examples.opened(scope=" "), *examples.way_to("register", part="auth_ui")[1:], registered)

    assert examples.at(flow, *blank, examples.ROLES).state == "scope_names"
    assert examples.at(flow, *blank, examples.answered(200, [])).state == "no_access"


def test_every_host_is_one_of_the_two_configured_services(examples: SimpleNamespace) -> None:
    for _, call in examples.walk(sign_up(), *(event for event, _ in examples.WAY)):
        if call and isinstance(call.request, HttpRequest):
            assert call.request.service in (Service.AUTH, Service.API)
            assert call.request.path.startswith("/")


def test_a_base_url_of_the_auth_ui_loses_its_last_slash_and_nothing_else(examples: SimpleNamespace) -> None:
    client = examples.client(auth_ui="https://auth.example.ua/XX/")
    signup = SignUp(client=client, user_data=SecretStr("a"), confidant_token=SecretStr("b"))

    url = hand_over_url(signup, Settings()).get_secret_value()

    assert url.startswith("https://auth.example.ua/XX/confidant/sign-up?")
