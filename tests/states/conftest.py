"""Example data of the flow's tests: canaries for every secret, documented answers, events of every class."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.flow import Call, Event, Expired, Flow, Snapshot, Unanswered, Unreachable
from esozflow.states.answers import Answered, ApiError, VaultAnswered
from esozflow.states.calls import Credential, HttpRequest, SaveTokens
from esozflow.states.events import (
    Accept,
    CallbackReceived,
    Confirm,
    Decline,
    EditAgain,
    HandedOver,
    Leave,
    Opened,
    OpenedMalformed,
    RegisterAgain,
    RequestFilled,
    RequestSigned,
    Retry,
    SigningFailed,
)
from esozflow.states.settings import RegisterAuth, Settings
from esozflow.states.signup import PisClient

from ..hints import hints_are_sentences

__all__ = ["hints_are_sentences"]

SOAK = bool(os.environ.get("SOAK"))
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CLIENT_ID = "6498d88e-97fb-47e2-85a5-99e884f888aa"
USER_ID = "7673eb5a-0cae-4fa8-9f81-e6da46aa2940"
REDIRECT_URI = "https://pis.example.ua/oauth/callback"
SCOPE = "person:details_pis declaration:read_pis"
STATE = "canary-oauth-state"

CANARIES = {
    "query_token": "canary-query-token",
    "jwt": "canary-jwt",
    "session_token": "canary-session-token",
    "code": "canary-code",
    "access_token": "canary-access-token",
    "refresh_token": "canary-refresh-token",
    "user_data": "canaryUserData00",
    "otp": "90210777",
    "content": "canary-content",
    "patient": "canary-patient-name",
    "tax_id": "4218901133",
    "oauth_state": STATE,
}


class FixedIds:
    def token(self) -> str:
        return STATE


def patient() -> dict[str, Any]:
    return {
        "first_name": CANARIES["patient"],
        "last_name": "Тест",
        "second_name": "Тестович",
        "birth_date": "2013-05-19",
        "gender": "FEMALE",
        "tax_id": CANARIES["tax_id"],
        "patient_signed": True,
        "process_disclosure_data_consent": False,
        "unzr": None,
        "secret": "canary-secret-word",
        "documents": [
            {"type": "BIRTH_CERTIFICATE", "number": "І-БК №123456", "issued_at": "2013-06-01"},
            {"type": "NATIONAL_ID", "number": "001234567"},
        ],
        "addresses": [
            {"type": "RESIDENCE", "country": "UA", "settlement_type": "CITY", "street_type": "STREET", "zip": "02090"}
        ],
        "phones": [{"type": "MOBILE", "number": "+380501112233"}],
        "authentication_methods": [{"type": "THIRD_PERSON", "alias": "мама"}],
        "emergency_contact": {"first_name": "Емма", "phones": [{"type": "LAND_LINE", "number": "+380441112233"}]},
        "confidant_person": {
            "relation_type": "PRIMARY",
            "person_id": "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6f",
            "documents_relationship": [{"type": "BIRTH_CERTIFICATE", "number": "АА111"}],
        },
        "preferred_way_communication": "email",
    }


def answered(status: int, data: Any = None, **more: Any) -> Answered:
    return Answered(status=status, data=data, request_id=f"request-{status}", **more)


def refused(status: int, message: str | None = "Invalid signed content", **more: Any) -> Answered:
    return answered(status, error=ApiError(type=more.pop("type", "request_malformed"), message=message, **more))


def tokens(scope: str = SCOPE, **more: Any) -> dict[str, Any]:
    return {
        "value": CANARIES["access_token"],
        "expires_at": 1_702_592_000,
        "user_id": USER_ID,
        "details": {"refresh_token": CANARIES["refresh_token"], "scope": scope},
        **more,
    }


def registered(**user: Any) -> dict[str, Any]:
    return {
        "person": {"id": "1380df72-275a-41e7-93ae-92361f002671"},
        "user": user,
        "access_token": CANARIES["session_token"],
    }


def approved(uri: str = REDIRECT_URI) -> SecretStr:
    return SecretStr(f"{uri}{'&' if '?' in uri else '?'}code={CANARIES['code']}")


def client(**changes: str) -> PisClient:
    given = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "scope": SCOPE, "auth_ui": "https://auth.example.ua"}
    return PisClient(**(given | changes))


class _Request:
    """Stands for a filled-in form: only its signed JSON matters to the flow."""

    def to_signed_json(self) -> bytes:
        return json.dumps({"note": CANARIES["content"]}).encode()


def filled(**changes: str) -> RequestFilled:
    return RequestFilled.model_construct(
        client=client(**changes),
        token=SecretStr(CANARIES["query_token"]),
        request=_Request(),
        filled_on=date(2026, 3, 1),
    )


def opened(**changes: Any) -> Opened:
    given: dict[str, Any] = {
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": SCOPE,
        "user_data": SecretStr(CANARIES["user_data"]),
        "token": SecretStr(CANARIES["query_token"]),
        "state": SecretStr(STATE),
    }
    return Opened(**(given | changes))


def callback(**changes: Any) -> CallbackReceived:
    given: dict[str, Any] = {"code": SecretStr(CANARIES["code"]), "state": SecretStr(STATE)}
    return CallbackReceived(**(given | changes))


VALIDATED = answered(200, {"person": patient(), "token": CANARIES["jwt"]})
REGISTERED = answered(201, registered(id=USER_ID, tax_id=CANARIES["tax_id"]))
ROLES = answered(200, [{"role_name": "PATIENT", "scope": SCOPE}, "no role", {"scope": 5}])
DICTIONARY_V1 = answered(
    200, [{"name": "OTHER", "values": {}}, "?", {"name": "SCOPES", "values": {"person:details_pis": "Дані пацієнта"}}]
)
DICTIONARY_V2 = answered(
    200,
    [
        {
            "name": "SCOPES",
            "values": [{"code": "declaration:read_pis", "description": "Декларації"}, 7, {"code": 1}],
        },
        {"name": "SCOPES", "values": "?"},
    ],
)
CLIENT = answered(200, {"name": "Кабінет пацієнта", "id": CLIENT_ID})
APPROVED = answered(201, {"value": CANARIES["code"]}, redirect=approved())
EXCHANGED = answered(201, tokens(user={"person_id": "1380df72-275a-41e7-93ae-92361f002671"}))

# One answer for each way in which the declaration tells answers apart, and documented refusals.
ANSWERS: tuple[Answered, ...] = (
    VALIDATED,
    REGISTERED,
    answered(201, registered()),
    answered(201, registered(id="../../admin")),
    ROLES,
    answered(200, []),
    answered(200, {"scope": "declaration:read_pis app:read_pis"}),
    answered(200, {"scope": ""}),
    DICTIONARY_V1,
    DICTIONARY_V2,
    CLIENT,
    APPROVED,
    answered(200, None, redirect=approved()),
    answered(201, None, redirect=SecretStr("https://evil.example/oauth/callback?code=canary-code")),
    answered(302, None, redirect=approved()),
    answered(201, {}),
    EXCHANGED,
    answered(201, tokens()),
    answered(201, tokens(scope=f"{SCOPE} employee:write")),
    answered(204),
    refused(400, "Invalid signature"),
    refused(401, "Invalid access token", type="access_denied"),
    refused(403, "Your scope does not allow to access this resource.", type="forbidden"),
    refused(404, "not found", type="not_found"),
    answered(405),
    refused(409, "User with such tax_id already exists", type="conflict"),
    refused(422, None, descriptions=("required property person was not present", "value is not allowed in enum")),
    refused(500, "Failed to save signed content", type="internal_error"),
    answered(502),
)

EVENTS: tuple[Event, ...] = (
    filled(),
    RequestSigned(user_data=SecretStr(CANARIES["user_data"])),
    SigningFailed(code="cancelled"),
    EditAgain(),
    HandedOver(),
    opened(),
    opened(scope="  ", state=None),
    opened(client_id=""),
    opened(redirect_uri=""),
    opened(scope=""),
    opened(user_data=SecretStr("")),
    opened(token=SecretStr("")),
    opened(client_id="../../x"),
    opened(redirect_uri="https://pis.example.ua@evil.example/"),
    opened(redirect_uri="https://other.example.ua/cb"),
    OpenedMalformed(path="client_id", rule="doubled"),
    *ANSWERS,
    VaultAnswered(status=200),
    VaultAnswered(status=503),
    Unanswered(reason="timeout"),
    Unreachable(reason="refused"),
    Expired(),
    Confirm(),
    Confirm(otp=SecretStr(CANARIES["otp"])),
    Accept(),
    Decline(),
    Retry(),
    RegisterAgain(),
    Leave(),
    callback(),
    callback(state=None),
    callback(state=SecretStr("another")),
    callback(error="access_denied"),
    callback(code=None, error="access_denied"),
    callback(code=None, error="made_up", error_description="<script>"),
    callback(code=None),
    callback(code=SecretStr("")),
)

VARIATIONS: dict[str, Settings] = {
    "the defaults": Settings(),
    "the token as header, jwt in the body": Settings(register_auth=RegisterAuth.TOKEN_HEADER),
    "no header, jwt in the body": Settings(register_auth=RegisterAuth.NONE),
    "the request of the document to the letter": Settings(send_jwt_in_body=False),
    "errors redirected to known URIs": Settings(
        redirect_errors=True, known_redirects=frozenset({(CLIENT_ID, REDIRECT_URI)})
    ),
    "known URIs, errors not redirected": Settings(known_redirects=frozenset({(CLIENT_ID, REDIRECT_URI)})),
    "no state": Settings(append_state=False),
    "available scopes checked": Settings(available_scopes_check=True),
    "dictionaries of the second edition": Settings(dictionaries_version="v2"),
    "no client details": Settings(client_details_path=""),
    "everything switched": Settings(
        register_auth=RegisterAuth.NONE,
        redirect_errors=True,
        append_state=False,
        available_scopes_check=True,
        dictionaries_version="v2",
        client_details_path="",
        known_redirects=frozenset({(CLIENT_ID, REDIRECT_URI)}),
    ),
}

# The shortest whole sign-up: what happens, and the state where it leads.
WAY: tuple[tuple[Event, str], ...] = (
    (filled(), "sign"),
    (RequestSigned(user_data=SecretStr(CANARIES["user_data"])), "hand_over"),
    (HandedOver(), "validate_params"),
    (opened(), "init_validation"),
    (VALIDATED, "confirm"),
    (Confirm(otp=SecretStr(CANARIES["otp"])), "register"),
    (REGISTERED, "scope_names"),
    (DICTIONARY_V1, "client_details"),
    (CLIENT, "consent"),
    (Accept(), "approve"),
    (APPROVED, "redirect"),
    (callback(), "exchange"),
    (EXCHANGED, "save_tokens"),
    (VaultAnswered(status=200), "signed_up"),
)


def revealed(value: Any) -> Any:
    """Give a request as plain data, so that a test can look for what is in it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {name: revealed(inner) for name, inner in value.items()}
    if isinstance(value, Credential):
        return value
    return value


def sent(call: Call) -> str:
    """Give everything that the call would send, as one text."""
    request = call.request
    if isinstance(request, SaveTokens):
        found = request.tokens
        return f"{found.access_token.get_secret_value()} {found.refresh_token.get_secret_value()} {found.scope}"
    assert isinstance(request, HttpRequest)
    bearer = request.bearer.get_secret_value() if request.bearer else ""
    return f"{request.path} {request.query} {bearer} {revealed(request.body)} {request.api_key}"


def walk(flow: Flow[Any], *events: Event) -> Iterator[tuple[Snapshot[Any], Call | None]]:
    """Begin and take the events one after the other; give every snapshot with its call."""
    stepped = flow.begin("one", FixedIds(), NOW)
    yield stepped.snapshot, stepped.call
    for event in events:
        stepped = flow.step(stepped.snapshot, event, NOW)
        yield stepped.snapshot, stepped.call


def at(flow: Flow[Any], *events: Event) -> Snapshot[Any]:
    return list(walk(flow, *events))[-1][0]


def way_to(name: str, *, part: str | None = None) -> tuple[Event, ...]:
    """Give the events of the shortest way to a state; from 4.2 on for the part of the Auth UI."""
    events = [event for event, _ in WAY]
    ends = [state for _, state in WAY].index(name) + 1 if name != "prepare" else 0
    return tuple(events[3 if part == "auth_ui" else 0 : ends])


def codes(page: Any) -> tuple[str, ...]:
    return tuple(message.code for message in page.messages)


@pytest.fixture(scope="session")
def examples() -> SimpleNamespace:
    """The examples and the small words of these tests, by their names in this file."""
    return SimpleNamespace(**{name: value for name, value in globals().items() if not name.startswith("_")})


@pytest.fixture(params=VARIATIONS.values(), ids=VARIATIONS.keys())
def variation(request: pytest.FixtureRequest) -> Settings:
    """Each way in which the settings change the declaration."""
    found: Settings = request.param
    return found
